/**
 * The Inspection of one JSON file: a report, which is read only.
 *
 * @module
 */
import { EdgewaterError } from "../errors.ts";
import { parsed } from "../http/json.ts";
import type { LogRecord } from "../storage/records.ts";
import type {
  AssetView,
  AutomationView,
  Diff,
  EventView,
  Inspection,
  Page,
  PartitionRow,
  PartitionsView,
  Preview,
  RunRow,
  RunView,
  Snapshot,
  StorageView,
  Why,
} from "./inspection.ts";
import { frozen } from "./json-text.ts";
import { checkAction, checkCallOptions } from "./options.ts";

/** What a report has: what an Inspection told when it was written. Everything by name is a list of pairs, because names are any text. */
export interface Report {
  readonly format: "edgewater-report";
  readonly version: 1;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly writtenAt: number;
  readonly snapshot: Snapshot;
  readonly events: readonly EventView[];
  readonly assets: readonly (readonly [name: string, asset: ReportedAsset])[];
  readonly runs: readonly RunRow[];
  readonly details: readonly (readonly [runId: string, run: ReportedRun])[];
  readonly automation?: AutomationView;
  readonly storage?: StorageView;
}

export interface ReportedAsset {
  readonly view: AssetView;
  readonly why: Why;
  readonly partitions?: { readonly views: readonly PartitionsView[]; readonly rows: readonly PartitionRow[] };
  readonly preview?: Preview;
  /** What has changed from the version before to the newest. */
  readonly diff?: { readonly from: number; readonly to: number; readonly diff: Diff };
}

export interface ReportedRun {
  readonly view: RunView;
  readonly logs: readonly LogRecord[];
}

/** How much of everything a report has, unless more is asked for. */
export const reportLimits = { runs: 50, versions: 20, logs: 200, rows: 500 };

/**
 * The Inspection of a report, as `writeReport` has written it. It does nothing: actions are refused with `NotSupported`, and so is
 * what the report has left out.
 *
 * @throws `Integrity` for text that is no report, `SchemaMismatch` for a report of a later version
 *
 * @example
 * ```ts
 * const inspection = openReport(await file.text());
 * ```
 */
export function openReport(text: string): Inspection {
  const report = parsed(text) as Partial<Report> | undefined | null;
  if (report?.format !== "edgewater-report" || typeof report.snapshot !== "object" || !Array.isArray(report.assets)) {
    throw new EdgewaterError("Integrity", "Cannot read the report: the file is not a report, or is incomplete; write it again");
  }
  if (report.version !== 1) {
    const message = `Cannot read the report: it has version ${String(report.version)}, and this edgewater reads version 1; update it`;
    throw new EdgewaterError("SchemaMismatch", message);
  }
  return new ReportInspection(frozen(report as Report));
}

class ReportInspection implements Inspection {
  readonly #report: Report;
  readonly #assets: ReadonlyMap<string, ReportedAsset>;
  readonly #runs: ReadonlyMap<string, ReportedRun>;

  constructor(report: Report) {
    this.#report = report;
    this.#assets = new Map(report.assets);
    this.#runs = new Map(report.details);
  }

  async snapshot(): Promise<Snapshot> {
    return this.#report.snapshot;
  }

  /** Nothing more happens: it says since when it is not live, and what had happened. */
  readonly events: Inspection["events"] = async function* (this: ReportInspection, after: number, signal: AbortSignal) {
    const events = this.#report.events.filter(({ id }) => id > after);
    const cursor = Math.max(after, this.#report.snapshot.cursor);
    if (events.length > 0) yield { cursor, events, runs: [], nodes: [], live: [] };
    yield { alive: this.#report.writtenAt, state: "ended" as const };
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }.bind(this);

  readonly asset: Inspection["asset"] = async (name, query = {}) => {
    checkCallOptions("asset", query);
    const { versions = reportLimits.versions, before = Number.POSITIVE_INFINITY, partition } = query;
    const {
      view: { next: _, ...view },
      partitions,
    } = this.#asset(name);
    if (partition !== undefined && partitions?.rows.some(({ key }) => key === partition) !== true) {
      throw new EdgewaterError("NotFound", `Cannot show ${JSON.stringify(`${name}[${partition}]`)}: the report has no such partition`);
    }
    const found = view.versions.filter((version) => version.eventId < before && (partition ?? version.partition) === version.partition);
    const shown = found.slice(0, versions);
    const last = shown.at(-1)?.eventId;
    return { ...view, versions: shown, ...(last !== undefined && found.length > shown.length && { next: last }) };
  };

  readonly partitions: Inspection["partitions"] = async (name, { measure } = {}) => {
    const views = this.#partitions(name).views;
    const found = views.find((view) => view.measure?.name === measure);
    if (found !== undefined) return found;
    throw new EdgewaterError(
      "NotFound",
      `Cannot show ${JSON.stringify(measure)} of ${JSON.stringify(name)}: the report has no such measure`,
    );
  };

  readonly partitionRows: Inspection["partitionRows"] = async (name, { from, to }) => this.#partitions(name).rows.slice(from, to);

  readonly runs: Inspection["runs"] = async (query = {}) => {
    checkCallOptions("runs", query);
    const { before = Number.POSITIVE_INFINITY, limit = reportLimits.runs, status } = query;
    return this.#report.runs.filter((run) => run.startedAt < before && (status ?? run.status) === run.status).slice(0, limit);
  };

  readonly run: Inspection["run"] = async (runId) => this.#run(runId).view;

  readonly logs: Inspection["logs"] = async (runId, query = {}): Promise<Page<LogRecord>> => {
    checkCallOptions("logs", query);
    const { after, limit = reportLimits.logs } = query;
    const { logs } = this.#run(runId);
    const from = after === undefined ? 0 : Number(after);
    const to = from + limit;
    return { rows: logs.slice(from, to), ...(to < logs.length && { next: `${to}` }) };
  };

  readonly why: Inspection["why"] = async (name, { partition } = {}) => {
    if (partition !== undefined) throw leftOut(`why ${JSON.stringify(`${name}[${partition}]`)} is stale`);
    return this.#asset(name).why;
  };

  readonly preview: Inspection["preview"] = async (name, query = {}) => {
    const { preview } = this.#asset(name);
    const { partition, version, path, sort, find, firstRows, rows = [0, Number.POSITIVE_INFINITY] } = query;
    const isWhole = [partition, version, sort, find, firstRows].every((each) => each === undefined) && (path ?? []).length === 0;
    if (preview === undefined || !isWhole) return notReported;
    return preview.kind === "table" ? { ...preview, rows: preview.rows.slice(...rows) } : preview;
  };

  readonly bytes: Inspection["bytes"] = async (name) => refuse(leftOut(`the bytes of ${JSON.stringify(name)}`));

  readonly diff: Inspection["diff"] = async (name, { from, to, partition }) => {
    const { diff } = this.#asset(name);
    if (diff?.from === from && diff.to === to && partition === undefined) return diff.diff;
    throw leftOut(`the difference of these versions of ${JSON.stringify(name)}`);
  };

  readonly automation: Inspection["automation"] = async () => this.#report.automation ?? refuse(leftOut("the automation"));
  readonly storage: Inspection["storage"] = async () => this.#report.storage ?? refuse(leftOut("what takes how much room"));
  readonly objects: Inspection["objects"] = async () => refuse(leftOut("the stored objects"));
  readonly plan: Inspection["plan"] = async (action) => {
    checkAction(action);
    throw readOnly("plan an action");
  };

  readonly act: Inspection["act"] = async (action) => {
    checkAction(action);
    throw readOnly("do an action");
  };

  readonly export: Inspection["export"] = async () => refuse(readOnly("export records"));
  readonly import: Inspection["import"] = async () => refuse(readOnly("import a file"));

  async close(): Promise<void> {}

  #asset(name: string): ReportedAsset {
    const found = this.#assets.get(name);
    if (found !== undefined) return found;
    throw new EdgewaterError("NotFound", `Cannot show ${JSON.stringify(name)}: the report has no such asset`, { asset: name });
  }

  #partitions(name: string): NonNullable<ReportedAsset["partitions"]> {
    const { partitions } = this.#asset(name);
    if (partitions !== undefined) return partitions;
    throw new EdgewaterError("PartitionError", `The asset ${JSON.stringify(name)} has no partitions`, { asset: name });
  }

  #run(runId: string): ReportedRun {
    const found = this.#runs.get(runId);
    if (found !== undefined) return found;
    throw new EdgewaterError("NotFound", `Cannot show the run ${JSON.stringify(runId)}: the report does not have it`);
  }
}

const notReported: Preview = {
  kind: "refused",
  because: "not-allowed",
  message: "The report does not have this value; write it with values, or open the repository",
};

function leftOut(what: string): EdgewaterError {
  return new EdgewaterError("NotSupported", `Cannot show ${what}: the report does not have it; open the repository`);
}

function readOnly(what: string): EdgewaterError {
  return new EdgewaterError("NotSupported", `Cannot ${what}: this is a report; open the repository`);
}

function refuse(error: EdgewaterError): never {
  throw error;
}

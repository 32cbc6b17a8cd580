import { isEdgewaterError } from "../errors.ts";
import { aSignal, checkOptions, type OptionKinds, oneOf, wholeNumber } from "../options.ts";
import { type Report, type ReportedAsset, type ReportedRun, reportLimits } from "./file.ts";
import type { EventView, Inspection, NodeRow, Preview, RunRow } from "./inspection.ts";
import { jsonText } from "./json-text.ts";

/** Options of {@link writeReport}. */
export interface WriteReportOptions {
  /** Whether the report has previews of values; `"none"` unless given. */
  readonly values?: "none" | "preview";
  /** Runs at most, with their steps and logs; 50 unless given. */
  readonly runs?: number;
  /** Versions of each asset at most; 20 unless given. */
  readonly versions?: number;
  /** Stops between two questions. */
  readonly signal?: AbortSignal;
}

const kinds: OptionKinds<WriteReportOptions> = {
  values: oneOf("none", "preview"),
  runs: wholeNumber(1),
  versions: wholeNumber(1),
  signal: aSignal,
};

/** How many events of the past a report has. */
const pastEvents = 200;

/**
 * Writes what an Inspection tells as the text of one JSON file, which `openReport` and the page of the inspector read.
 *
 * @throws `SettingsError` for wrong options, and what the Inspection throws
 *
 * @example
 * ```ts
 * await writeFile("report.json", await writeReport(inspect(repository)));
 * ```
 */
export async function writeReport(inspection: Inspection, options: WriteReportOptions = {}): Promise<string> {
  checkOptions("writeReport", options, kinds);
  const { values = "none", runs: mostRuns = reportLimits.runs, versions = reportLimits.versions, signal } = options;
  const asked = signal === undefined ? {} : { signal };
  const { can, ...snapshot } = await inspection.snapshot(asked);
  const assets: (readonly [string, ReportedAsset])[] = [];
  for (const node of snapshot.nodes) {
    const asset = await ifThere(() => reportedAsset(inspection, node, { values, versions, asked }));
    if (asset !== undefined) assets.push([node.name, asset]);
  }
  const runs: RunRow[] = [...(await inspection.runs({ limit: Math.min(mostRuns, 500), ...asked }))];
  const details: (readonly [string, ReportedRun])[] = [];
  for (const { runId } of runs) {
    const run = await ifThere(() => reportedRun(inspection, runId, asked));
    if (run !== undefined) details.push([runId, run]);
  }
  const automation = await ifThere(() => inspection.automation(asked));
  const storage = await ifThere(() => inspection.storage(asked));
  const report: Report = {
    format: "edgewater-report",
    version: 1,
    writtenAt: Date.now(),
    snapshot: { ...snapshot, can: { ...(can.diff && { diff: true }), ...(can.values && values === "preview" && { values: true }) } },
    events: await eventsUntil(inspection, snapshot.cursor, signal),
    assets,
    runs,
    details,
    ...(automation && { automation }),
    ...(storage && { storage }),
  };
  return jsonText(report);
}

type Asked = { readonly signal?: AbortSignal };

interface AssetOptions {
  readonly values: "none" | "preview";
  readonly versions: number;
  readonly asked: Asked;
}

async function reportedAsset(
  inspection: Inspection,
  { name, counts }: NodeRow,
  { values, versions, asked }: AssetOptions,
): Promise<ReportedAsset> {
  const view = await inspection.asset(name, { versions: Math.min(versions, 500), ...asked });
  const why = await ifThere(() => inspection.why(name, asked));
  const partitions = counts === undefined ? undefined : await ifThere(() => reportedPartitions(inspection, name, asked));
  const preview = values === "none" || counts !== undefined ? undefined : await ifThere(() => inspection.preview(name, asked));
  const diff = await ifThere(() => newestDiff(inspection, view, values, asked));
  return {
    view,
    why: why ?? { chain: [], innocent: [], isCut: false },
    ...(partitions && { partitions }),
    ...(preview && { preview: preview as Preview }),
    ...(diff && { diff }),
  };
}

async function reportedPartitions(inspection: Inspection, name: string, asked: Asked): Promise<NonNullable<ReportedAsset["partitions"]>> {
  const plain = await inspection.partitions(name, asked);
  const views = [plain];
  for (const measure of plain.measures) views.push(await inspection.partitions(name, { measure, ...asked }));
  const rows = await inspection.partitionRows(name, { from: 0, to: Math.min(plain.total, reportLimits.rows), ...asked });
  return { views, rows };
}

/** What has changed from the version before to the newest, without values unless they are reported. */
async function newestDiff(
  inspection: Inspection,
  { name, versions }: ReportedAsset["view"],
  values: "none" | "preview",
  asked: Asked,
): Promise<ReportedAsset["diff"]> {
  const [newest, before] = versions.filter(({ type, partition }) => type === "Materialization" && partition === undefined);
  if (newest === undefined || before === undefined) return undefined;
  const diff = await inspection.diff(name, { from: before.eventId, to: newest.eventId, ...asked });
  const hidden = { kind: "refused", because: "not-allowed", message: "The report does not have values" } as const;
  const value = values === "preview" || diff.value.kind === "same" ? diff.value : hidden;
  return { from: before.eventId, to: newest.eventId, diff: { ...diff, value } };
}

async function reportedRun(inspection: Inspection, runId: string, asked: Asked): Promise<ReportedRun> {
  const view = await inspection.run(runId, asked);
  const { rows } = await inspection.logs(runId, { limit: 500, ...asked });
  return { view, logs: rows };
}

async function eventsUntil(inspection: Inspection, cursor: number, signal: AbortSignal | undefined): Promise<readonly EventView[]> {
  const events: EventView[] = [];
  const after = Math.max(0, cursor - pastEvents);
  if (after === cursor) return events;
  const done = new AbortController();
  const over = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
  for await (const each of inspection.events(after, over)) {
    // A source that cannot be reached tells nothing more.
    if ("state" in each && each.state !== "live") break;
    if (!("events" in each)) continue;
    events.push(...each.events.filter(({ id }) => id <= cursor));
    if (each.cursor >= cursor) break;
  }
  done.abort();
  return events;
}

/** What is asked for, or undefined when the Inspection does not have it. */
async function ifThere<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isEdgewaterError(error, "NotFound", "NotSupported", "PartitionError", "PermissionDenied")) return undefined;
    throw error;
  }
}

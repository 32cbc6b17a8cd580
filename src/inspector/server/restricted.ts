import { shortHash } from "../../encoding/hash.ts";
import { EdgewaterError } from "../../errors.ts";
import { inputOf } from "../../storage/input-name.ts";
import type { LogRecord } from "../../storage/records.ts";
import type {
  Acted,
  Action,
  ActOptions,
  AssetQuery,
  AssetView,
  AutomationView,
  BytesQuery,
  Can,
  ConditionView,
  ConnectionState,
  Diff,
  DiffQuery,
  EventBatch,
  ImportQuery,
  ImportView,
  Inspection,
  LogsQuery,
  ObjectRow,
  ObjectsQuery,
  Page,
  PartitionRow,
  PartitionRowsQuery,
  PartitionsQuery,
  PartitionsView,
  PlanView,
  Preview,
  PreviewQuery,
  RunRow,
  RunsQuery,
  RunView,
  SignalOptions,
  Snapshot,
  StorageView,
  ValueBytes,
  Why,
  WhyQuery,
} from "../inspection.ts";
import { checkActionRights } from "./action-rights.ts";
import type { InspectorOptions, InspectorRight } from "./options.ts";
import { Redaction } from "./redaction.ts";
import { restrictedBatch } from "./restricted-events.ts";
import { Rights } from "./rights.ts";
import { Visible } from "./visible.ts";

/** What else a request needs to do what `can` names; an action needs the right of its own name. */
const rightsOf: Readonly<Partial<Record<keyof Can, readonly InspectorRight[]>>> = {
  values: ["values"],
  bytes: ["values", "export"],
  diff: ["view"],
  objects: ["view"],
};

/** An Inspection that shows and does what one request may see and do. */
export class Restricted implements Inspection {
  readonly #inner: Inspection;
  readonly #rights: Rights;
  readonly #redaction: Redaction;
  #visible: Promise<Visible> | undefined;

  constructor(inner: Inspection, rights: Rights, redaction: Redaction) {
    this.#inner = inner;
    this.#rights = rights;
    this.#redaction = redaction;
  }

  async snapshot(options?: SignalOptions): Promise<Snapshot> {
    const inner = await this.#inner.snapshot(options);
    const visible = await this.#visibleOf(inner);
    const can = await this.#can(inner.can);
    const seen = visible.snapshot(inner);
    const nodes = seen.nodes.map((node) => (node.latest ? { ...node, latest: this.#redaction.latest(node.latest, node.name) } : node));
    const etag = shortHash(JSON.stringify([inner.etag, can, visible.isWhole || nodes.map(({ name }) => name)]));
    return { ...seen, nodes, can, etag: `${inner.etag}-${etag}` };
  }

  async *events(after: number, signal: AbortSignal): AsyncGenerator<EventBatch | ConnectionState> {
    const snapshot = await this.#inner.snapshot({ signal });
    const visible = await this.#visibleOf(snapshot);
    const runs = new Set(visible.runs(snapshot.runs).map(({ runId }) => runId));
    for await (const each of this.#inner.events(after, signal)) {
      yield "state" in each ? each : restrictedBatch(each, visible, this.#redaction, runs);
    }
  }

  async asset(name: string, options?: AssetQuery): Promise<AssetView> {
    await this.#requireSeen(name);
    const [view, visible] = await Promise.all([this.#inner.asset(name, options), this.#seen()]);
    const redaction = this.#redaction;
    return {
      ...visible.node(view),
      declared: redaction.metadata(view.declared, name),
      metadata: redaction.metadata(view.metadata, name),
      versions: view.versions.map((version) => ({
        ...version,
        metadata: redaction.metadata(version.metadata, name),
        inputs: visible.inputs(version.inputs),
      })),
      inputs: view.inputs.filter((link) => visible.has(link.name)),
      usedBy: view.usedBy.filter((link) => visible.has(link.name)),
      ...(view.latest && { latest: redaction.latest(view.latest, name) }),
      ...(view.failure && { failure: visible.event(redaction.event(view.failure)) }),
    };
  }

  async partitions(name: string, options?: PartitionsQuery): Promise<PartitionsView> {
    await this.#requireSeen(name);
    const view = await this.#inner.partitions(name, options);
    const { measure } = view;
    if (measure === undefined || ["status", "age", "seconds"].includes(measure.name)) return view;
    const values = measure.values.map((value) => (value === null ? null : (this.#redaction.number(value, name, measure.name) ?? null)));
    return { ...view, measure: { name: measure.name, values } };
  }

  async partitionRows(name: string, options: PartitionRowsQuery): Promise<readonly PartitionRow[]> {
    await this.#requireSeen(name);
    const redaction = this.#redaction;
    const [rows, visible] = await Promise.all([this.#inner.partitionRows(name, options), this.#seen()]);
    return rows.map((row) => ({
      ...row,
      metadata: redaction.metadata(row.metadata, name),
      ...(row.latest && { latest: redaction.latest(row.latest, name) }),
      ...(row.failure && { failure: visible.failure(redaction.failure(row.failure)) }),
    }));
  }

  async runs(options?: RunsQuery): Promise<readonly RunRow[]> {
    await this.#rights.require("view");
    const [rows, visible] = await Promise.all([this.#inner.runs(options), this.#seen()]);
    return visible.runs(rows);
  }

  async run(runId: string, options?: SignalOptions): Promise<RunView> {
    const [view, visible] = await Promise.all([this.#inner.run(runId, options), this.#seen()]);
    const run = visible.run(view);
    if (run === undefined) throw unseen("run", runId);
    const steps = view.steps.filter(({ step }) => visible.hasStep(step));
    return {
      ...run,
      steps: steps.map((step) => ({
        ...step,
        assets: step.assets.filter((asset) => visible.has(asset)),
        note: visible.text(step.note),
        attempts: step.attempts.map((attempt) => ({ ...attempt, ...(attempt.error && { error: visible.error(attempt.error) }) })),
        after: step.after.filter((each) => visible.hasStep(each)),
        outputs: step.outputs.filter(({ asset }) => visible.has(asset)),
      })),
      failures: view.failures
        .filter(({ step }) => visible.hasStep(step))
        .map(({ place, ...failure }) => ({
          ...failure,
          ...(place && visible.has(place.asset) && { place }),
          failure: visible.failure(this.#redaction.failure(failure.failure)),
          ...(failure.remedy !== undefined && { remedy: visible.text(failure.remedy) }),
          inputs: visible.inputs(failure.inputs),
          skipped: failure.skipped.filter((each) => visible.hasStep(each)),
        })),
    };
  }

  async logs(runId: string, options?: LogsQuery): Promise<Page<LogRecord>> {
    const visible = await this.#seen();
    const page = await this.#inner.logs(runId, options);
    const rows = page.rows.filter(({ step }) => visible.hasStep(step));
    return { ...page, rows: rows.map((row) => ({ ...row, message: visible.text(row.message) })) };
  }

  async why(name: string, options?: WhyQuery): Promise<Why> {
    await this.#requireSeen(name);
    const [why, visible] = await Promise.all([this.#inner.why(name, options), this.#seen()]);
    const hidden = why.chain.findIndex(({ asset }) => !visible.has(asset));
    const chain = hidden < 0 ? why.chain : why.chain.slice(0, hidden);
    return {
      chain: chain.map((link) => ({ ...link, reason: visible.text(link.reason) })),
      innocent: why.innocent.filter(({ asset }) => visible.has(asset)),
      isCut: why.isCut || hidden >= 0,
    };
  }

  async preview(name: string, options?: PreviewQuery): Promise<Preview> {
    await this.#requireSeen(name);
    if (await this.#rights.may("values", name)) return this.#inner.preview(name, options);
    return { kind: "refused", because: "not-allowed", message: "Values are not shown here" };
  }

  /** Bytes are taken away as a file, so they need the right to values, and that to export. */
  async bytes(name: string, options?: BytesQuery): Promise<ValueBytes> {
    await this.#requireSeen(name);
    for (const right of ["values", "export"] as const) {
      await this.#rights.require(right);
      await this.#rights.require(right, name);
    }
    return this.#inner.bytes(name, options);
  }

  async diff(name: string, options: DiffQuery): Promise<Diff> {
    await this.#requireSeen(name);
    const diff = await this.#inner.diff(name, options);
    const [visible, mayValues] = await Promise.all([this.#seen(), this.#rights.may("values", name)]);
    const metadata = diff.metadata.flatMap(({ key, from, to }) => {
      const [left, right] = [this.#redaction.text(from, name, key), this.#redaction.text(to, name, key)];
      return left === undefined && right === undefined
        ? []
        : [{ key, ...(left !== undefined && { from: left }), ...(right !== undefined && { to: right }) }];
    });
    return {
      ...diff,
      metadata,
      inputs: diff.inputs.filter((input) => visible.has(inputOf(input.name).asset) || visible.has(input.name)),
      value:
        mayValues || diff.value.kind === "same"
          ? diff.value
          : { kind: "refused", because: "not-allowed", message: "Values are not shown here" },
    };
  }

  async automation(options?: SignalOptions): Promise<AutomationView> {
    await this.#rights.require("view");
    const [view, visible] = await Promise.all([this.#inner.automation(options), this.#seen()]);
    if (visible.isWhole) return view;
    return {
      ...view,
      assets: view.assets.filter(({ asset }) => visible.has(asset)).map((each) => ({ ...each, root: seenParts(each.root, visible) })),
      requests: view.requests.filter(({ selection }) => selection.every((asset) => visible.has(asset))),
      // What an evaluation has recorded names every asset.
      ticks: view.ticks.map((tick) => ({ ...tick, detail: undefined })),
    };
  }

  async objects(options?: ObjectsQuery): Promise<Page<ObjectRow>> {
    await this.#rights.require("view");
    const [page, visible] = await Promise.all([this.#inner.objects(options), this.#seen()]);
    return { ...page, rows: page.rows.filter(({ asset }) => (asset === undefined ? visible.isWhole : visible.has(asset))) };
  }

  async storage(options?: SignalOptions): Promise<StorageView> {
    await this.#rights.require("view");
    const [view, visible] = await Promise.all([this.#inner.storage(options), this.#seen()]);
    return { ...view, byAsset: view.byAsset.filter(({ asset }) => visible.has(asset)) };
  }

  async plan(action: Action, options?: SignalOptions): Promise<PlanView> {
    await checkActionRights(action, this.#inner, this.#rights);
    const [plan, visible] = await Promise.all([this.#inner.plan(action, options), this.#seen()]);
    const steps = plan.steps.filter(({ step }) => visible.hasStep(step));
    return {
      ...plan,
      summary: visible.text(plan.summary),
      steps: steps.map((step) => ({ ...step, reason: visible.text(step.reason) })),
      notes: plan.notes.map((note) => visible.text(note)),
    };
  }

  async act(action: Action, options?: ActOptions): Promise<Acted> {
    await checkActionRights(action, this.#inner, this.#rights);
    const { actor } = this.#rights;
    return this.#inner.act(action, { ...options, ...(actor !== undefined && { actor }) });
  }

  /** A file has everything, so it is only for those who may see everything. */
  async export(what: "records" | "all", options?: SignalOptions): Promise<ReadableStream<Uint8Array>> {
    await this.#requireWhole("export");
    if (what === "all") await this.#rights.require("values");
    return this.#inner.export(what, options);
  }

  async import(file: ReadableStream<Uint8Array>, options?: ImportQuery): Promise<ImportView> {
    await this.#requireWhole("import");
    return this.#inner.import(file, options);
  }

  /** The Inspection below serves other requests too. */
  async close(): Promise<void> {}

  async #can(can: Can): Promise<Can> {
    const names = Object.keys(can) as (keyof Can)[];
    const mayAll = async (rights: readonly InspectorRight[]): Promise<boolean> =>
      (await Promise.all(rights.map((right) => this.#rights.may(right)))).every(Boolean);
    const may = await Promise.all(names.map((name) => mayAll(rightsOf[name] ?? [name as Action["type"]])));
    return Object.fromEntries(names.filter((name, index) => can[name] && may[index]).map((name) => [name, true]));
  }

  async #requireWhole(right: "export" | "import"): Promise<void> {
    await this.#rights.require(right);
    const { nodes } = await this.#inner.snapshot();
    for (const { name } of nodes) await this.#rights.require(right, name);
  }

  /** An asset that may not be seen is as one that does not exist. */
  async #requireSeen(name: string): Promise<void> {
    if (!(await this.#rights.may("view", name))) throw unseen("asset", name);
  }

  #seen(): Promise<Visible> {
    this.#visible ??= this.#inner.snapshot().then((snapshot) => Visible.of(snapshot, this.#rights));
    return this.#visible;
  }

  #visibleOf(snapshot: Snapshot): Promise<Visible> {
    this.#visible ??= Visible.of(snapshot, this.#rights);
    return this.#visible;
  }
}

/** An Inspection that shows what the options say, outside of a request. */
export function restrictedTo(inspection: Inspection, options: InspectorOptions): Inspection {
  return new Restricted(inspection, new Rights(new Request("http://localhost/"), options), new Redaction(options));
}

function unseen(what: "asset" | "run", name: string): EdgewaterError {
  return new EdgewaterError("NotFound", `There is no ${what} ${JSON.stringify(name)}`, what === "asset" ? { asset: name } : {});
}

/** A condition without the parts that are about assets which are not seen. */
function seenParts(condition: ConditionView, visible: Visible): ConditionView {
  const parts = condition.parts.filter(({ asset }) => visible.has(asset)).map((part) => seenParts(part, visible));
  return { ...condition, parts };
}

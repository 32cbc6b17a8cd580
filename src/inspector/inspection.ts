/**
 * What the inspector shows and does: one port that the views know, and that a repository in the tab, a server and a file implement.
 *
 * @module
 */
import type { ErrorCode, ErrorDetails } from "../errors.ts";
import type { MetadataWire } from "../metadata/metadata-json.ts";
import type { AnyEvent, ErrorRecord, FailureRecord } from "../storage/events.ts";
import type { LogRecord, RunKind, RunStatus, TickRecord } from "../storage/records.ts";
import type { StalenessCause } from "../storage/types.ts";
import type { Shown } from "./show.ts";

/**
 * How an asset or a partition is. `Partial`: some of its partitions are to be made. `Unrecorded`: written, and not recorded.
 * `Observed`: an external asset that was looked at.
 */
export type InspectedStatus = "UpToDate" | "Stale" | "Partial" | "Missing" | "Failed" | "Running" | "Unrecorded" | "Observed";

/**
 * The port of the inspector. Everything is plain JSON data, frozen; times are milliseconds since 1970-01-01T00:00:00Z; versions and
 * bigints are text. A failed call rejects with an `EdgewaterError`: `NotFound`, `PermissionDenied`, `Unauthenticated`,
 * `NotSupported` for what this implementation cannot do, `Unavailable` when it cannot be reached.
 */
export interface Inspection {
  /** Everything for the first screen, from the records alone: no store is asked. */
  readonly snapshot: (options?: SignalOptions) => Promise<Snapshot>;
  /**
   * What happens after a cursor, in batches, and then live, until the signal is aborted. Never throws for a lost connection: it says
   * so, tries again, and goes on after the last cursor, so that no event is missed or told twice.
   */
  readonly events: (after: number, signal: AbortSignal) => AsyncIterable<EventBatch | ConnectionState>;
  readonly asset: (name: string, options?: AssetQuery) => Promise<AssetView>;
  readonly partitions: (name: string, options?: PartitionsQuery) => Promise<PartitionsView>;
  /** The keys and the latest of some partitions, by their position. */
  readonly partitionRows: (name: string, options: PartitionRowsQuery) => Promise<readonly PartitionRow[]>;
  /** The runs, newest first. */
  readonly runs: (options?: RunsQuery) => Promise<readonly RunRow[]>;
  readonly run: (runId: string, options?: SignalOptions) => Promise<RunView>;
  readonly logs: (runId: string, options?: LogsQuery) => Promise<Page<LogRecord>>;
  /** Why an asset or a partition is stale, from itself up to where it began: at most 64 links. Empty when it is not. */
  readonly why: (name: string, options?: WhyQuery) => Promise<Why>;
  readonly preview: (name: string, options?: PreviewQuery) => Promise<Preview>;
  /** What has changed between two materializations, by their event ids. */
  readonly diff: (name: string, options: DiffQuery) => Promise<Diff>;
  /** What the conditions decide now, and their last evaluations. Requests and records nothing. */
  readonly automation: (options?: SignalOptions) => Promise<AutomationView>;
  /** The stored objects below a prefix. Asks stores. */
  readonly objects: (options?: ObjectsQuery) => Promise<Page<ObjectRow>>;
  /** What takes how much room. Asks stores, so only when it is looked at. */
  readonly storage: (options?: SignalOptions) => Promise<StorageView>;
  /** What an action would do. Does nothing. */
  readonly plan: (action: Action, options?: SignalOptions) => Promise<PlanView>;
  /** Begins an action and returns; what it does comes as events. With the same `id` an action is done once. */
  readonly act: (action: Action, options?: ActOptions) => Promise<Acted>;
  /** The records, or records and values, as one file of lines of JSON. */
  readonly export: (what: "records" | "all", options?: SignalOptions) => Promise<ReadableStream<Uint8Array>>;
  readonly import: (file: ReadableStream<Uint8Array>, options?: ImportQuery) => Promise<ImportView>;
  /** Ends what it holds, such as a connection. The repository stays open. */
  readonly close: () => Promise<void>;
}

export interface SignalOptions {
  readonly signal?: AbortSignal;
}

/** A part of a list; `next` asks for what follows, and is left out at the end. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next?: string;
}

/* ---- the first screen */

export interface Snapshot {
  /** Equal as long as nothing but `now` has changed. */
  readonly etag: string;
  /** The id of the last event that it includes. */
  readonly cursor: number;
  readonly now: number;
  /** The name of the repository, for the title. */
  readonly name: string;
  /** Where the records are, such as `IndexedDB, this tab`. */
  readonly where: string;
  /** What is allowed and possible here. What is absent is not drawn. */
  readonly can: Can;
  readonly nodes: readonly NodeRow[];
  /** From input to what is made from it, as positions in `nodes`, with the kind of the partition mapping unless it is the same key. */
  readonly edges: readonly (readonly [from: number, to: number, mapping?: string])[];
  /** The latest runs, newest first; at most 20. */
  readonly runs: readonly RunRow[];
  /** What needs somebody, the worst first. */
  readonly attention: readonly AttentionRow[];
}

export type Can = { readonly [Name in Action["type"] | "values" | "diff" | "export" | "import" | "objects"]?: true };

export interface NodeRow {
  readonly name: string;
  readonly kind: "asset" | "external" | "task";
  /** The name of the step that makes it: that of the multi-asset, or its own. */
  readonly step: string;
  readonly group?: string;
  readonly kinds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly codeVersion?: string;
  /** Whether it has an automation condition. */
  readonly isAutomated?: true;
  readonly status: InspectedStatus;
  readonly causes: readonly StalenessCause[];
  readonly latest?: LatestView;
  /** Of an asset with partitions. */
  readonly counts?: PartitionCounts;
}

/** The last materialization or observation. */
export interface LatestView {
  readonly eventId: number;
  readonly at: number;
  readonly runId: string;
  readonly dataVersion: string;
  /** A number that says how much it is, for a card: rows or bytes. */
  readonly size?: { readonly name: "rows" | "bytes"; readonly value: number };
}

export interface PartitionCounts {
  readonly total: number;
  readonly ok: number;
  readonly failed: number;
  readonly missing: number;
  readonly stale: number;
  readonly running: number;
  readonly unrecorded: number;
}

export interface AttentionRow {
  readonly kind: "failed" | "partial" | "stale" | "unrecorded" | "interrupted";
  /** The asset, or undefined for a run. */
  readonly asset?: string;
  readonly runId?: string;
  /** What is wrong, such as `failed twice`, without the name. */
  readonly what: string;
  /** Why, in a sentence. */
  readonly why: string;
}

/* ---- live */

export interface EventBatch {
  readonly cursor: number;
  readonly events: readonly EventView[];
  /** The runs that have changed. */
  readonly runs: readonly RunRow[];
  /** The nodes that have changed, by their position in the snapshot. */
  readonly nodes: readonly (readonly [position: number, node: NodeRow])[];
  /** What is not recorded: log lines, and how far steps are. */
  readonly live: readonly LiveEvent[];
}

export interface ConnectionState {
  /** When it last heard from the source. */
  readonly alive: number;
  readonly state: "live" | "retrying";
  readonly retryInMs?: number;
}

/** An event of the records as JSON: keys in their display form, metadata in its wire form. */
export interface EventView {
  readonly id: number;
  readonly type: AnyEvent["eventType"];
  readonly at: number;
  readonly runId: string;
  readonly asset?: string;
  readonly partition?: string;
  readonly dataVersion?: string;
  readonly codeVersion?: string;
  readonly metadata: MetadataWire;
  readonly failure?: FailureRecord;
  readonly reason?: string;
  readonly unchanged?: boolean;
  readonly status?: RunStatus;
  readonly found?: string;
}

export type LiveEvent =
  | ({ readonly type: "log" } & LogRecord)
  | { readonly type: "progress"; readonly runId: string; readonly step: string; readonly done: number; readonly total: number };

/* ---- assets */

export interface AssetQuery extends SignalOptions {
  /** How many versions; 20 unless given. */
  readonly versions?: number;
  /** Only versions before this event. */
  readonly before?: number;
  /** Only versions of this partition. */
  readonly partition?: string;
}

export interface AssetView extends NodeRow {
  readonly description?: string;
  /** The metadata that the asset declares. */
  readonly declared: MetadataWire;
  /** The latest recorded metadata. */
  readonly metadata: MetadataWire;
  readonly versions: readonly VersionRow[];
  /** There are versions before the last of `versions`: ask for them with this `before`. Left out at the end. */
  readonly next?: number;
  readonly inputs: readonly LinkRow[];
  readonly usedBy: readonly LinkRow[];
  readonly stored: StoredView;
  readonly failure?: EventView;
}

export interface VersionRow {
  readonly eventId: number;
  readonly type: "Materialization" | "Observation";
  readonly at: number;
  readonly runId: string;
  readonly partition?: string;
  readonly dataVersion: string;
  readonly codeVersion?: string;
  readonly metadata: MetadataWire;
  /** The data versions of the inputs, by name, or `name[key]`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether its bytes are kept, as far as the records say: those of the newest are, older ones with a history. */
  readonly isKept: boolean;
}

/** An input, or an asset that is made from this one. */
export interface LinkRow {
  readonly name: string;
  readonly kind: NodeRow["kind"];
  readonly status: InspectedStatus;
  readonly mapping?: string;
  /** The version that was read; of `usedBy`, the version of this asset that it has read. */
  readonly read?: string;
  /** The latest version of the input, or of this asset. */
  readonly latest?: string;
  readonly isCurrent: boolean;
}

export interface StoredView {
  readonly handler: string;
  readonly path?: string;
  readonly etag?: string;
  readonly digest?: string;
  /** Whether it keeps old versions. */
  readonly hasHistory: boolean;
}

/* ---- why */

export interface WhyQuery extends SignalOptions {
  readonly partition?: string;
}

export interface Why {
  /** From the asset up to where it began. */
  readonly chain: readonly WhyLink[];
  /** Inputs that have changed and are no cause, such as one with the same bytes. */
  readonly innocent: readonly { readonly asset: string; readonly because: string }[];
  /** Whether there are more links than are told. */
  readonly isCut: boolean;
}

export interface WhyLink {
  readonly asset: string;
  readonly partition?: string;
  readonly status: InspectedStatus;
  readonly cause: StalenessCause["kind"] | "observed" | "materialized";
  /** What it was made from, or was before; `current` is what there is now. */
  readonly from?: string;
  readonly current?: string;
  readonly runId?: string;
  readonly at?: number;
  readonly eventId?: number;
  /** The reason as a sentence, without the name of the asset. */
  readonly reason: string;
}

/* ---- partitions */

export interface PartitionsQuery extends SignalOptions {
  /** `status`, `age`, `seconds`, or the name of numeric metadata. */
  readonly measure?: string;
}

export type PartitionShape =
  | { readonly kind: "time"; readonly starts: readonly number[]; readonly stepMs?: number; readonly timeZone: string }
  | { readonly kind: "keys" }
  | { readonly kind: "multi"; readonly dimensions: readonly [DimensionView, DimensionView] };

export interface DimensionView {
  readonly name: string;
  readonly keys: readonly string[];
}

/** All partitions in the order of their definition, as runs of equal status: small also for 100,000. */
export interface PartitionsView {
  readonly shape: PartitionShape;
  readonly total: number;
  readonly counts: PartitionCounts;
  readonly statuses: readonly (readonly [status: InspectedStatus, count: number])[];
  /** The names that `measure` can have. */
  readonly measures: readonly string[];
  /** By position; null where it is not known. */
  readonly measure?: { readonly name: string; readonly values: readonly (number | null)[] };
  /** The partitions that were recorded once and that the definition does not have any more. */
  readonly removed: number;
}

export interface PartitionRowsQuery extends SignalOptions {
  readonly from: number;
  /** Exclusive; at most 500 rows. */
  readonly to: number;
}

export interface PartitionRow {
  readonly position: number;
  readonly key: string;
  readonly status: InspectedStatus;
  readonly latest?: LatestView;
  readonly metadata: MetadataWire;
  readonly failure?: FailureRecord;
  /** The run or the backfill that makes it. */
  readonly madeBy?: string;
}

/* ---- runs */

export interface RunsQuery extends SignalOptions {
  /** Only runs that began before this time. */
  readonly before?: number;
  /** At most 500; 50 unless given. */
  readonly limit?: number;
  readonly status?: RunStatus;
}

export interface RunRow {
  readonly runId: string;
  readonly status: RunStatus;
  readonly kind: RunKind;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly nodes: readonly string[];
  /** How many partitions it makes. */
  readonly partitions?: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly attempt: number;
  /** Milliseconds since its owner was last heard of; of a run that has not ended. */
  readonly silentMs?: number;
}

export interface RunView extends RunRow {
  readonly steps: readonly StepView[];
  readonly failures: readonly RunFailure[];
  /** What resuming it would do. */
  readonly resume?: { readonly makes: number; readonly keeps: number };
  /** The runs before and after it. */
  readonly previous?: string;
  readonly next?: string;
}

export interface StepView {
  readonly step: string;
  readonly assets: readonly string[];
  readonly status: "Waiting" | "Running" | "Success" | "Failure" | "Skipped" | "Unchanged" | "Canceled";
  /** Its attempts, each with its end, and the error of one that failed. */
  readonly attempts: readonly { readonly from: number; readonly to?: number; readonly error?: ErrorRecord }[];
  /** Whether the end of the run waited for it. */
  readonly isCritical: boolean;
  /** Names of the steps that it waits for. */
  readonly after: readonly string[];
  /** What it made, or why it did not: a short text. */
  readonly note: string;
  readonly progress?: { readonly done: number; readonly total: number };
  readonly outputs: readonly {
    readonly asset: string;
    readonly partition?: string;
    readonly dataVersion: string;
    readonly eventId: number;
  }[];
}

export interface RunFailure {
  readonly step: string;
  readonly asset?: string;
  readonly partition?: string;
  readonly at: number;
  readonly tries: number;
  readonly failure: FailureRecord;
  /** What it had read, by name, or `name[key]`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The steps that were skipped because of it. */
  readonly skipped: readonly string[];
  /** What to do, in a sentence. */
  readonly remedy?: string;
}

export interface LogsQuery extends SignalOptions {
  readonly after?: string;
  /** At most 500; 200 unless given. */
  readonly limit?: number;
}

/* ---- values */

export interface PreviewQuery extends SignalOptions {
  readonly partition?: string;
  /** The event of the version; the newest unless given. */
  readonly version?: number;
  /** The rows of a table, `to` exclusive. */
  readonly rows?: readonly [from: number, to: number];
  /** Where in a tree. */
  readonly path?: readonly (string | number)[];
  readonly sort?: readonly [column: string, direction: "up" | "down"];
  /** Only rows with this text. */
  readonly find?: string;
  /** Reads a value of up to this many bytes in place of the limit. */
  readonly maxBytes?: number;
}

export type Preview =
  | {
      readonly kind: "table";
      readonly columns: readonly ColumnView[];
      readonly total: number;
      readonly rows: readonly (readonly Shown[])[];
    }
  | { readonly kind: "tree"; readonly root: Shown }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly language?: "markdown" | "json" | "sql" | "svg" | "html";
      readonly cutAt?: number;
    }
  | { readonly kind: "image"; readonly type: "image/png" | "image/jpeg" | "image/webp" | "image/gif"; readonly base64: string }
  | { readonly kind: "bytes"; readonly size: number; readonly base64: string }
  | {
      readonly kind: "refused";
      readonly because: "too-large" | "not-allowed" | "gone" | "damaged" | "unreadable";
      readonly message: string;
      readonly code?: ErrorCode;
      readonly size?: number;
      readonly limit?: number;
    };

export interface ColumnView {
  readonly name: string;
  readonly type: string;
  readonly unit?: "degrees-lon" | "degrees-lat";
  /** Counts of a histogram from `min` to `max`, of numbers and dates. */
  readonly bins?: readonly number[];
  readonly min?: number;
  readonly max?: number;
  readonly distinct?: number;
}

export interface DiffQuery extends SignalOptions {
  readonly from: number;
  readonly to: number;
  readonly partition?: string;
  /** At most 1,000 rows; 200 unless given. */
  readonly limit?: number;
}

export interface Diff {
  readonly metadata: readonly { readonly key: string; readonly from?: string; readonly to?: string }[];
  readonly inputs: readonly { readonly name: string; readonly from?: string; readonly to?: string }[];
  readonly code?: { readonly from?: string; readonly to?: string };
  readonly value: ValueDiff;
}

export type ValueDiff =
  | { readonly kind: "same" }
  | {
      readonly kind: "rows";
      readonly columns: readonly string[];
      /** The column by which rows were matched; left out when they were matched by position. */
      readonly key?: string;
      readonly added: number;
      readonly removed: number;
      readonly changed: number;
      readonly rows: readonly RowDiff[];
    }
  | {
      readonly kind: "tree";
      readonly changes: readonly { readonly path: string; readonly from?: Shown; readonly to?: Shown }[];
      readonly isCut: boolean;
    }
  | {
      readonly kind: "lines";
      readonly lines: readonly { readonly sign: "+" | "-" | " "; readonly text: string }[];
      readonly isCut: boolean;
    }
  | {
      readonly kind: "refused";
      readonly because: "gone" | "too-large" | "not-allowed" | "unreadable" | "damaged";
      readonly message: string;
    };

export type RowDiff =
  | { readonly sign: "+" | "-"; readonly cells: readonly Shown[] }
  /** A cell that has changed has both values. */
  | { readonly sign: "~"; readonly cells: readonly (Shown | { readonly from: Shown; readonly to: Shown })[] };

/* ---- automation */

export interface AutomationView {
  readonly evaluatedAt: number;
  readonly assets: readonly {
    readonly asset: string;
    readonly shouldRun: boolean;
    readonly partitions?: number;
    readonly root: ConditionView;
  }[];
  /** What it asks for, as the action that does it. */
  readonly requests: readonly { readonly runId?: string; readonly selection: readonly string[]; readonly partitions: number }[];
  readonly ticks: readonly TickRecord[];
}

export interface ConditionView {
  readonly label: string;
  readonly asset: string;
  readonly isTrue: boolean;
  readonly partitions?: number;
  /** The fact that decided it, when there is one to tell. */
  readonly fact?: string;
  readonly parts: readonly ConditionView[];
}

/* ---- storage */

export interface ObjectsQuery extends SignalOptions {
  readonly prefix?: string;
  readonly after?: string;
  /** At most 500; 100 unless given. */
  readonly limit?: number;
}

export interface ObjectRow {
  readonly key: string;
  readonly size: number;
  readonly at?: number;
  /** Whose value it is, if the layout of keys tells. */
  readonly asset?: string;
  readonly partition?: string;
  readonly dataVersion?: string;
  /** `current`: what the record names. `old`: a version that a history keeps. `unrecorded`: of an asset, not recorded. `unknown`: of none. */
  readonly state: "current" | "old" | "unrecorded" | "unknown";
}

export interface StorageView {
  readonly name: string;
  readonly values: { readonly bytes: number; readonly objects: number; readonly isCut: boolean };
  readonly records: { readonly bytes?: number; readonly events: number; readonly runs: number };
  readonly byAsset: readonly { readonly asset: string; readonly bytes: number; readonly objects: number }[];
  /** What the browser estimates; left out elsewhere. */
  readonly estimate?: { readonly usage: number; readonly quota: number };
  /** Whether the browser has promised to keep it; left out where nothing asks. */
  readonly isPersisted?: boolean;
}

/* ---- actions */

export type Action =
  | {
      readonly type: "materialize" | "backfill";
      readonly selection: readonly string[];
      readonly partitions?: readonly string[];
      readonly includeUpstream?: boolean;
      /** Only what is so, in place of naming it. */
      readonly only?: "missing" | "stale" | "failed";
    }
  | { readonly type: "resume"; readonly runId: string; readonly force?: boolean }
  /** `end` sets the outcome of a run that nobody makes any more to `Canceled`. */
  | { readonly type: "cancel" | "end"; readonly runId: string }
  | { readonly type: "observe"; readonly selection: readonly string[] }
  /** Materializes what the conditions ask for. */
  | { readonly type: "automate" }
  | { readonly type: "write"; readonly asset: string; readonly partition?: string; readonly value: Shown }
  | { readonly type: "rollback"; readonly asset: string; readonly partition?: string; readonly version: number }
  | { readonly type: "delete"; readonly keys: readonly string[] }
  | { readonly type: "prune"; readonly before: number }
  /** Asks the browser to keep what is stored. */
  | { readonly type: "persist" };

export interface PlanView {
  /** One sentence that says what would happen. */
  readonly summary: string;
  readonly steps: readonly PlanStep[];
  /** How many steps there are; `steps` has at most 500. */
  readonly total: number;
  /** What else there is to know, such as what others make already. */
  readonly notes: readonly string[];
  /** What it took the last time, in milliseconds, as far as that is known. */
  readonly estimateMs?: number;
  /** Why it cannot be done. */
  readonly refused?: { readonly code: ErrorCode; readonly message: string };
}

export interface PlanStep {
  readonly step: string;
  readonly assets: readonly string[];
  readonly partitions?: number;
  readonly why: "missing" | "stale" | "failed" | "requested" | "unchanged" | "running";
  readonly reason: string;
}

export interface ActOptions extends SignalOptions {
  /** Names the action, so that a second press does nothing. */
  readonly id?: string;
}

export interface Acted {
  readonly runId?: string;
  /** What was done, when it is done at once. */
  readonly summary?: string;
}

export interface ImportQuery extends SignalOptions {
  readonly merge?: boolean;
  readonly dryRun?: boolean;
}

export interface ImportView {
  readonly events: number;
  readonly runs: number;
  readonly values: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

/** An error as it is sent. */
export interface ErrorView {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

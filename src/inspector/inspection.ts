/**
 * What the inspector shows and does: one port that the views know, and that a repository in the tab, a server and a file implement.
 *
 * @module
 */
import type { LogRecord } from "../storage/types.ts";
import type { Acted, Action, ActOptions, ImportQuery, ImportView, PlanView } from "./port/actions.ts";
import type {
  AssetQuery,
  AssetView,
  PartitionRow,
  PartitionRowsQuery,
  PartitionsQuery,
  PartitionsView,
  Why,
  WhyQuery,
} from "./port/assets.ts";
import type { Page, SignalOptions } from "./port/common.ts";
import type { LogsQuery, RunRow, RunsQuery, RunView } from "./port/runs.ts";
import type { ConnectionState, EventBatch, Snapshot } from "./port/snapshot.ts";
import type { AutomationView, ObjectRow, ObjectsQuery, StorageView } from "./port/upkeep.ts";
import type { BytesQuery, Diff, DiffQuery, Preview, PreviewQuery, ValueBytes } from "./port/values.ts";

export type * from "./port/actions.ts";
export type * from "./port/assets.ts";
export type * from "./port/common.ts";
export type * from "./port/runs.ts";
export type * from "./port/snapshot.ts";
export type * from "./port/upkeep.ts";
export type * from "./port/values.ts";

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
  /** Everything that the records say of one asset or task, with its versions. */
  readonly asset: (name: string, options?: AssetQuery) => Promise<AssetView>;
  /** All partitions of an asset as runs of equal status. */
  readonly partitions: (name: string, options?: PartitionsQuery) => Promise<PartitionsView>;
  /** The keys and the latest of some partitions, by their position. */
  readonly partitionRows: (name: string, options: PartitionRowsQuery) => Promise<readonly PartitionRow[]>;
  /** The runs, newest first. */
  readonly runs: (options?: RunsQuery) => Promise<readonly RunRow[]>;
  /** A run: its steps, what failed and why, and the runs beside it. */
  readonly run: (runId: string, options?: SignalOptions) => Promise<RunView>;
  /** The log of a run, page by page. `next` also asks for lines that are written later. */
  readonly logs: (runId: string, options?: LogsQuery) => Promise<Page<LogRecord>>;
  /** Why an asset or a partition is stale, from itself up to where it began: at most 64 links. Empty when it is not. */
  readonly why: (name: string, options?: WhyQuery) => Promise<Why>;
  /** A value, or a part of it, as it is shown; or why it is not. */
  readonly preview: (name: string, options?: PreviewQuery) => Promise<Preview>;
  /**
   * The bytes of a value as they are stored, whole or damaged, to save them. Rejects with `NotFound` for a value that is gone, and
   * with `NotSupported` for a handler that keeps values elsewhere than in a store.
   */
  readonly bytes: (name: string, options?: BytesQuery) => Promise<ValueBytes>;
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
  /** Imports a file of `export`, checked as a whole before any record is written. */
  readonly import: (file: ReadableStream<Uint8Array>, options?: ImportQuery) => Promise<ImportView>;
  /** Ends what it holds, such as a connection. The repository stays open. */
  readonly close: () => Promise<void>;
}

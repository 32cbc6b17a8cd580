import type { PartitionKey } from "../partition/partition-key.ts";
import type { Reach } from "../reach.ts";
import type { Batch } from "./batch.ts";
import type { AnyEvent, EventType, StoredEvent } from "./events.ts";
import type { AssetDefinition, KvEntry, LatestRecord, Lease, LogRecord, RunRecord, RunStatus, TickRecord } from "./records.ts";

export type { Reach };

/** A filter of events. A field that is left out or undefined matches every event. */
export interface EventsQuery {
  /** Events of this asset. */
  readonly assetKey?: string | undefined;
  /** Events with this partition id, see `partitionId`. */
  readonly partitionId?: string | undefined;
  /** Events of this run. */
  readonly runId?: string | undefined;
  /** Events of these types. */
  readonly types?: readonly EventType[] | undefined;
  /** Events with a greater id. */
  readonly after?: number | undefined;
  /** Events with a smaller id. */
  readonly before?: number | undefined;
  /** Whether the newest event comes first; otherwise the oldest does. */
  readonly newestFirst?: boolean | undefined;
  /** Greatest number of events; no limit unless given. */
  readonly limit?: number | undefined;
}

/** An asset, or one of its partitions. */
export interface Place {
  /** Name of the asset. */
  readonly assetKey: string;
  /** The partition; undefined for the asset. */
  readonly partition?: string | PartitionKey | undefined;
}

/** A filter of latest records. */
export interface LatestQuery {
  /** Records of this asset; of every asset unless given. */
  readonly assetKey?: string | undefined;
  /** Records of the assets themselves, or of their partitions. */
  readonly of: "assets" | "partitions";
}

/** A filter of runs. */
export interface RunsQuery {
  /** Runs with this stored status, which is never `Interrupted`; every run unless given. */
  readonly status?: RunStatus | undefined;
  /** Greatest number of runs; no limit unless given. */
  readonly limit?: number | undefined;
}

/** A filter of ticks. */
export interface TicksQuery {
  /** Ticks of this name; every tick unless given. */
  readonly name?: string | undefined;
  /** Greatest number of ticks; no limit unless given. */
  readonly limit?: number | undefined;
}

/** One key of a dynamic partitions definition. */
export interface DynamicPartition {
  /** Name of the definition. */
  readonly definition: string;
  /** The partition key. */
  readonly key: string;
}

/**
 * Where a Storage keeps its rows: the port that every back end implements. Every other method of a Storage is built on
 * these.
 *
 * Obligations:
 * - A commit is atomic. Its preconditions hold at the moment of its writes, and every later read sees what it wrote.
 * - Event ids grow in the order in which commits become visible: a reader that has seen an id never finds a new event with
 *   a smaller one.
 * - A commit whose id it remembers writes nothing, and returns the events of the first commit with this id; see `Batch.id`.
 * - What does not exist is left out of a list, or `undefined`.
 * - `close` releases everything.
 */
export interface Backend {
  /** Name for error messages, without secrets. */
  readonly name: string;
  /** From where the same rows can be reached. */
  readonly reach: Reach;
  /** Writes a batch and returns its events with their ids. @throws `PreconditionFailed` */
  readonly commit: (batch: Batch) => Promise<readonly AnyEvent[]>;
  /** The events that match, oldest first unless `newestFirst` is given. */
  readonly events: (query: EventsQuery) => Promise<readonly AnyEvent[]>;
  /**
   * Waits for events with a greater id and returns the oldest ones: at once when there are some, and none after a while without.
   * For a back end that would be asked again and again over a network; every other is.
   *
   * @throws `Aborted` when the signal is aborted
   */
  readonly nextEvents?: (after: number, signal: AbortSignal) => Promise<readonly AnyEvent[]>;
  /**
   * Calls `wake` after each commit with events of another connection, and returns a function that ends this. For a back end that can
   * tell; a subscription of any other looks from time to time.
   */
  readonly onCommit?: (wake: () => void) => () => void;
  /** The last materialization of an asset, or of the partition with this id. */
  readonly materialization: (assetKey: string, partitionId: string) => Promise<StoredEvent | undefined>;
  /** The latest records of these different assets and partitions, in any order; those without events are left out. */
  readonly latestOf: (places: readonly Place[]) => Promise<readonly LatestRecord[]>;
  /** The latest records that match, in any order. */
  readonly latest: (query: LatestQuery) => Promise<readonly LatestRecord[]>;
  /** The declared assets and tasks, in any order. */
  readonly definitions: (assetKey?: string) => Promise<readonly AssetDefinition[]>;
  /** One run. */
  readonly run: (runId: string) => Promise<RunRecord | undefined>;
  /** The runs that match, newest first. */
  readonly runs: (query: RunsQuery) => Promise<readonly RunRecord[]>;
  /**
   * The leases of this run and its steps, or of every run, in any order; with `step` only those of this step, and with an empty
   * one only those of the runs themselves. Their ages are by the clock of the back end.
   */
  readonly leases: (runId?: string, step?: string) => Promise<readonly Lease[]>;
  /** The log of a run, oldest line first. */
  readonly logs: (runId: string) => Promise<readonly LogRecord[]>;
  /** The ticks that match, newest first. */
  readonly ticks: (query: TicksQuery) => Promise<readonly TickRecord[]>;
  /** One value of the key-value store. */
  readonly kv: (key: string) => Promise<Uint8Array | undefined>;
  /** The entries whose key starts with the prefix, in the order of the keys' UTF-8 bytes. */
  readonly kvList: (prefix: string) => Promise<readonly KvEntry[]>;
  /** The keys of one definition, or of every one, in the order in which they were added to it. */
  readonly dynamicPartitions: (definition?: string) => Promise<readonly DynamicPartition[]>;
  /** Closes the connection or the file. */
  readonly close: () => Promise<void>;
}

/** A back end that is not open yet, for `Storage.connect`. Made by `postgres(…)`, `d1(…)`, `durableObject(…)` and `sqlite(…)`. */
export interface StorageBackend {
  /** Name for error messages, without secrets. */
  readonly name: string;
  /** Opens the back end, and creates its tables when it is new. @throws `SchemaMismatch` when the schema has another version */
  readonly open: (options: { readonly readOnly: boolean }) => Promise<Backend>;
  /** Brings the schema to this library's version. Idempotent; concurrent calls wait for each other. */
  readonly migrate: () => Promise<void>;
}

/** Runs `work` on the back end. @throws `Closed` after the Storage was closed */
export type UseBackend = <Value>(work: (backend: Backend) => Promise<Value>) => Promise<Value>;

/** Options of `Storage.connect`. */
export interface ConnectOptions {
  /** Refuses every commit. Also opens a schema that this version may read but not write. */
  readonly readOnly?: boolean;
}

/**
 * Options of `Storage.embedded` and `sqlite`. With `readOnly`, an SQLite file in a folder that may not be written is read from a copy
 * in the temporary folder, unless another process has it open.
 */
export interface EmbeddedOptions extends ConnectOptions {
  /** Whether every commit survives a power cut. Without it, a commit survives a killed process; false unless given. */
  readonly fsync?: boolean;
  /** How long to wait for another process that is writing, in milliseconds; 10,000 unless given. Unused in browsers. */
  readonly lockTimeoutMs?: number;
}

/**
 * The text that identifies an asset (`""`) or one of its partitions (`=` and the display form of the key) in the indexes
 * of a back end.
 */
export function partitionId(partition: string | PartitionKey | undefined): string {
  return partition === undefined ? "" : `=${partition}`;
}

/** An id for an asset, or one of its partitions. */
export function placeId(assetKey: string, partitionId: string): string {
  return `${assetKey.length}:${assetKey}${partitionId}`;
}

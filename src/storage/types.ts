import type { PartitionKey } from "../partition/partition-key.ts";
import type { Batch } from "./batch.ts";
import type { AnyEvent, EventType, StoredEvent } from "./events.ts";
import type { AssetDefinition, AssetRecord, KvEntry, LatestRecord, LogRecord, RunRecord, RunStatus, TickRecord } from "./records.ts";

export interface EventsOptions {
  /** At most so many; of an asset 100 unless given, of a run all. */
  readonly limit?: number;
  /** Only those of this partition. */
  readonly partition?: string | PartitionKey;
}

export interface TypedEventsOptions extends EventsOptions {
  /** Only events of these types, or of all; materializations and observations unless given. */
  readonly types: readonly EventType[] | "all";
}

export interface RunsOptions {
  /** At most so many; 100 unless given. */
  readonly limit?: number;
  readonly status?: RunStatus;
}

export interface SubscribeOptions {
  /** Only events with a greater id: the last one that was handled. All events unless given. */
  readonly after?: number;
  /** How often the records are looked at for what others have written, in milliseconds; 250 unless given. */
  readonly intervalMs?: number;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** Why an asset or a partition is out of date, and what of it. */
export interface StalenessCause {
  readonly kind: "code-version" | "upstream-stale" | "upstream-version" | "upstream-unconsumed";
  /** The asset above it; undefined for its own code. */
  readonly upstream: string | undefined;
  /** The partition of the asset above it. */
  readonly upstreamPartition: string | undefined;
  /** The same as a sentence. */
  readonly reason: string;
}

/** Whether what is stored is what its code and inputs would make now. */
export interface Staleness {
  readonly asset: string;
  /** The display form of the key; undefined for the asset. */
  readonly partition: string | undefined;
  readonly status: "Missing" | "Stale" | "UpToDate";
  readonly causes: readonly StalenessCause[];
}

export interface StalenessOptions {
  /** Only these assets; every asset of the catalogue unless given. */
  readonly assets?: readonly string[];
  /** Whether each partition is judged too, after its asset. */
  readonly partitions?: boolean;
}

export interface ImportOptions {
  /**
   * Whether records may come to others that are there: events are then numbered anew, and runs, assets and keys that are
   * there stay as they are. Without it the Storage must be empty.
   */
  readonly merge?: boolean;
  readonly signal?: AbortSignal;
}

export interface PruneOptions {
  /** Only what is older, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly before: number;
  /** How many materializations and observations of each asset, or of each of its partitions, stay however old; 1 unless given. */
  readonly keep?: number;
  /** Says what would be deleted, and deletes nothing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** What was pruned, or would be. */
export interface Pruned {
  readonly events: number;
  /** With their logs. */
  readonly runs: number;
  /** By asset: how many events go, and how many stay and why. Sentences. */
  readonly explanation: readonly string[];
}

/**
 * The record of what happened: runs and events, never the values of assets. Every method returns a promise; what is not
 * there is `undefined`. A partition is asked for by its key or by the key's display form. Times are milliseconds since
 * 1970-01-01T00:00:00Z.
 *
 * Obligations: a commit is atomic; what it wrote is seen by every later read; events are never dropped; a closed
 * Storage refuses every call with `Closed`; closing twice is fine, and waits for what is going on.
 */
export interface Storage extends AsyncDisposable {
  /** What it is, for messages: no secret. */
  readonly name: string;
  /**
   * Writes a batch as a whole and returns its events, numbered.
   *
   * @throws `PreconditionFailed` when one does not hold; `Unavailable` when the back end cannot be reached
   */
  readonly commit: (batch: Batch) => Promise<readonly StoredEvent[]>;

  /** Newest first. Materializations and observations, unless other `types` are asked for. */
  getEventsForAsset(assetKey: string, options: TypedEventsOptions): Promise<readonly AnyEvent[]>;
  getEventsForAsset(assetKey: string, options?: EventsOptions): Promise<readonly StoredEvent[]>;
  /** Oldest first. Materializations and observations, unless other `types` are asked for. */
  getEventsForRun(runId: string, options: TypedEventsOptions): Promise<readonly AnyEvent[]>;
  getEventsForRun(runId: string, options?: EventsOptions): Promise<readonly StoredEvent[]>;
  /** Of the asset, or of one of its partitions. */
  readonly getLatestMaterialization: (assetKey: string, partition?: string | PartitionKey) => Promise<StoredEvent | undefined>;
  /**
   * Every event after a cursor, in the order of commits, and then every new one as it comes. Misses nothing: an event
   * that is seen later has a greater id. Ends when the signal is aborted or the Storage is closed.
   *
   * @example
   * ```ts
   * for await (const event of storage.subscribe({ after: lastId, signal })) lastId = event.id;
   * ```
   */
  readonly subscribe: (options?: SubscribeOptions) => AsyncIterableIterator<AnyEvent>;

  /** Whether every commit is refused. */
  readonly isReadOnly: boolean;
  /** Adds assets to the catalogue, or replaces them; writes only what has changed, and nothing when it is read only. */
  readonly declareAssets: (assets: readonly AssetDefinition[]) => Promise<void>;
  /** Every asset that was declared, or that something happened to. */
  readonly getAssetRecords: () => Promise<readonly AssetRecord[]>;
  readonly getAssetRecord: (assetKey: string) => Promise<AssetRecord | undefined>;
  /** Those with this tag, and this value of it when one is given. */
  readonly getAssetsByTag: (tag: string, value?: string) => Promise<readonly AssetRecord[]>;
  readonly getAssetsByKind: (kind: string) => Promise<readonly AssetRecord[]>;
  readonly getAssetsByGroup: (group: string) => Promise<readonly AssetRecord[]>;
  /** Every partition that was ever written, in the order of its first write. */
  readonly getMaterializedPartitions: (assetKey: string) => Promise<readonly PartitionKey[]>;
  readonly countMaterializedPartitions: (assetKey: string) => Promise<number>;
  /** What last happened to each partition, in the order of their first write. */
  readonly getPartitionRecords: (assetKey: string) => Promise<readonly LatestRecord[]>;
  /**
   * Whether assets are missing, stale or up to date, and why. A stale input makes stale what is made from it.
   *
   * @example
   * ```ts
   * for (const { asset, status, causes } of await storage.computeStaleness()) print(asset, status, causes.map(({ reason }) => reason));
   * ```
   */
  readonly computeStaleness: (options?: StalenessOptions) => Promise<readonly Staleness[]>;

  readonly getRun: (runId: string) => Promise<RunRecord | undefined>;
  /** Newest first. */
  readonly getRuns: (options?: RunsOptions) => Promise<readonly RunRecord[]>;
  /**
   * Says how a run ended that its process could not end itself.
   *
   * @throws `NotFound` for an unknown one, `PreconditionFailed` for one that has ended
   */
  readonly setRunOutcome: (runId: string, status: Exclude<RunStatus, "Started">) => Promise<void>;
  /** What its steps have written, oldest first. */
  readonly getRunLogs: (runId: string) => Promise<readonly LogRecord[]>;
  /** Newest first, 100 unless given. */
  readonly getTicks: (name: string, limit?: number) => Promise<readonly TickRecord[]>;

  /** Values by key, for whoever needs some beside the records. Keys that start with `edgewater/` are this library's. */
  readonly kvGet: (key: string) => Promise<Uint8Array | undefined>;
  readonly kvSet: (key: string, value: Uint8Array) => Promise<void>;
  readonly kvDelete: (key: string) => Promise<void>;
  /** Those whose key starts with the prefix, in the order of UTF-8. */
  readonly kvList: (prefix?: string) => Promise<readonly KvEntry[]>;
  /**
   * Sets or deletes a value if it still is the expected one; undefined stands for none. Says whether it did.
   *
   * @example
   * ```ts
   * const before = await storage.kvGet("counter");
   * await storage.kvCompareAndSet("counter", before, new Uint8Array([(before?.[0] ?? 0) + 1]));
   * ```
   */
  readonly kvCompareAndSet: (key: string, expected: Uint8Array | undefined, value: Uint8Array | undefined) => Promise<boolean>;

  /**
   * Adds keys to a dynamic partitions definition; those that it has stay where they are.
   *
   * @throws `PartitionError` for no keys, or one that is empty or has a reserved character
   */
  readonly addDynamicPartitions: (definition: string, keys: readonly string[]) => Promise<void>;
  readonly deleteDynamicPartition: (definition: string, key: string) => Promise<void>;
  /** In the order in which they were added. */
  readonly getDynamicPartitions: (definition: string) => Promise<readonly string[]>;
  readonly hasDynamicPartition: (definition: string, key: string) => Promise<boolean>;

  /**
   * Everything that is recorded, as lines of JSON that any other Storage imports. Do not write meanwhile: what is
   * written while it is read may be in it or not.
   */
  readonly export: (options?: { readonly signal?: AbortSignal }) => AsyncIterableIterator<string>;
  /**
   * Takes what `export` gave, of whichever back end. Events keep their ids.
   *
   * @throws `AlreadyExists` when there are records and `merge` is not given, `Integrity` for lines that are no export or
   *   end too early, `SchemaMismatch` for those of a later version
   *
   * @example
   * ```ts
   * await server.import(tab.export());
   * ```
   */
  readonly import: (lines: AsyncIterable<string> | Iterable<string>, options?: ImportOptions) => Promise<void>;
  /**
   * Deletes old events, and the runs that ended before with nothing left of them. The last that is known of every asset
   * and partition stays, and so does a run that goes on.
   */
  readonly prune: (options: PruneOptions) => Promise<Pruned>;
  readonly close: () => Promise<void>;
}

export type { Backend, DynamicPartition, EventsQuery, LatestQuery, RunsQuery, StorageBackend, TicksQuery } from "./backend.ts";
export type { Batch, Deletes, DynamicPartitionsChange, Precondition } from "./batch.ts";
export type { ConnectOptions, EmbeddedOptions } from "./embedded-options.ts";
export type { AnyEvent, EventType, NewEvent, StepEvent, StoredEvent } from "./events.ts";
export type {
  AssetDefinition,
  AssetRecord,
  Dependency,
  KvEntry,
  Latest,
  LatestRecord,
  LogRecord,
  RunRecord,
  RunSelection,
  RunStatus,
  TickRecord,
} from "./records.ts";

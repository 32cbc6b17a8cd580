import type { PartitionKey } from "../partition/partition-key.ts";
import type { Place, Reach } from "./backend.ts";
import type { Batch } from "./batch.ts";
import type { AnyEvent, EventType, StoredEvent } from "./events.ts";
import type {
  AssetDefinition,
  AssetRecord,
  KvEntry,
  LatestRecord,
  Lease,
  LogRecord,
  RunOutcome,
  RunRecord,
  RunStatus,
  TickRecord,
} from "./records.ts";

/** Options of `getEventsForAsset` and `getEventsForRun`. */
export interface EventsOptions {
  /** Greatest number of events; unless given 100 of an asset, and all of a run. */
  readonly limit?: number;
  /** Only events of this partition. */
  readonly partition?: string | PartitionKey;
  /** Of `getEventsForAsset`: only events of this run. */
  readonly runId?: string;
  /** Only events with a greater id. */
  readonly after?: number;
  /** Only events with a smaller id. */
  readonly before?: number;
}

/** Options of `getEventsForAsset` and `getEventsForRun` that choose the types of events. */
export interface TypedEventsOptions extends EventsOptions {
  /** Events of these types, or of all types. */
  readonly types: readonly EventType[] | "all";
}

/** Options of `getRuns`. */
export interface RunsOptions {
  /** Greatest number of runs; 100 unless given. */
  readonly limit?: number;
  /** Only runs with this status. */
  readonly status?: RunStatus;
}

/** Options of `subscribe`. */
export interface SubscribeOptions {
  /** Only events with a greater id: the id of the last event that was handled. All events unless given. */
  readonly after?: number;
  /**
   * How often to look for events of other writers, in milliseconds; 250 unless given. In browsers, tabs tell each other of commits at once;
   * there it is 5000.
   */
  readonly intervalMs?: number;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** One reason why an asset or a partition is stale. */
export interface StalenessCause {
  /** The kind of the reason. */
  readonly kind:
    | "code-version"
    | "upstream-stale"
    | "upstream-version"
    | "upstream-unconsumed"
    | "value-missing"
    | "value-replaced"
    | "value-unrecorded";
  /** Name of the input's asset; undefined for `code-version` and the kinds of the own value. */
  readonly upstream: string | undefined;
  /** The display form of the input's partition; undefined without partitions. */
  readonly upstreamPartition: string | undefined;
  /** The reason as a text. */
  readonly reason: string;
}

/** Whether an asset or a partition is what its code and inputs would make now. */
export interface Staleness {
  /** Name of the asset. */
  readonly asset: string;
  /** The display form of the partition's key; undefined for the asset. */
  readonly partition: string | undefined;
  /**
   * `Missing`: never materialized or observed, or the last look at its store found no value. `Stale`: the code or an input has
   * changed, or the last look found another value.
   */
  readonly status: "Missing" | "Stale" | "UpToDate";
  /** Why it is stale, or missing although it was recorded; empty otherwise. */
  readonly causes: readonly StalenessCause[];
}

/** Options of `computeStaleness`. */
export interface StalenessOptions {
  /** Only these assets; every asset of the catalogue unless given. */
  readonly assets?: readonly string[];
  /** Whether the result has each partition too, after its asset; false unless given. */
  readonly partitions?: boolean;
}

/** Options of `import`. */
export interface ImportOptions {
  /**
   * Whether the Storage may have rows already. Then imported events get new ids and lose their `inputEventIds`, and existing
   * runs, assets and keys stay as they are. Otherwise the Storage must be empty.
   */
  readonly merge?: boolean;
  /** Stops the import between two commits. */
  readonly signal?: AbortSignal;
}

/** Options of `prune`. */
export interface PruneOptions {
  /** Delete only what is older, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly before: number;
  /** How many materializations and observations of each asset or partition to keep, whatever their age; 1 unless given. */
  readonly keep?: number;
  /** Returns what would be deleted, and deletes nothing. */
  readonly dryRun?: boolean;
  /** Stops between two pages of events. */
  readonly signal?: AbortSignal;
}

/** The result of `prune`: what was deleted, or would be. */
export interface Pruned {
  /** Number of deleted events. */
  readonly events: number;
  /** Number of deleted runs; their logs are deleted too. */
  readonly runs: number;
  /** For people: how many events of each asset are deleted, and how many are kept and why. */
  readonly explanation: readonly string[];
}

/**
 * The record of what happened: runs and events, never the values of assets. Every method returns a promise; what does not
 * exist is `undefined`. A partition is given as a key or as the key's display form. Times are milliseconds since
 * 1970-01-01T00:00:00Z.
 *
 * Obligations:
 * - A commit is atomic, and every later read sees what it wrote.
 * - Events are never dropped.
 * - After `close`, every call is refused with `Closed`.
 *
 * Every call can throw `Unavailable` when the back end cannot be reached, and every call that writes `PermissionDenied` when
 * the Storage is read only.
 */
export interface Storage extends AsyncDisposable {
  /** Name for error messages, without secrets. */
  readonly name: string;
  /** From where the same records can be reached. */
  readonly reach: Reach;
  /**
   * Writes a batch as a whole and returns its events with their ids.
   *
   * @throws `PreconditionFailed` when one of its preconditions does not hold, or an event brings an id along that is not greater
   *   than all others; `SettingsError`, `InvalidPath`, `MetadataError` and `PartitionError` for a wrong batch, whose `field` names
   *   what is wrong. Then nothing is written
   */
  readonly commit: (batch: Batch) => Promise<readonly StoredEvent[]>;

  /** The events of an asset, newest first: materializations and observations, unless other `types` are given. */
  getEventsForAsset(assetKey: string, options: TypedEventsOptions): Promise<readonly AnyEvent[]>;
  getEventsForAsset(assetKey: string, options?: EventsOptions): Promise<readonly StoredEvent[]>;
  /** The events of a run, oldest first: materializations and observations, unless other `types` are given. */
  getEventsForRun(runId: string, options: TypedEventsOptions): Promise<readonly AnyEvent[]>;
  getEventsForRun(runId: string, options?: EventsOptions): Promise<readonly StoredEvent[]>;
  /** The last materialization of an asset, or of one of its partitions. */
  readonly getLatestMaterialization: (assetKey: string, partition?: string | PartitionKey) => Promise<StoredEvent | undefined>;
  /**
   * Every event with an id above `after`, in the order of their ids, and then every new event as it is committed. No event
   * is missed. Ends when the signal is aborted or the Storage is closed.
   *
   * @example
   * ```ts
   * for await (const event of storage.subscribe({ after: lastId, signal })) lastId = event.id;
   * ```
   */
  readonly subscribe: (options?: SubscribeOptions) => AsyncIterableIterator<AnyEvent>;

  /** Whether every commit is refused. */
  readonly isReadOnly: boolean;
  /** Adds assets to the catalogue, or replaces them. Writes only definitions that have changed, and nothing when it is read only. */
  readonly declareAssets: (assets: readonly AssetDefinition[]) => Promise<void>;
  /** Every asset that was declared or has events, sorted by name. */
  readonly getAssetRecords: () => Promise<readonly AssetRecord[]>;
  /** One asset. */
  readonly getAssetRecord: (assetKey: string) => Promise<AssetRecord | undefined>;
  /** The assets with this tag, and with this value of it when one is given. */
  readonly getAssetsByTag: (tag: string, value?: string) => Promise<readonly AssetRecord[]>;
  /** The assets with this kind. */
  readonly getAssetsByKind: (kind: string) => Promise<readonly AssetRecord[]>;
  /** The assets of this group. */
  readonly getAssetsByGroup: (group: string) => Promise<readonly AssetRecord[]>;
  /** Every partition that was ever materialized, in the order of their first materialization. */
  readonly getMaterializedPartitions: (assetKey: string) => Promise<readonly PartitionKey[]>;
  /** The number of partitions that were ever materialized. */
  readonly countMaterializedPartitions: (assetKey: string) => Promise<number>;
  /** The latest records of these assets and partitions, each once, in any order; those without events are left out. */
  readonly getLatestRecords: (places: readonly Place[]) => Promise<readonly LatestRecord[]>;
  /** The latest events of each partition, in the order of their first materialization. */
  readonly getPartitionRecords: (assetKey: string) => Promise<readonly LatestRecord[]>;
  /**
   * Whether assets are missing, stale or up to date, and why. An asset with a stale input is stale.
   *
   * @example
   * ```ts
   * for (const { asset, status, causes } of await storage.computeStaleness()) print(asset, status, causes.map(({ reason }) => reason));
   * ```
   */
  readonly computeStaleness: (options?: StalenessOptions) => Promise<readonly Staleness[]>;

  /** One run. */
  readonly getRun: (runId: string) => Promise<RunRecord | undefined>;
  /** The runs, newest first. */
  readonly getRuns: (options?: RunsOptions) => Promise<readonly RunRecord[]>;
  /**
   * Sets the outcome of a run in place of its owner, and ends its lease: an owner that is still alive cannot commit any more.
   *
   * @throws `NotFound` for an unknown run, `PreconditionFailed` for a run that has ended
   */
  readonly setRunOutcome: (runId: string, status: RunOutcome) => Promise<void>;
  /**
   * The leases of a run and its steps, or of every run that is being made; with `step` only that of this step, and with an empty
   * one only those of the runs themselves.
   */
  readonly getLeases: (runId?: string, step?: string) => Promise<readonly Lease[]>;
  /** The log of a run, oldest line first. */
  readonly getRunLogs: (runId: string) => Promise<readonly LogRecord[]>;
  /** The ticks of this name, newest first; at most 100 unless given. */
  readonly getTicks: (name: string, limit?: number) => Promise<readonly TickRecord[]>;

  /** A value of the key-value store. Keys that start with `edgewater/` are reserved for this library. */
  readonly kvGet: (key: string) => Promise<Uint8Array | undefined>;
  /** Sets a value. */
  readonly kvSet: (key: string, value: Uint8Array) => Promise<void>;
  /** Deletes a key; an unknown key is ignored. */
  readonly kvDelete: (key: string) => Promise<void>;
  /** The entries whose key starts with the prefix, in the order of the keys' UTF-8 bytes. */
  readonly kvList: (prefix?: string) => Promise<readonly KvEntry[]>;
  /**
   * Sets or deletes a value if it still is the expected one; undefined stands for no value. Returns whether it did.
   *
   * @example
   * ```ts
   * const before = await storage.kvGet("counter");
   * await storage.kvCompareAndSet("counter", before, new Uint8Array([(before?.[0] ?? 0) + 1]));
   * ```
   */
  readonly kvCompareAndSet: (key: string, expected: Uint8Array | undefined, value: Uint8Array | undefined) => Promise<boolean>;

  /**
   * Adds keys to a dynamic partitions definition; existing keys keep their position.
   *
   * @throws `PartitionError` for an empty list, an empty key, and a key with a reserved character
   */
  readonly addDynamicPartitions: (definition: string, keys: readonly string[]) => Promise<void>;
  /** Removes a key from a dynamic partitions definition; an unknown key is ignored. */
  readonly deleteDynamicPartition: (definition: string, key: string) => Promise<void>;
  /** The keys of a dynamic partitions definition, in the order in which they were added. */
  readonly getDynamicPartitions: (definition: string) => Promise<readonly string[]>;
  /** Whether a dynamic partitions definition has this key. */
  readonly hasDynamicPartition: (definition: string, key: string) => Promise<boolean>;

  /**
   * Every row but the leases as a line of JSON that any other Storage imports. Do not commit during an export: the export may
   * or may not have what is committed meanwhile.
   */
  readonly export: (options?: { readonly signal?: AbortSignal }) => AsyncIterableIterator<string>;
  /**
   * Imports the lines of an export of any back end. Events keep their ids unless `merge` is given.
   *
   * @throws `AlreadyExists` when the Storage is not empty and `merge` is not given, `Integrity` for lines that are not an
   *   export or an incomplete one, `SchemaMismatch` for an export of a later version
   *
   * @example
   * ```ts
   * await server.import(tab.export());
   * ```
   */
  readonly import: (lines: AsyncIterable<string> | Iterable<string>, options?: ImportOptions) => Promise<void>;
  /**
   * Deletes old events, and old runs that have ended and have no events left. Keeps the latest events of every asset and
   * partition, and the events of runs that have not ended, or were resumed meanwhile.
   */
  readonly prune: (options: PruneOptions) => Promise<Pruned>;
  /** Waits for calls in flight and closes the back end. Idempotent. */
  readonly close: () => Promise<void>;
}

export type {
  Backend,
  ConnectOptions,
  DynamicPartition,
  EmbeddedOptions,
  EventsQuery,
  LatestQuery,
  Place,
  Reach,
  RunsQuery,
  StorageBackend,
  TicksQuery,
} from "./backend.ts";
export type { Batch, Deletes, DynamicPartitionsChange, LeaseChange, Precondition } from "./batch.ts";
export type {
  AnyEvent,
  ErrorRecord,
  EventType,
  FailureRecord,
  Found,
  NewEvent,
  QuotaRecord,
  RunEvent,
  StepEvent,
  StoredEvent,
  StoredMark,
  VerificationEvent,
} from "./events.ts";
export type {
  AssetDefinition,
  AssetRecord,
  Dependency,
  KvEntry,
  Latest,
  LatestRecord,
  Lease,
  LogRecord,
  RunKind,
  RunOutcome,
  RunRecord,
  RunSelection,
  RunStatus,
  TickRecord,
} from "./records.ts";

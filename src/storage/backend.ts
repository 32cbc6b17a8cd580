import type { Batch } from "./batch.ts";
import type { AnyEvent, EventType, StoredEvent } from "./events.ts";
import type { AssetDefinition, KvEntry, LatestRecord, LogRecord, RunRecord, RunStatus, TickRecord } from "./records.ts";

/** Which events: those for which everything holds that is given. */
export interface EventsQuery {
  readonly assetKey?: string | undefined;
  /** The place of a partition, see `placeOf`. */
  readonly place?: string | undefined;
  readonly runId?: string | undefined;
  readonly types?: readonly EventType[] | undefined;
  /** Only those with a greater id. */
  readonly after?: number | undefined;
  /** Only those with a smaller id. */
  readonly before?: number | undefined;
  readonly newestFirst?: boolean | undefined;
  readonly limit?: number | undefined;
}

/** Which latest records: of one asset or of all, of the assets themselves or of their partitions. */
export interface LatestQuery {
  readonly assetKey?: string | undefined;
  readonly of: "assets" | "partitions";
}

export interface RunsQuery {
  readonly status?: RunStatus | undefined;
  readonly limit?: number | undefined;
}

/** Of every name unless one is given. */
export interface TicksQuery {
  readonly name?: string | undefined;
  readonly limit?: number | undefined;
}

/** One key of a dynamic partitions definition. */
export interface DynamicPartition {
  readonly definition: string;
  readonly key: string;
}

/**
 * Where records lie: the port that every back end implements. Everything else that a Storage can do is made from it.
 *
 * Obligations: a commit is atomic, its preconditions hold at the moment of its writes, and what it wrote is seen by
 * every later read. Events are numbered in the order in which commits become visible: who has seen an id will never find
 * a smaller one that it has not seen. What is not there is left out or undefined. Nothing is remembered after `close`.
 */
export interface Backend {
  readonly name: string;
  readonly commit: (batch: Batch) => Promise<readonly AnyEvent[]>;
  /** Oldest first unless asked otherwise. */
  readonly events: (query: EventsQuery) => Promise<readonly AnyEvent[]>;
  /** The last materialization at a place. */
  readonly materialization: (assetKey: string, place: string) => Promise<StoredEvent | undefined>;
  /** In any order. */
  readonly latest: (query: LatestQuery) => Promise<readonly LatestRecord[]>;
  /** In any order. */
  readonly definitions: (assetKey?: string) => Promise<readonly AssetDefinition[]>;
  readonly run: (runId: string) => Promise<RunRecord | undefined>;
  /** Newest first. */
  readonly runs: (query: RunsQuery) => Promise<readonly RunRecord[]>;
  /** Oldest first. */
  readonly logs: (runId: string) => Promise<readonly LogRecord[]>;
  /** Newest first. */
  readonly ticks: (query: TicksQuery) => Promise<readonly TickRecord[]>;
  readonly kv: (key: string) => Promise<Uint8Array | undefined>;
  /** Those whose key starts with the prefix, in the order of UTF-8. */
  readonly kvList: (prefix: string) => Promise<readonly KvEntry[]>;
  /** Of each definition in the order in which they were added; of every definition unless one is given. */
  readonly dynamicPartitions: (definition?: string) => Promise<readonly DynamicPartition[]>;
  readonly close: () => Promise<void>;
}

/** A back end that is not opened yet: what `Storage.connect` takes. Made by `postgres(…)`, `d1(…)` and their siblings. */
export interface StorageBackend {
  /** For messages: no secret. */
  readonly name: string;
  /** Opens it and makes what it needs when it is new. @throws `SchemaMismatch` for records of another version */
  readonly open: (options: { readonly readOnly: boolean }) => Promise<Backend>;
  /** Brings the records to this version. Idempotent, and one at a time. */
  readonly migrate: () => Promise<void>;
}

/** Asks a back end something, as long as its Storage is open. */
export type Ask = <Value>(work: (backend: Backend) => Promise<Value>) => Promise<Value>;

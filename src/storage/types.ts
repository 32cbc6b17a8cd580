import type { Metadata } from "../asset/metadata.ts";
import type { PartitionKey } from "../asset/partition-key.ts";

/** How a run stands. */
export type RunStatus = "Started" | "Success" | "Failure" | "Canceled";

/** One run: a selection of assets that were made together. Times are milliseconds since 1970-01-01T00:00:00Z. */
export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  /** The assets and tasks of the run, in the order of their dependencies. */
  readonly nodeNames: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly startTime: number;
  /** Undefined while it runs. */
  readonly endTime: number | undefined;
}

/** What happened to one asset or task, or to one of its partitions. */
export interface StoredEvent {
  /** Grows with every event of a Storage. */
  readonly id: number;
  /** A materialization is one successful write; an observation says what is known of data that something else wrote. */
  readonly eventType: "Materialization" | "Observation";
  /** Name of the asset or task. */
  readonly assetKey: string;
  /** The partition; undefined without partitions. */
  readonly partitionKey: PartitionKey | undefined;
  readonly runId: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** Names the content: equal content has an equal version. */
  readonly dataVersion: string;
  /** The version of the function that made it, when it has one. */
  readonly codeVersion: string | undefined;
  /** The versions of the inputs that it was made from, by name of the input's asset; unknown ones are left out. */
  readonly inputDataVersions: Readonly<Record<string, string>>;
  /** What the asset and its handler said of it. */
  readonly metadata: Metadata;
}

/** An event before the Storage has numbered it. */
export type NewEvent = Omit<StoredEvent, "id">;

/** What one commit writes: everything, or nothing. */
export interface Batch {
  /** Runs to add, or to replace by their `runId`. */
  readonly runs?: readonly RunRecord[];
  readonly events?: readonly NewEvent[];
}

export interface EventsOptions {
  /** At most so many; 100 unless given. */
  readonly limit?: number;
  /** Only those of this partition. */
  readonly partition?: string | PartitionKey;
}

export interface RunsOptions {
  readonly limit?: number;
  readonly status?: RunStatus;
}

/**
 * The record of what happened: runs and events, never the values of assets. Every method returns a promise; what is not
 * there is `undefined`. A partition is asked for by its key or by the key's display form.
 *
 * Obligations: a commit is atomic; what it wrote is seen by every later read; events are never dropped; a closed
 * Storage refuses every call with `Closed`; closing twice is fine.
 */
export interface Storage extends AsyncDisposable {
  /** What it is, for messages: no secret. */
  readonly name: string;
  /** Writes a batch as a whole and returns its events, numbered. */
  readonly commit: (batch: Batch) => Promise<readonly StoredEvent[]>;
  readonly getRun: (runId: string) => Promise<RunRecord | undefined>;
  /** Newest first. */
  readonly getRuns: (options?: RunsOptions) => Promise<readonly RunRecord[]>;
  /** Newest first. */
  readonly getEventsForAsset: (assetKey: string, options?: EventsOptions) => Promise<readonly StoredEvent[]>;
  /** Oldest first. */
  readonly getEventsForRun: (runId: string) => Promise<readonly StoredEvent[]>;
  /** Of the asset, or of one of its partitions. */
  readonly getLatestMaterialization: (assetKey: string, partition?: string | PartitionKey) => Promise<StoredEvent | undefined>;
  /** Every partition that was ever written, in the order of its first write. */
  readonly getMaterializedPartitions: (assetKey: string) => Promise<readonly PartitionKey[]>;
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
  readonly close: () => Promise<void>;
}

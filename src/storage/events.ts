import type { Metadata } from "../metadata/metadata-value.ts";
import type { PartitionKey } from "../partition/partition-key.ts";

interface EventBase {
  /** Grows with every event of a Storage, in the order in which their commits became visible. */
  readonly id: number;
  /** Name of the asset or task; of a step of a multi-asset, the multi-asset's. */
  readonly assetKey: string;
  /** The partition; undefined without partitions. */
  readonly partitionKey: PartitionKey | undefined;
  readonly runId: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** The version of the function, when it has one. */
  readonly codeVersion: string | undefined;
  /**
   * The versions of the inputs that it was made from, by the name of the input's asset, or `name[key]` for a partition;
   * unknown ones are left out. Empty for what happened to a step.
   */
  readonly inputDataVersions: Readonly<Record<string, string>>;
  /** What the asset and its handler said of it; of a step that failed, its `error`. */
  readonly metadata: Metadata;
}

/** What happened to one asset or task, or to one of its partitions. */
export interface StoredEvent extends EventBase {
  /** A materialization is one successful write; an observation says what is known of data that something else wrote. */
  readonly eventType: "Materialization" | "Observation";
  /** Names the content: equal content has an equal version. */
  readonly dataVersion: string;
}

/** What happened to a step of a run. A failure is one event for each output that failed. */
export interface StepEvent extends EventBase {
  readonly eventType: "StepStart" | "StepSuccess" | "StepFailure" | "StepRetry";
  readonly dataVersion: undefined;
}

/** Whatever can happen. */
export type AnyEvent = StoredEvent | StepEvent;

export type EventType = AnyEvent["eventType"];

/**
 * An event before the Storage has numbered it. A copy of records brings the ids along, of all its events, growing and
 * above every one that is there.
 */
export type NewEvent = (Omit<StoredEvent, "id"> | Omit<StepEvent, "id">) & { readonly id?: number };

/** What most questions are about: what happened to assets, not to steps. */
export const assetEventTypes: readonly EventType[] = ["Materialization", "Observation"];

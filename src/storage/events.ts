import type { Metadata } from "../metadata/metadata-value.ts";
import type { PartitionKey } from "../partition/partition-key.ts";

interface EventBase {
  /** Number of the event. Ids grow in the order in which commits become visible. */
  readonly id: number;
  /** Name of the asset or task. Events of a multi-asset's step have the name of the multi-asset. */
  readonly assetKey: string;
  /** The partition; undefined without partitions. */
  readonly partitionKey: PartitionKey | undefined;
  /** The run that recorded the event. */
  readonly runId: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** The asset's `codeVersion`, when it declares one. */
  readonly codeVersion: string | undefined;
  /**
   * The data versions of the inputs that were loaded, by the name of the input's asset, or `name[key]` for a partition.
   * Inputs without a known version are left out. Empty for events of steps.
   */
  readonly inputDataVersions: Readonly<Record<string, string>>;
  /** The output metadata of the asset and its handler; for a failed step, its `error`. */
  readonly metadata: Metadata;
}

/** A materialization or an observation of an asset, a task or one of its partitions. */
export interface StoredEvent extends EventBase {
  /** `Materialization`: one successful write. `Observation`: a look at data that something else wrote. */
  readonly eventType: "Materialization" | "Observation";
  /** Name of the content: equal content has an equal version. */
  readonly dataVersion: string;
}

/** An event of a step of a run. A failed step records one `StepFailure` for each output that failed. */
export interface StepEvent extends EventBase {
  /** What happened to the step. */
  readonly eventType: "StepStart" | "StepSuccess" | "StepFailure" | "StepRetry";
  /** Always undefined. */
  readonly dataVersion: undefined;
}

/** Any event. */
export type AnyEvent = StoredEvent | StepEvent;

/** The type of an event. */
export type EventType = AnyEvent["eventType"];

/**
 * An event before it has an id: the Storage numbers it. An import may bring ids along; then every event of the batch has
 * one, and they grow and are greater than every existing id.
 */
export type NewEvent = (Omit<StoredEvent, "id"> | Omit<StepEvent, "id">) & { readonly id?: number };

/** The types that queries return unless others are asked for: events of assets, not of steps. */
export const assetEventTypes: readonly EventType[] = ["Materialization", "Observation"];

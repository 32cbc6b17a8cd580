import type { PartitionKey } from "../partition/partition-key.ts";

/** How a run stands. */
export type RunStatus = "Started" | "Success" | "Failure" | "Canceled";

/** What a run was asked to make: names, and display forms of keys. */
export interface RunSelection {
  readonly selection?: readonly string[];
  readonly includeUpstream?: boolean;
  readonly partitionKeys?: readonly string[];
  readonly partitionRange?: { readonly from: string; readonly to: string };
}

/** One run: a selection of assets that were made together. Times are milliseconds since 1970-01-01T00:00:00Z. */
export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  /** The assets and tasks of the run, in the order of their dependencies. */
  readonly nodeNames: readonly string[];
  /** The display forms of the partitions that it makes, of whichever of its assets; none when left out. */
  readonly partitionKeys?: readonly string[];
  /** What was asked for, so that it can be asked for again. */
  readonly selection?: RunSelection;
  readonly tags: Readonly<Record<string, string>>;
  readonly startTime: number;
  /** Undefined while it runs. */
  readonly endTime: number | undefined;
}

/** What an asset is made from. */
export interface Dependency {
  readonly assetKey: string;
  /** The name of the partition mapping; undefined for the same partition, or without partitions. */
  readonly mapping: string | undefined;
}

/** An asset as its repository declares it. */
export interface AssetDefinition {
  readonly assetKey: string;
  /** A task has no entry in the catalogue; it is known as what stands between assets. */
  readonly kind: "asset" | "external" | "task";
  readonly tags: Readonly<Record<string, string>>;
  readonly kinds: readonly string[];
  readonly group: string | undefined;
  readonly codeVersion: string | undefined;
  readonly dependencies: readonly Dependency[];
  /** The partitions definition as plain data; undefined without partitions. */
  readonly partitions: unknown;
}

/** The last that is known of an asset or of one of its partitions. */
export interface Latest {
  /** The last materialization or observation. */
  readonly lastEventId: number | undefined;
  readonly lastMaterializationId: number | undefined;
  /** The last step that failed to make it. */
  readonly lastFailureId: number | undefined;
  /** The run of the last materialization. */
  readonly lastRunId: string | undefined;
  /** Of the last materialization or observation. */
  readonly lastTimestamp: number | undefined;
  readonly lastDataVersion: string | undefined;
  readonly lastMaterializationCodeVersion: string | undefined;
  readonly lastInputDataVersions: Readonly<Record<string, string>>;
}

/** One asset of the catalogue: what was declared of it, and what last happened to it. */
export interface AssetRecord extends AssetDefinition, Latest {}

/** What last happened to one partition of an asset, or without a key to the asset. */
export interface LatestRecord extends Latest {
  readonly assetKey: string;
  readonly partitionKey: PartitionKey | undefined;
  /** The first materialization. */
  readonly firstId: number | undefined;
}

/** One line that a step has written. */
export interface LogRecord {
  readonly runId: string;
  /** The step, as people read it. */
  readonly step: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly timestamp: number;
}

/** One evaluation of something that decides whether to run, such as the conditions of a repository. */
export interface TickRecord {
  /** What was evaluated, such as `automation`. */
  readonly name: string;
  readonly timestamp: number;
  /** Whether it asked for something to run. */
  readonly status: "Fired" | "Skipped" | "Failed";
  /** What came of it: plain JSON data. */
  readonly detail: unknown;
}

/** One entry of the key-value store that is part of every Storage. */
export interface KvEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

import type { LatestRecord } from "../storage/types.ts";

/**
 * One asset as conditions see it, at the time of an evaluation. A partition is the display form of its key; an asset without
 * partitions has one, the empty text.
 */
export interface AssetSnapshot {
  /** Name of the asset. */
  readonly asset: string;
  /** Whether something else writes it: then it is observed, and never materialized. */
  readonly isExternal: boolean;
  /** All partitions of the asset. */
  readonly partitions: readonly string[];
  /** The `codeVersion` of the asset. */
  readonly codeVersion: string | undefined;
  /** The latest events of a partition. */
  readonly latest: (partition: string) => LatestRecord | undefined;
  /** Whether a run or a backfill that has not ended is to make the partition and has not done so yet. */
  readonly isInProgress: (partition: string) => boolean;
  /** The partitions in the last time windows, as many as given; all when they are not over time, or their end has passed. */
  readonly inLatestWindows: (windows: number) => readonly string[];
  /** Whether this evaluation requests the partition. Known of the assets that come before the one that is evaluated. */
  readonly willBeRequested: (partition: string) => boolean;
  /** The number of the last evaluation that has requested something of the asset; 0 when none has. */
  readonly lastRequest: number;
  /** The partitions that were requested after the evaluation with this number. */
  readonly requestedAfter: (evaluation: number) => readonly string[];
  /** The assets that it is made from. A task between two assets is skipped: its own inputs take its place. */
  readonly dependencies: readonly AssetSnapshotDependency[];
}

/** An asset that another one is made from. */
export interface AssetSnapshotDependency {
  /** The upstream asset. */
  readonly snapshot: AssetSnapshot;
  /** The partitions of the upstream asset that one partition is made from; undefined when one of them does not exist. */
  readonly upstreamPartitions: (partition: string) => readonly string[] | undefined;
  /** Whether one run makes both: each partition is made from the partition with the same key, or neither has partitions. */
  readonly isSamePartition: boolean;
}

/**
 * The partitions for which a condition is true. The number is the time that has come, in milliseconds since
 * 1970-01-01T00:00:00Z, and 0 for a condition that is not about time.
 */
export type TruePartitions = ReadonlyMap<string, number>;

/** What a condition gets when it is evaluated. */
export interface ConditionContext {
  /** The asset on which the condition is evaluated. */
  readonly snapshot: AssetSnapshot;
  /** The asset that has the whole condition. */
  readonly root: AssetSnapshot;
  /** Time of the evaluation, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
  /** Time of the previous evaluation; undefined at the first one. */
  readonly previous: number | undefined;
  /** The number of the evaluation: 1 for the first one of the asset that has the whole condition. */
  readonly evaluation: number;
  /** The greatest event id that the previous evaluation knew. */
  readonly lastEventId: number;
  /** Whether what was true of a partition, at a time or at an evaluation, was handled since. */
  readonly isHandled: (partition: string, trigger: Trigger) => boolean;
  /** Whether an open request of the partition was made, or made again, at this evaluation or a later one. */
  readonly isCovered: (partition: string, evaluation: number) => boolean;
  /** What the condition with this identity, this one unless given, remembers of the previous evaluation. */
  readonly recall: (identity?: string) => unknown;
  /** Keeps plain JSON data until the next evaluation. */
  readonly remember: (value: unknown, identity?: string) => void;
  /** Evaluates a part of this condition, on the same asset or another. Returns the partitions for which it is true. */
  readonly child: (condition: Condition, snapshot?: AssetSnapshot) => TruePartitions;
}

/** When something was true of a partition. */
export interface Trigger {
  /** The number of the evaluation that found it. */
  readonly evaluation: number;
  /** The time that had come; 0 for a condition that is not about time. */
  readonly time: number;
}

/**
 * When an asset should run: returns those of its partitions for which it is true. Every evaluation evaluates every part,
 * whatever the others return, so that what the parts remember is up to date.
 */
export interface Condition {
  /** Display name. */
  readonly label: string;
  /**
   * What the condition is: its label and what it is made of. Memory is kept by it, so a condition that is moved or wrapped
   * still knows what it remembered. Part of the stored state.
   */
  readonly identity: string;
  /** The conditions of `or`; empty for any other condition. */
  readonly alternatives: readonly Condition[];
  /** Whether it is about the evaluation itself, so that it means nothing to a later one. */
  readonly isMomentary: boolean;
  /** Returns the partitions for which it is true. */
  readonly evaluate: (context: ConditionContext) => Iterable<string> | TruePartitions;
}

/** The result of a condition, or of a part of one. */
export interface ConditionResult {
  /** Display name of the condition. */
  readonly label: string;
  /** The asset on which it was evaluated: for a part, possibly an upstream asset. */
  readonly asset: string;
  /** Whether it is true, for any partition. */
  readonly isTrue: boolean;
  /** The display forms of the partitions for which it is true; undefined without partitions. */
  readonly partitions: readonly string[] | undefined;
  /** The results of its parts. */
  readonly children: readonly ConditionResult[];
}

/** The result of the condition of one asset. */
export interface AssetEvaluation {
  /** Name of the asset. */
  readonly asset: string;
  /** Whether it should run, for any partition. */
  readonly shouldRun: boolean;
  /** The display forms of the partitions that should run; undefined without partitions. */
  readonly partitions: readonly string[] | undefined;
  /**
   * The display forms of the partitions for which the condition is true and that cannot be made, because they are made from a
   * partition that does not exist, or not yet. They are not requested, and count as not handled.
   */
  readonly impossible: readonly string[];
  /** The result of the condition, part by part. */
  readonly because: ConditionResult;
}

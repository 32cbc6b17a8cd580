import type { LatestRecord } from "../storage/types.ts";

/**
 * One asset as conditions see it, at the time of an evaluation. A partition is the display form of its key; an asset without
 * partitions has one, the empty text.
 */
export interface AssetSnapshot {
  /** Name of the asset. */
  readonly asset: string;
  /** All partitions of the asset. */
  readonly partitions: readonly string[];
  /** The `codeVersion` of the asset. */
  readonly codeVersion: string | undefined;
  /** The latest events of a partition. */
  readonly latest: (partition: string) => LatestRecord | undefined;
  /** Whether a run or a backfill that has not ended is to make the partition and has not done so yet. */
  readonly isInProgress: (partition: string) => boolean;
  /** The assets that it is made from. A task between two assets is skipped: its own inputs take its place. */
  readonly dependencies: readonly AssetSnapshotDependency[];
}

/** An asset that another one is made from. */
export interface AssetSnapshotDependency {
  /** The upstream asset. */
  readonly snapshot: AssetSnapshot;
  /** The partitions of the upstream asset that one partition is made from. */
  readonly upstreamPartitions: (partition: string) => readonly string[];
}

/** What a condition gets when it is evaluated. */
export interface ConditionContext {
  /** The asset on which the condition is evaluated. */
  readonly snapshot: AssetSnapshot;
  /** Time of the evaluation, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
  /** Time of the previous evaluation; undefined at the first one. */
  readonly previous: number | undefined;
  /** Partitions of the asset that has the whole condition: those that the previous evaluation requested, or that were made since. */
  readonly handled: ReadonlySet<string>;
  /** Those that were made since from the latest versions of all their inputs. */
  readonly settled: ReadonlySet<string>;
  /** What this condition passed to `remember` at the previous evaluation; undefined at the first one. */
  readonly before: unknown;
  /** Keeps plain JSON data until the next evaluation. */
  readonly remember: (value: unknown) => void;
  /** Evaluates a part of this condition, on the same asset or another. Returns the partitions for which it is true. */
  readonly child: (condition: Condition, snapshot?: AssetSnapshot) => ReadonlySet<string>;
}

/**
 * When an asset should run: returns those of its partitions for which it is true. Every evaluation evaluates every part,
 * whatever the others return, so that what the parts remember is up to date.
 */
export interface Condition {
  /** Display name. */
  readonly label: string;
  /** Returns the partitions for which it is true. */
  readonly evaluate: (context: ConditionContext) => Iterable<string>;
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
  /** The result of the condition, part by part. */
  readonly because: ConditionResult;
}

import type { RetryPolicy } from "../../retry.ts";
import type { Selection } from "../../run/plan.ts";
import type { OnProgress } from "../../run/run-environment.ts";
import type { BackfillCounts, BackfillRecord } from "../../storage/backfill-record.ts";
import type { FailureRecord, RunStatus } from "../../storage/types.ts";

/** Options of `repository.backfill`. */
export interface BackfillOptions extends Selection {
  /**
   * What happens after a failure. `continue`, the default, makes everything that does not need what failed. `stop` starts nothing
   * any more.
   */
  readonly failurePolicy?: "continue" | "stop";
  /** How many steps run at the same time in this process; 4 unless given. */
  readonly maxConcurrency?: number;
  /** How many partitions each run makes at most; 100 unless given. A function that makes batches gets so many keys. */
  readonly partitionsPerRun?: number;
  /** Returns what the backfill would make, run by run. Records and makes nothing. */
  readonly dryRun?: boolean;
  /**
   * Goes on with the backfill with this id, also beside other processes that drive it. What has failed, was canceled or was
   * skipped in a backfill that has ended is made again. `true` resumes the last backfill unless it succeeded, and begins a new one
   * otherwise. What a resumed backfill makes stays as it was when it began.
   */
  readonly resume?: true | string;
  /** Tags to store with each run. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether steps are skipped when nothing has changed, as for `materialize`. */
  readonly skipUnchanged?: boolean | undefined;
  /** The retries in its runs, in place of the repository's. */
  readonly retry?: RetryPolicy;
  /** The time that each attempt of a step has, in milliseconds, as for `materialize`. */
  readonly timeoutMs?: number | undefined;
  /** How long a run may be silent before another process may take it over, in milliseconds, in place of the repository's. */
  readonly leaseMs?: number;
  /** Cancels the backfill, in every process that drives it. Closing the repository leaves it to others, and to `resume`. */
  readonly signal?: AbortSignal;
  /** Called with every progress event of its runs in this process. */
  readonly onProgress?: OnProgress;
}

/** One asset or partition that a backfill has not made. */
export interface BackfillFailure {
  /** Name of the asset or task. */
  readonly asset: string;
  /** The display form of the partition's key; undefined without partitions. */
  readonly partition: string | undefined;
  /** The run that was to make it. */
  readonly runId: string;
  /** What was thrown, as it is recorded; undefined in records without it. */
  readonly failure: FailureRecord | undefined;
}

/** What one run of a backfill makes. */
export interface PlannedRun {
  /** The assets and tasks, and the display forms of their partitions; undefined without partitions. */
  readonly outputs: readonly { readonly asset: string; readonly partitionKeys: readonly string[] | undefined }[];
  /** The numbers of the runs that end before it begins: their indexes in `runs`. */
  readonly after: readonly number[];
}

/** What a backfill makes, from `dryRun: true`. */
export interface BackfillPlan {
  /** The assets and tasks, each after its inputs. */
  readonly assets: readonly string[];
  /** How many assets and partitions it makes, each partition of each asset counted as one. */
  readonly total: number;
  /** The runs, each after those that it waits for. */
  readonly runs: readonly PlannedRun[];
}

/** One run of a backfill. */
export interface BackfillRun extends PlannedRun {
  /** The id that the run has, or will have. */
  readonly runId: string;
  /** The status of the run; undefined when it has not begun, or was pruned. */
  readonly status: RunStatus | undefined;
}

/** A backfill and how it stands. */
export interface Backfill extends BackfillRecord {
  /** Whether everything was made. */
  readonly success: boolean;
  /** How many assets and partitions were made, and were not. */
  readonly counts: BackfillCounts;
  /** The runs, each after those that it waits for. */
  readonly runs: readonly BackfillRun[];
  /** What has failed at its last attempt, and why. */
  readonly failures: readonly BackfillFailure[];
}

import type { Asset, ExternalAsset, MultiAsset, Task } from "../asset/types.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import type { Log } from "../io-handler/contexts.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { RetryPolicy } from "../retry.ts";
import type { Executor } from "../run/executor.ts";
import type { Selection } from "../run/plan.ts";
import type { OnProgress } from "../run/run-environment.ts";
import type { Storage } from "../storage/types.ts";
import type { VersionName } from "./history/find-version.ts";
import type { ResumeOptions } from "./resume.ts";

/** Options of `Repository.open`. */
export interface RepositoryOptions {
  /** The name that tools such as the inspector show; `edgewater` unless given. */
  readonly name?: string;
  /** The assets. */
  readonly assets: readonly (Asset | MultiAsset | ExternalAsset)[];
  /** The tasks that assets take as inputs. */
  readonly tasks?: readonly Task[];
  /** The handler of assets and tasks without their own; an `InMemoryIOHandler` unless given. */
  readonly ioHandler?: BaseIOHandler;
  /** The Storage; one in memory unless given. The repository closes it if it is a promise, and leaves it open if it is an instance. */
  readonly storage?: Storage | Promise<Storage>;
  /** Where steps run; `inProcess()` unless given. */
  readonly executor?: Executor;
  /** The retries of assets and tasks without their own policy; none unless given. */
  readonly retry?: RetryPolicy;
  /**
   * How long a run may be silent before another process may take it over, in milliseconds; 120,000 unless given. Every commit and
   * a timer say that it is alive; code that blocks its thread for longer needs a longer time.
   */
  readonly leaseMs?: number;
  /** Gets the log lines of handlers and assets; silent unless given. What it throws is ignored. */
  readonly log?: Log;
}

/** Options of `repository.materialize`. */
export interface MaterializeOptions extends Selection {
  /** Tags to store with the run. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether to throw when an asset fails; true unless given. */
  readonly raiseOnError?: boolean;
  /** The retries in this run, in place of the repository's. */
  readonly retry?: RetryPolicy;
  /** The time that each attempt of a step has, in milliseconds, unless its asset has an own `timeoutMs`; no limit unless given. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether steps are skipped when nothing has changed, in place of what each asset declares: `true` skips whatever is unchanged
   * and declares a code version, `false` makes everything.
   */
  readonly skipUnchanged?: boolean | undefined;
  /** Aborts the run: no further step starts, and what is running is not waited for. */
  readonly signal?: AbortSignal;
  /** Called with every progress event. */
  readonly onProgress?: OnProgress;
  /**
   * Resumes the run with this id; `true` resumes the last run that `materialize` started unless it succeeded, and starts a new
   * run otherwise. What the run has recorded, or has written and could not record, is not made again. It makes what the run was
   * to make unless a selection is given. A run that a living process makes is refused, unless `force` takes it over.
   */
  readonly resume?: true | string | ResumeOptions;
  /**
   * The id of the run, such as that of a request of `evaluate`; a new UUID unless given. When there is a run with this id, it is not begun again: one that has ended gives the result that is recorded,
   * one that an engine keeps goes on, and any other is resumed.
   */
  readonly runId?: string;
  /** Where the steps of this run run, in place of the repository's executor. */
  readonly executor?: Executor;
  /** How long this run may be silent before another process may take it over, in milliseconds, in place of the repository's. */
  readonly leaseMs?: number;
}

/** Options of `repository.runStep`. */
export interface RunStepOptions {
  /** Aborts the step. */
  readonly signal?: AbortSignal;
  /** How long this worker may be silent before another one may make the step, in milliseconds; 30,000 unless given. */
  readonly leaseMs?: number;
  /** Takes the step over from a worker that may be alive; that one cannot record anything for it any more. False unless given. */
  readonly takeOver?: boolean;
  /**
   * Aborted when what has delivered the step takes it back, to deliver it again: the step is stopped, and nothing more is recorded
   * for it. An abort of `signal` fails the step instead.
   */
  readonly abandon?: AbortSignal;
  /** Called with the progress events of the step. */
  readonly onProgress?: OnProgress;
}

/** Options of `repository.close`. */
export interface CloseOptions {
  /** How long calls in flight have to end, in milliseconds; then they are aborted. No limit unless given. */
  readonly timeoutMs?: number | undefined;
}

/** Options of `repository.load` for one value. */
export interface LoadOptions {
  /** The partition; required for an asset with partitions. */
  readonly partitionKey?: string | PartitionKey;
  /** The version; the newest one unless given. Its handler needs a history. */
  readonly at?: VersionName;
  /** Aborts the call. */
  readonly signal?: AbortSignal;
}

/** Options of `repository.write`. */
export interface WriteOptions extends Omit<LoadOptions, "at"> {
  /** Writes only if the last materialization of the asset or partition has this event id; whatever it is unless given. */
  readonly ifLatest?: number;
}

/** Options of `repository.load` for several partitions. */
export interface LoadPartitionsOptions {
  /** The partitions, or `"all"` of the definition. */
  readonly partitionKeys: readonly (string | PartitionKey)[] | "all";
  /**
   * What the map does with a partition that was never written: `"throw"` throws `NotFound`, the default; `"skip"` leaves it out. One that
   * is recorded and gone is not left out: it throws `Integrity`.
   */
  readonly missing?: "throw" | "skip";
  /** The version of each partition, such as what it was at a time; the newest one unless given. Their handler needs a history. */
  readonly at?: VersionName;
  /** Aborts the loads of the map. */
  readonly signal?: AbortSignal;
}

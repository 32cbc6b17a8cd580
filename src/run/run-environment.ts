import type { BaseIOHandler } from "../io-handler/base.ts";
import type { Log } from "../io-handler/contexts.ts";
import type { RetryPolicy } from "../retry.ts";
import type { LogRecord, Storage, StoredEvent } from "../storage/types.ts";
import type { Executor } from "./executor.ts";
import type { RunOwner, StepOwner } from "./owner.ts";

/**
 * What a run reports while it runs. `step` is the display name of a step: the asset, task or multi-asset, and its partitions
 * in brackets. Durations are in milliseconds.
 */
export type ProgressEvent =
  | { readonly type: "run-start"; readonly runId: string; readonly steps: readonly string[] }
  | { readonly type: "step-start"; readonly runId: string; readonly step: string }
  /** An output was written and recorded, or only recorded. */
  | { readonly type: "output"; readonly runId: string; readonly step: string; readonly event: StoredEvent }
  | { readonly type: "step-retry"; readonly runId: string; readonly step: string; readonly error: unknown; readonly retry: number }
  | { readonly type: "step-success"; readonly runId: string; readonly step: string; readonly durationMs: number }
  | { readonly type: "step-failure"; readonly runId: string; readonly step: string; readonly durationMs: number; readonly error: unknown }
  | { readonly type: "step-skipped"; readonly runId: string; readonly step: string; readonly because: string }
  /** A line of the log, when it is written. Of a step that another process makes, when it is recorded. */
  | ({ readonly type: "log" } & LogRecord)
  /** How far a step is, from `context.progress`. Not recorded. */
  | { readonly type: "progress"; readonly runId: string; readonly step: string; readonly done: number; readonly total: number }
  | { readonly type: "run-end"; readonly runId: string; readonly success: boolean; readonly durationMs: number };

/** Called with every progress event. What it throws, or its promise rejects with, goes to the log. */
export type OnProgress = (event: ProgressEvent) => void;

/** What loading a value needs. */
export interface LoadEnvironment {
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly storage: Storage;
  /** The handler of assets and tasks without their own. */
  readonly defaultHandler: BaseIOHandler;
}

/** What committing an output needs. */
export interface CommitEnvironment extends LoadEnvironment {
  readonly owner: StepOwner;
  /** An event before which the run has recorded nothing. */
  readonly since?: number | undefined;
  /** Commits for the owner: alone, or together with other outputs of the step. */
  readonly commit: StepOwner["commit"];
}

/** What running a step needs. */
export interface StepEnvironment extends Omit<CommitEnvironment, "commit"> {
  /** The policy of computations without their own. */
  readonly retry: RetryPolicy | undefined;
  /** The time limit of an attempt of computations without their own, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Whether steps are skipped when nothing has changed; as each computation declares unless given. */
  readonly skipUnchanged?: boolean | undefined;
  readonly onProgress: OnProgress;
}

/** What a run needs. */
export interface RunEnvironment extends StepEnvironment {
  readonly owner: RunOwner;
  readonly executor: Executor;
  /** The time as of which the run was planned, in milliseconds. */
  readonly plannedAt: number;
  /** Whether somebody wants the progress of steps that other processes make, which is read from the records. */
  readonly isFollowed?: boolean | undefined;
  /** The retries that were given for this run, in place of those of the repository. */
  readonly runRetry?: RetryPolicy | undefined;
}

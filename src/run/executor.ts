import type { StoredEvent } from "../storage/types.ts";
import type { Plan, Step } from "./plan.ts";

/** Whether a step with `skipUnchanged` was skipped, and why. */
export interface StepDecision {
  /** Whether nothing has changed, so that what was made before counts. */
  readonly isSkipped: boolean;
  /** Why, as a text: `unchanged since event 12`, `its input "feed" has a new data version`. */
  readonly reason: string;
}

/** The outcome of one output of a step, and of a step with `skipUnchanged` whether it was skipped. */
export type Outcome =
  | { readonly status: "success"; readonly event: StoredEvent; readonly decision?: StepDecision | undefined }
  | { readonly status: "failure"; readonly error: unknown; readonly decision?: StepDecision | undefined }
  /** Not started: something that it waits for failed or was skipped, or the run was aborted. */
  | { readonly status: "skipped"; readonly because: string };

/** Outcomes by the ids of the outputs, see `outputIds`. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/** One run of a plan, for an executor. */
export interface Execution {
  /** The steps, each after those that it waits for. */
  readonly plan: Plan;
  /** Aborted when no further step should start. */
  readonly signal: AbortSignal;
  /** Makes, writes and records the outputs of one step, and returns their outcomes. Does not reject. */
  readonly runStep: (step: Step) => Promise<Outcomes>;
  /** Must be called for every step that is not started. Returns the outcomes of its outputs. */
  readonly skipStep: (step: Step, because: string) => Outcomes;
}

/**
 * Decides where and when steps run.
 *
 * Obligations:
 * - A step starts after every output that it waits for succeeded.
 * - A failure skips the steps that depend on it, and no others.
 * - No step starts after an abort.
 * - `execute` resolves when no step is running.
 */
export interface Executor {
  /** Name for error messages. */
  readonly name: string;
  /** Runs a plan and returns the outcome of every output. When it throws or rejects, what it has not made has failed. */
  readonly execute: (execution: Execution) => Promise<Outcomes>;
}

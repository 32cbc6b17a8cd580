import type { MaterializationEvent } from "../storage/types.ts";
import type { Plan, Step } from "./plan.ts";

/** How one step of a run ended. */
export type Outcome =
  | { readonly status: "success"; readonly materialization: MaterializationEvent }
  | { readonly status: "failure"; readonly error: unknown }
  /** Not started: something that it waits for did not succeed, or the run was aborted. */
  | { readonly status: "skipped"; readonly because: string };

/** What an executor is given to run a plan with. */
export interface Execution {
  readonly plan: Plan;
  readonly signal: AbortSignal;
  /** Makes, writes and records one node; rejects with whatever failed. */
  readonly runStep: (step: Step) => Promise<MaterializationEvent>;
  /** To be told of every step that is not started. */
  readonly onSkip: (step: Step, because: string) => void;
}

/**
 * Decides where and when steps run. Obligations: a step starts after everything that it waits for has succeeded; a
 * failure skips what depends on it and nothing else; no step starts after an abort; it resolves when nothing runs.
 */
export interface Executor {
  readonly name: string;
  /** Every step's outcome by name. Does not reject. */
  readonly execute: (execution: Execution) => Promise<ReadonlyMap<string, Outcome>>;
}

import type { StoredEvent } from "../storage/types.ts";
import type { Plan, Step } from "./plan.ts";

/** How one output of a step ended. */
export type Outcome =
  | { readonly status: "success"; readonly event: StoredEvent }
  | { readonly status: "failure"; readonly error: unknown }
  /** Not started: something that it waits for did not succeed, or the run was aborted. */
  | { readonly status: "skipped"; readonly because: string };

/** The outcomes of a step's outputs, by their ids. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/** What an executor is given to run a plan with. */
export interface Execution {
  readonly plan: Plan;
  readonly signal: AbortSignal;
  /** Makes, writes and records the outputs of one step, and says how each ended. Does not reject. */
  readonly runStep: (step: Step) => Promise<Outcomes>;
  /** To be told of every step that is not started, and for the outcomes of its outputs. */
  readonly skipStep: (step: Step, because: string) => Outcomes;
}

/**
 * Decides where and when steps run. Obligations: a step starts after every output that it waits for is there; a failure
 * skips what depends on it and nothing else; no step starts after an abort; it resolves when nothing runs.
 */
export interface Executor {
  readonly name: string;
  /** The outcome of every output of the plan, by its id. Does not reject. */
  readonly execute: (execution: Execution) => Promise<Outcomes>;
}

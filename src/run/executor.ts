import type { Computation } from "../asset/computation.ts";
import type { Reach } from "../reach.ts";
import type { StoredEvent } from "../storage/types.ts";
import type { Plan, Step } from "./plan.ts";
import type { StepOutcome, StepRequest } from "./protocol.ts";

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
  /**
   * Makes, writes and records the outputs of one step where its executor runs steps, and returns their outcomes. Does not reject.
   */
  readonly runStep: (step: Step) => Promise<Outcomes>;
  /** Must be called for every step that is not started. Returns the outcomes of its outputs. */
  readonly skipStep: (step: Step, because: string) => Outcomes;
  /** The request that sends a step to another process. The first delivery is attempt 1, each further one has a greater attempt. */
  readonly requestOf: (step: Step, attempt?: number) => Promise<StepRequest>;
  /** Makes the step of a request here, with a claim that it takes over from any worker. */
  readonly runRequest: (request: StepRequest) => Promise<StepOutcome>;
  /** What the records say of a step that was sent: its outcome, or that a worker makes it; undefined when nobody does. */
  readonly outcomeOf: (step: Step) => Promise<StepOutcome | undefined>;
  /** The outcomes of a step that has ended: its recorded events, and its errors with class, code and causes. */
  readonly settle: (step: Step, outcome: StepOutcome) => Promise<Outcomes>;
  /**
   * Ends a step whose worker is lost: fails what is not recorded with the error. A worker that is alive all the same cannot record
   * anything more. Returns the outcomes: those of the records for a step that has ended.
   */
  readonly fail: (step: Step, error: unknown) => Promise<Outcomes>;
  /** The plan as JSON text, as it is kept with a run that an engine keeps; null when it is not kept, or no more. */
  readonly keptPlan: () => Promise<string | null>;
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
  /**
   * How far away steps run: in this process unless given, in other threads or processes of this machine, or anywhere. Handlers,
   * stores and a Storage that cannot be reached from there are refused before a run begins.
   */
  readonly reach?: Reach | undefined;
  /**
   * Whether an engine keeps runs until they end, also while no process makes them: when `execute` rejects, the run is suspended and
   * nothing is recorded, and `materialize` with the same `runId` goes on with it. False unless given.
   */
  readonly keepsRuns?: boolean | undefined;
  /**
   * Whether steps that were sent go on while the process that has sent them is gone. A run that begins with a `runId` then belongs to
   * every process that makes it with this id: the next one goes on with it, and with its steps. Unlike with `keepsRuns` an abort
   * cancels the run. False unless given.
   */
  readonly keepsSteps?: boolean | undefined;
  /** Runs a plan and returns the outcome of every output. When it throws or rejects, what it has not made has failed. */
  readonly execute: (execution: Execution) => Promise<Outcomes>;
  /**
   * Called for a run that has ended and is asked for again, with what makes an execution of a plan that `keptPlan` gave: its steps
   * end as they are recorded, and nothing is made. An engine that knows steps by the order of their calls repeats them here; others
   * leave it out.
   */
  readonly replay?: ((executionOf: (keptPlan: string) => Execution) => Promise<void>) | undefined;
  /** Runs one step, also of an asset that has this executor as its own; in this process unless given. Does not reject. */
  readonly runStep?: ((step: Step, execution: Execution) => Promise<Outcomes>) | undefined;
}

/** The executor that an asset, task or multi-asset has as its own. */
export function executorOf({ executor }: Computation): Executor | undefined {
  return executor as Executor | undefined;
}

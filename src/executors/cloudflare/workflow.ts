import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { aLimit, checkOptions, checkValue, type OptionKind, type OptionKinds, objectOf, oneOf, required } from "../../options.ts";
import type { Executor } from "../../run/executor.ts";
import type { StepOutcome } from "../../run/protocol.ts";
import { Semaphore } from "../../run/semaphore.ts";
import { durable } from "../durable.ts";
import { stepName } from "./names.ts";

/** The method of a Workflow's `step` that is used. */
export interface WorkflowStepBinding {
  /** Runs a named step, or returns what the engine remembers of it. */
  do(name: string, config: WorkflowStepPolicy, callback: (context?: WorkflowAttempt) => Promise<StepOutcome>): Promise<StepOutcome>;
}

/** What the engine tells a step. */
export interface WorkflowAttempt {
  /** The number of the attempt, from 1. */
  readonly attempt?: number;
}

/** How often the engine tries a step that was lost, and how long it waits for one attempt: Cloudflare's own `WorkflowStepConfig`. */
export interface WorkflowStepPolicy {
  /** The retries. */
  retries?: {
    /** How many attempts follow the first. */
    limit: number;
    /** The wait before the first retry: milliseconds, or a text such as `"5 seconds"`. */
    delay: number | string;
    /** How the waits grow. */
    backoff?: "constant" | "linear" | "exponential";
  };
  /** The time for one attempt: milliseconds, or a text such as `"30 minutes"`. */
  timeout?: number | string;
}

/** Options of {@link cloudflareWorkflow}. */
export interface CloudflareWorkflowOptions {
  /** How many steps are under way at once; 6 unless given, as many as a Worker has connections. */
  readonly maxConcurrency?: number | undefined;
  /**
   * How often the engine tries a step that was lost; 5 retries after 1, 2, 4, … seconds unless given. An error of a function is no
   * loss: it is retried within the step, by the `retry` of its asset.
   */
  readonly retries?: WorkflowStepPolicy["retries"] | undefined;
  /** How long one attempt may take, with all the retries within it; 10 minutes unless given, the default of the engine. */
  readonly timeout?: number | string | undefined;
}

const aWait: OptionKind = {
  expected: 'a number of milliseconds, or a text such as "5 seconds"',
  accepts: (value) => (typeof value === "number" ? value >= 0 : typeof value === "string" && value !== ""),
};
const aRetryLimit: OptionKind = {
  expected: "a whole number, 0 or more, or Infinity",
  accepts: (value) => value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && Number(value) >= 0),
};
const kinds: OptionKinds<CloudflareWorkflowOptions> = {
  maxConcurrency: aLimit,
  retries: objectOf<NonNullable<WorkflowStepPolicy["retries"]>>({
    limit: required(aRetryLimit),
    delay: required(aWait),
    backoff: oneOf("constant", "linear", "exponential"),
  }),
  timeout: aWait,
};

const aWorkflowStep: OptionKind = {
  expected: "the step of a Workflow: run(event, step) of a WorkflowEntrypoint has it as its second argument",
  accepts: (value) => isCallable(value) && "do" in value && typeof value.do === "function",
};

/** Steps of Workflows are stubs, which are functions to `typeof`. */
function isCallable(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/**
 * An executor for a run that is a Cloudflare Workflow. Each step of the run is a step of the Workflow, whose journal remembers only
 * that it has ended: 1 KiB at most. Values stay in their stores, outcomes in the Storage.
 *
 * @param step the second argument of the Workflow's `run`
 * @throws `SettingsError` for something else than a Workflow's step, or an invalid option
 *
 * @example
 * ```ts
 * import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
 * import { cloudflareWorkflow } from "edgewater/cloudflare";
 *
 * export class Run extends WorkflowEntrypoint<Env> {
 *   override async run({ instanceId }: WorkflowEvent<unknown>, step: WorkflowStep) {
 *     await using repository = await open(this.env);
 *     await repository.materialize({ runId: instanceId, executor: cloudflareWorkflow(step) });
 *   }
 * }
 * ```
 */
export function cloudflareWorkflow(step: WorkflowStepBinding, options: CloudflareWorkflowOptions = {}): Executor {
  checkValue("cloudflareWorkflow", "step", step, required(aWorkflowStep));
  checkOptions("cloudflareWorkflow", options, kinds);
  const { maxConcurrency = 6, retries = { limit: 5, delay: 1000, backoff: "exponential" }, timeout = "10 minutes" } = options;
  const line = new Semaphore(maxConcurrency);
  return durable("cloudflareWorkflow", {
    step: (name, work) =>
      line.run(async () => {
        let isLast = false;
        try {
          return await step.do(await stepName(name), { retries, timeout }, ({ attempt = 1 } = {}) => {
            isLast = attempt > retries.limit;
            return work({ isLast }).catch((error: unknown) => Promise.reject(forEngine(error)));
          });
        } catch (error) {
          if (isSuspension(error)) throw error;
          if (isLast && isTimeout(error)) return work.fail(new EdgewaterError("Timeout", timedOut(name, timeout), { cause: error }));
          // The engine remembers also that it has given a step up; a replay finds the recorded failure.
          const ended = await work.outcome();
          if (ended === undefined) throw error;
          return ended;
        }
      }),
  });
}

/** The error as the engine should see it: it does not try a step again whose run has another owner. */
function forEngine(error: unknown): unknown {
  if (!isEdgewaterError(error, "TakenOver")) return error;
  return Object.assign(new Error(error.message, { cause: error }), { name: "NonRetryableError" });
}

/** Whether the engine stops the run to go on with it later: after a pause, a restart or an end from outside. */
function isSuspension(error: unknown): boolean {
  return error instanceof Error && error.message.includes("Aborting engine");
}

/** Errors of the engine come over RPC, which keeps their names in their messages. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && /WorkflowTimeoutError|timed out/.test(`${error.name} ${error.message}`);
}

function timedOut(step: string, timeout: number | string): string {
  const limit = typeof timeout === "number" ? `${timeout} ms` : timeout;
  return `The step ${JSON.stringify(step)} took longer than the ${limit} that cloudflareWorkflow gives each attempt; set a longer timeout, or make less in one step`;
}

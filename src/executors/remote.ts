import { abortedError } from "../errors.ts";
import type { Reach } from "../reach.ts";
import { sleep } from "../retry.ts";
import { whenAborted } from "../run/execute.ts";
import type { Execution, Executor, Outcomes } from "../run/executor.ts";
import { schedule } from "../run/in-process.ts";
import type { Step } from "../run/plan.ts";
import type { StepOutcome, StepRequest } from "../run/protocol.ts";
import { Semaphore } from "../run/semaphore.ts";

/** What a transport has of the run. */
export interface Delivery {
  /** Aborted when the run is. */
  readonly signal: AbortSignal;
  /** Reads what is recorded of the step: its outcome, or that a worker makes it; undefined when no worker does. */
  readonly outcomeOf: () => Promise<StepOutcome | undefined>;
}

/**
 * Delivers a step to where it runs, and returns its outcome as soon as it is known. It may deliver a request again, as a later
 * attempt or as the same: the step is made once. When it rejects, the step has failed with that error, unless it was recorded. It
 * returns undefined when the run is aborted before it has delivered anything.
 */
export type Transport = (request: StepRequest, delivery: Delivery) => Promise<StepOutcome | undefined>;

/** Options of {@link remote}. */
export interface RemoteOptions {
  /** How far away the steps run. */
  readonly reach: Exclude<Reach, "process">;
  /** The most steps that are under way at the same time. */
  readonly maxConcurrency: number;
}

/** The waits between two looks at a step that another delivery makes, in milliseconds. */
const firstWaitMs = 20;
const longestWaitMs = 1000;

/** An executor over a transport: this process decides when a step runs, the transport where. */
export function remote(name: string, transport: Transport, { reach, maxConcurrency }: RemoteOptions): Executor {
  const line = new Semaphore(maxConcurrency);
  return {
    name,
    reach,
    // As many again wait in line, so that a step is under way while the outcome of the one before is read.
    execute: (execution) => schedule(execution, 2 * maxConcurrency),
    runStep: async (step, execution) => {
      try {
        return (await deliver(step, execution, transport, line)) ?? execution.skipStep(step, whenAborted);
      } catch (error) {
        return execution.fail(step, error);
      }
    },
  };
}

/** Delivers a step until it has ended. Returns undefined when the run is aborted before the first delivery. */
async function deliver(step: Step, execution: Execution, transport: Transport, line: Semaphore): Promise<Outcomes | undefined> {
  const { signal } = execution;
  for (let attempt = 1; ; attempt++) {
    const request = await execution.requestOf(step, attempt);
    const delivery = { signal, outcomeOf: () => execution.outcomeOf(step) };
    const outcome = await line.run(async () => (signal.aborted ? undefined : transport(request, delivery)));
    if (outcome === undefined && attempt === 1) return undefined;
    const ended = outcome?.status === "ended" ? outcome : await whenEnded(step, execution);
    if (ended !== undefined) return execution.settle(step, ended);
    if (signal.aborted) throw abortedError(signal);
  }
}

/** Waits for the worker that makes a step; undefined when it is gone, or after an abort. */
async function whenEnded(step: Step, { signal, outcomeOf }: Execution): Promise<StepOutcome | undefined> {
  for (let waitMs = firstWaitMs; !signal.aborted; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    const outcome = await outcomeOf(step);
    if (outcome?.status !== "busy") return outcome;
    await sleep(waitMs, { signal }).catch(() => {});
  }
  return undefined;
}

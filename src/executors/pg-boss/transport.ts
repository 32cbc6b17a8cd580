import { abortedError, EdgewaterError } from "../../errors.ts";
import { sleep } from "../../retry.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import { thrownFrom } from "../../run/thrown-from.ts";
import type { Transport } from "../remote.ts";
import { type Answer, mostRetries } from "./job.ts";
import type { SeenJob, StepQueue } from "./queue.ts";

/** The waits between two looks at a job, in milliseconds. They grow with the time that the job takes. */
const shortestWaitMs = 20;
const longestWaitMs = 1000;

/** Sends steps through a queue, and looks at their jobs until they have ended. */
export function transportOver(queue: StepQueue): Transport {
  return async (request, { signal }) => {
    await queue.ready();
    const id = await queue.send(request, signal);
    const { heartbeatSeconds } = queue.settings;
    const pulse = new Pulse(heartbeatSeconds * 1000);
    const start = performance.now();
    while (true) {
      const job = await queue.find(id);
      const outcome = outcomeOf(job, request, queue);
      if (outcome !== undefined) return outcome;
      if (signal.aborted) return canceled(queue, id, request, signal);
      if (job?.state === "active" && pulse.isSilent(job)) await queue.giveUp(id, job, { message: `no heartbeat in ${heartbeatSeconds} s` });
      const waitMs = Math.min(Math.max(shortestWaitMs, (performance.now() - start) / 2), longestWaitMs);
      await sleep(waitMs, { signal }).catch(() => {});
    }
  };
}

/** What became of a job that has ended; undefined of one that goes on. */
function outcomeOf(job: SeenJob | undefined, request: StepRequest, { deadName }: StepQueue): StepOutcome | undefined {
  switch (job?.state) {
    case "completed": {
      const answer = job.output as Answer;
      if ("error" in answer) throw thrownFrom(answer.error, request.computation);
      return answer.outcome;
    }
    case "failed": {
      const remedy = `look for what ends workers: an exit, too little memory, code that blocks for longer than heartbeatSeconds, or a step that takes longer than expireInSeconds; the job is in the queue ${JSON.stringify(deadName)}`;
      throw lost(request, `${mostRetries + 1} workers were lost over it, the last one with: ${reasonOf(job.output)}; ${remedy}`);
    }
    case "cancelled":
      throw lost(request, "its job was canceled in pg-boss; begin another run");
    case undefined:
      throw lost(request, "its job was deleted in pg-boss; begin another run");
    default:
      return undefined;
  }
}

/** Cancels the job of a step whose run was aborted. Returns undefined when no worker had it. */
async function canceled(queue: StepQueue, id: string, request: StepRequest, signal: AbortSignal): Promise<StepOutcome | undefined> {
  await queue.cancel(id);
  const job = await queue.find(id);
  if (job?.state === "completed") return outcomeOf(job, request, queue);
  if (job?.state === "cancelled" && job.startedOn === null) return undefined;
  throw abortedError(signal, { asset: request.computation });
}

function lost({ computation }: StepRequest, reason: string): EdgewaterError<"Unavailable"> {
  return new EdgewaterError("Unavailable", `Cannot make ${JSON.stringify(computation)} with pg-boss: ${reason}`, { asset: computation });
}

/** The message in the output of a failed job: pg-boss wraps its own. */
function reasonOf(output: unknown): string {
  const { value, message = value } = (output ?? {}) as { readonly value?: unknown; readonly message?: unknown };
  const inner = (message as { readonly message?: unknown } | undefined)?.message ?? message;
  return typeof inner === "string" ? inner : "no reason";
}

/**
 * Whether the worker of a job is silent: its heartbeat has not changed for as long as it may, by the clock of this process alone.
 * pg-boss looks for silent workers itself, but only once a minute unless it is told otherwise.
 */
class Pulse {
  readonly #limitMs: number;
  #last = "";
  #since = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  isSilent({ retryCount, heartbeatOn }: SeenJob): boolean {
    const beat = `${retryCount} ${heartbeatOn?.getTime()}`;
    if (beat !== this.#last) this.#since = performance.now();
    this.#last = beat;
    return performance.now() - this.#since > this.#limitMs;
  }
}

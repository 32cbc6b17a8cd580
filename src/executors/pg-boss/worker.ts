import type { JobWithMetadata } from "pg-boss";
import { isEdgewaterError } from "../../errors.ts";
import type { Repository } from "../../repository/repository.ts";
import { sleep } from "../../retry.ts";
import { failureRecord } from "../../run/failure-record.ts";
import type { StepRequest } from "../../run/protocol.ts";
import type { FailureRecord } from "../../storage/types.ts";
import { type Answer, deliveredRequest } from "./job.ts";
import type { StepQueue } from "./queue.ts";

/** A worker that takes steps from the queue. */
export interface StepWorker extends AsyncDisposable {
  /** Takes no further step, and waits for those that it makes. */
  close(): Promise<void>;
}

/**
 * How often a worker looks for a step while it has none, with the notices of pg-boss and without; and how often it says that it is
 * alive, and learns that its step was canceled. In seconds.
 */
const intervals = { pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 1, heartbeatRefreshSeconds: 2 };

/** How long a worker keeps a step that it cannot make for now, the first time, and how long it takes no other one then, in milliseconds. */
const firstPauseMs = 1000;
const restMs = 2000;

/** Takes steps from a queue, several at the same time. */
export async function workFor(queue: StepQueue, repository: Repository, concurrency: number): Promise<StepWorker> {
  await queue.ready();
  const ids = await Promise.all(Array.from({ length: concurrency }, () => takeSteps(queue, repository)));
  const close = async (): Promise<void> => void (await Promise.all(ids.map((id) => queue.leave(id))));
  return { close, [Symbol.asyncDispose]: close };
}

/** Takes one step after the other. */
async function takeSteps(queue: StepQueue, repository: Repository): Promise<string> {
  const leaseMs = queue.settings.heartbeatSeconds * 1000;
  let id = "";
  id = await queue.take(intervals, async (job) => {
    let answer: Answer;
    try {
      answer = { outcome: await repository.runStep(deliveredRequest(job), { abandon: job.signal, leaseMs }) };
    } catch (error) {
      answer = { error: failureRecord(error) };
      // A worker whose repository is closed can make no step any more.
      if (isEdgewaterError(error, "Closed")) {
        await queue.leave(id, false);
        await queue.giveUp(job.id, job, answer.error);
      }
      if (isEdgewaterError(error, "Unavailable")) await rest(queue, job, answer.error);
    }
    // Without a wait for the next one.
    queue.boss.notifyWorker(id);
    return answer;
  });
  return id;
}

/** Gives a step to others after a while, which grows with each delivery, and lets them have it. */
async function rest(queue: StepQueue, job: JobWithMetadata<StepRequest>, reason: FailureRecord): Promise<void> {
  await sleep(firstPauseMs * 2 ** job.retryCount, { signal: job.signal }).catch(() => {});
  await queue.giveUp(job.id, job, reason);
  await sleep(restMs);
}

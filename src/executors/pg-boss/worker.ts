import type { JobWithMetadata } from "pg-boss";
import { isEdgewaterError } from "../../errors.ts";
import type { Repository } from "../../repository/repository.ts";
import { sleep } from "../../retry.ts";
import { failureRecord } from "../../run/failure-record.ts";
import type { StepRequest } from "../../run/protocol.ts";
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

/** Takes steps from a queue, several at the same time. */
export async function workFor(queue: StepQueue, repository: Repository, concurrency: number): Promise<StepWorker> {
  const leaseMs = queue.settings.heartbeatSeconds * 1000;
  await queue.ready();
  const takers = Array.from({ length: concurrency }, async () => {
    let id = "";
    id = await queue.take(intervals, async (job) => {
      try {
        return await answerTo(job, repository, leaseMs);
      } finally {
        // Without a wait for the next one.
        queue.boss.notifyWorker(id);
      }
    });
    return id;
  });
  const ids = await Promise.all(takers);
  const close = async (): Promise<void> => void (await Promise.all(ids.map((id) => queue.leave(id))));
  return { close, [Symbol.asyncDispose]: close };
}

/**
 * Makes the step of a job. A step that fails is an answer, as is a request that this worker refuses. It rejects when another
 * worker may do better, after a wait, because pg-boss delivers again at once.
 */
async function answerTo(job: JobWithMetadata<StepRequest>, repository: Repository, leaseMs: number): Promise<Answer> {
  try {
    return { outcome: await repository.runStep(deliveredRequest(job), { abandon: job.signal, leaseMs }) };
  } catch (error) {
    if (!isEdgewaterError(error, "Unavailable", "Closed")) return { error: failureRecord(error) };
    await sleep(1000 * 2 ** job.retryCount, { signal: job.signal }).catch(() => {});
    throw error;
  }
}

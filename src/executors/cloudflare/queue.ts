import { abortedError, EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { aDuration, aLimit, checkOptions, checkValue, type OptionKinds, required, wholeNumber, withMethods } from "../../options.ts";
import type { Repository } from "../../repository/repository.ts";
import { sleep } from "../../retry.ts";
import type { Executor } from "../../run/executor.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import { type Delivery, remote } from "../remote.ts";

/** The method of a Queue's binding that is used. */
export interface QueueBinding {
  /** Sends a message. */
  send(message: StepRequest): Promise<unknown>;
}

/** The part of a batch of messages that is used. */
export interface QueueBatch {
  /** The messages. */
  readonly messages: readonly QueueMessage[];
}

/** The part of a message that is used. */
export interface QueueMessage {
  /** The id of the message. */
  readonly id: string;
  /** The number of the delivery, from 1. */
  readonly attempts: number;
  /** What was sent. */
  readonly body: unknown;
  /** Ends the message. */
  ack(): void;
  /** Delivers the message again. */
  retry(options?: { delaySeconds?: number }): void;
}

/** Options of {@link cloudflareQueue}. */
export interface CloudflareQueueOptions {
  /** How many steps are in the queue or under way at once; 100 unless given. */
  readonly maxConcurrency?: number | undefined;
  /**
   * How long a step may wait for a consumer, in milliseconds, before it fails with `Unavailable`, because its message may have been
   * dropped; no limit unless given.
   */
  readonly waitMs?: number | undefined;
}

/** Options of {@link consumeSteps}. */
export interface ConsumeStepsOptions {
  /** After how many seconds a message is delivered again whose step another consumer makes, or could not be made; 5 unless given. */
  readonly retryDelaySeconds?: number | undefined;
}

/** What became of one message. */
export interface ConsumedMessage {
  /** The id of the message. */
  readonly id: string;
  /**
   * `ended`: the outcome of its step is recorded. `superseded`: a later delivery or another owner of the run has taken the step over.
   * `busy`: another consumer makes it. `failed`: nothing could be recorded. The last two are delivered again.
   */
  readonly status: StepOutcome["status"] | "failed";
  /** What kept the outcome from being recorded. */
  readonly error?: unknown;
}

const queueKinds: OptionKinds<CloudflareQueueOptions> = { maxConcurrency: aLimit, waitMs: aDuration };
const consumeKinds: OptionKinds<ConsumeStepsOptions> = { retryDelaySeconds: wholeNumber(0) };
const aBatch = {
  expected: "the batch that the queue handler of a Worker gets",
  accepts: (value: unknown): boolean => typeof value === "object" && value !== null && "messages" in value && Array.isArray(value.messages),
};

/** The waits between two looks at the records, in milliseconds. */
const firstWaitMs = 50;
const longestWaitMs = 2000;

/** The most bytes of a message; Cloudflare's 128 KB are multiples of 1,000, of which some are its own. */
const mostBytes = 127_000;

/**
 * An executor that sends steps through a Cloudflare Queue to any number of consumers, which make them with {@link consumeSteps}. The
 * process that begins the run learns from the records how the steps end, and must live until then.
 *
 * @param queue the producer binding of the Queue
 * @throws `SettingsError` for something else than a Queue, or an invalid option
 *
 * @example
 * ```ts
 * import { cloudflareQueue } from "edgewater/cloudflare";
 *
 * await repository.materialize({ executor: cloudflareQueue(env.STEPS) });
 * ```
 */
export function cloudflareQueue(queue: QueueBinding, options: CloudflareQueueOptions = {}): Executor {
  checkValue("cloudflareQueue", "queue", queue, required(withMethods("a Queue binding of the Worker's env", "send")));
  checkOptions("cloudflareQueue", options, queueKinds);
  const { maxConcurrency = 100, waitMs = Number.POSITIVE_INFINITY } = options;
  return remote(
    "cloudflareQueue",
    async (request, delivery) => {
      checkSize(request);
      await queue.send(request);
      return whenEnded(request, delivery, waitMs);
    },
    { reach: "anywhere", maxConcurrency },
  );
}

/**
 * Makes the steps of a batch of messages, and settles each message by itself: it is acknowledged when the outcome of its step is
 * recorded, and delivered again otherwise. Does not reject, so that no message is delivered again because of another. A step is made
 * once in effect, however often and to however many consumers its message is delivered.
 *
 * @param batch the first argument of the Worker's `queue` handler
 * @param repository the same assets, Storage and stores as where the run begins
 * @returns what became of each message, for a log
 * @throws `SettingsError` for wrong arguments
 *
 * @example
 * ```ts
 * import { consumeSteps } from "edgewater/cloudflare";
 *
 * export default {
 *   async queue(batch: MessageBatch, env: Env) {
 *     await using repository = await open(env);
 *     await consumeSteps(batch, repository);
 *   },
 * };
 * ```
 */
export async function consumeSteps(
  batch: QueueBatch,
  repository: Repository,
  options: ConsumeStepsOptions = {},
): Promise<readonly ConsumedMessage[]> {
  checkValue("consumeSteps", "batch", batch, required(aBatch));
  checkValue("consumeSteps", "repository", repository, required(withMethods("a Repository, as Repository.open opens it", "runStep")));
  checkOptions("consumeSteps", options, consumeKinds);
  const { retryDelaySeconds: delaySeconds = 5 } = options;
  return Promise.all(
    batch.messages.map(async (message) => {
      const consumed = await consume(message, repository);
      if (consumed.status === "busy" || consumed.status === "failed") message.retry({ delaySeconds });
      else message.ack();
      return consumed;
    }),
  );
}

async function consume({ id, attempts, body }: QueueMessage, repository: Repository): Promise<ConsumedMessage> {
  try {
    const request = body as StepRequest;
    // A message that is delivered again was lost by its consumer, whose claim it takes over.
    const { status } = await repository.runStep({ ...request, attempt: request?.attempt + attempts - 1 });
    return { id, status };
  } catch (error) {
    return { id, status: isEdgewaterError(error, "TakenOver") ? "superseded" : "failed", error };
  }
}

/** Waits until the records have the outcome of a step. */
async function whenEnded({ computation }: StepRequest, { signal, outcomeOf }: Delivery, waitMs: number): Promise<StepOutcome> {
  let lastSeen = performance.now();
  for (let pauseMs = firstWaitMs; ; pauseMs = Math.min(1.5 * pauseMs, longestWaitMs)) {
    const outcome = await outcomeOf();
    if (outcome?.status === "ended") return outcome;
    if (signal.aborted) throw abortedError(signal);
    if (outcome !== undefined) lastSeen = performance.now();
    if (performance.now() - lastSeen > waitMs) throw notConsumed(computation, waitMs);
    await sleep(pauseMs, { signal }).catch(() => {});
  }
}

function notConsumed(asset: string, waitMs: number): EdgewaterError<"Unavailable"> {
  const message = `Cannot run a step of ${JSON.stringify(asset)} with cloudflareQueue: no consumer has made it in ${waitMs} ms, the waitMs of cloudflareQueue; look at the consumers of the queue, its max_retries and its dead letters`;
  return new EdgewaterError("Unavailable", message, { asset });
}

function checkSize(request: StepRequest): void {
  const { length } = new TextEncoder().encode(JSON.stringify(request));
  if (length <= mostBytes) return;
  const message = `Cannot send a step of ${JSON.stringify(request.computation)} with cloudflareQueue: its request has ${length} bytes, and a message at most ${mostBytes}; make fewer of its ${request.partitionKeys?.length ?? 0} partitions in one run, or leave out batch`;
  throw new EdgewaterError("QuotaExceeded", message, { asset: request.computation });
}

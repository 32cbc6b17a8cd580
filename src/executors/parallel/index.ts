/**
 * `edgewater/parallel`: runs the steps of a repository in Web Workers or worker threads.
 *
 * @module
 */
import { abortedError, EdgewaterError } from "../../errors.ts";
import { aDuration, aFunction, checkOptions, type OptionKinds, required, wholeNumber } from "../../options.ts";
import type { Executor } from "../../run/executor.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import { parallelism } from "../../runtime/parallelism.ts";
import { remote } from "../remote.ts";
import type { AnyWorker } from "./line.ts";
import { type Loss, Pool } from "./pool.ts";

export type { AnyWorker } from "./line.ts";
export { serveSteps } from "./serve.ts";

/** Options of {@link parallel}. */
export interface ParallelOptions {
  /**
   * Starts a worker whose file ends with `serveSteps`. Write `new Worker(new URL("./my-worker.ts", import.meta.url), { type: "module" })`
   * in it as it stands here: bundlers find the worker by this form.
   */
  readonly start: () => AnyWorker;
  /** How many workers run at most; unless given one less than the processor has threads, and at least one. */
  readonly size?: number | undefined;
  /**
   * How long a worker has for one step with all its retries, in milliseconds. One that takes longer is ended, also in a loop that
   * never yields, and the step is tried in another; no limit unless given.
   */
  readonly stepTimeoutMs?: number | undefined;
}

const kinds: OptionKinds<ParallelOptions> = { start: required(aFunction), size: wholeNumber(1), stepTimeoutMs: aDuration };

/** How many workers may be lost over one step. */
const mostLosses = 3;

/**
 * An executor that runs steps in workers: Web Workers in browsers, Deno and Bun, worker threads in Node. Workers are started when
 * the first step needs them and stay warm until the end of the block. A step whose worker is lost is tried in another one; when
 * three are lost over it, it fails.
 *
 * Values do not cross: a worker loads inputs and writes outputs itself. So the Storage and the stores must be reached from other
 * threads; memory is refused before a run begins.
 *
 * @throws `SettingsError` for an invalid option
 *
 * @example
 * ```ts
 * await using executor = parallel({
 *   start: () => new Worker(new URL("./my-worker.ts", import.meta.url), { type: "module" }),
 *   size: 4,
 * });
 * await using repository = await Repository.open({ assets, ioHandler, storage, executor });
 * ```
 */
export function parallel(options: ParallelOptions): Executor & AsyncDisposable {
  checkOptions("parallel", options, kinds);
  const { start, stepTimeoutMs, size = Math.max(1, parallelism() - 1) } = options;
  const limit = stepTimeoutMs === Number.POSITIVE_INFINITY ? undefined : stepTimeoutMs;
  const pool = new Pool({ start, size, stepTimeoutMs: limit });
  const executor = remote(
    "parallel",
    async (request, { signal }): Promise<StepOutcome | undefined> => {
      for (let losses = 0; ; ) {
        const answer = await pool.run({ ...request, attempt: request.attempt + losses }, signal);
        if (answer === undefined) {
          if (losses === 0) return undefined;
          throw abortedError(signal);
        }
        if ("outcome" in answer) return answer.outcome;
        if ("error" in answer) throw answer.error;
        losses++;
        if (losses === mostLosses || signal.aborted) throw lostOver(request, losses, answer.lost);
      }
    },
    { reach: "machine", maxConcurrency: size },
  );
  return { ...executor, [Symbol.asyncDispose]: async () => pool.close() };
}

function lostOver({ computation }: StepRequest, losses: number, { reason, cause }: Loss): EdgewaterError<"Unavailable"> {
  const workers = losses === 1 ? "A worker of parallel was" : `${losses} workers of parallel were`;
  const message = `${workers} lost over ${JSON.stringify(computation)}: ${reason}; look for what ends a worker: an error that nothing catches, an exit, too little memory, or a stepTimeoutMs that is too short`;
  return new EdgewaterError("Unavailable", message, { asset: computation, cause });
}

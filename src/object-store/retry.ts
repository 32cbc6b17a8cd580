import { abortedError, throwIfAborted } from "../errors.ts";

/** How often, and for how long, a call that failed is tried again. */
export interface RetryPolicy {
  /** Attempts at most, the first included: 5 unless given; 1 is no retry. */
  readonly attempts?: number | undefined;
  /** Milliseconds from the first attempt on, after which no other is begun: 60,000 unless given. */
  readonly budget?: number | undefined;
  /** Milliseconds that the first wait takes at most: 100 unless given. Every wait may take twice as long as the one before. */
  readonly delay?: number | undefined;
}

/** What a wait belongs to. */
interface Waiting {
  readonly store?: string | undefined;
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const longestDelay = 10_000;

/**
 * The waits between the attempts of one call. Each call of what it gives waits and resolves with true, or resolves with
 * false at once when the policy allows no further attempt. The wait is of random length up to a limit that doubles
 * ("full jitter"), so that many who failed together do not come back together; `atLeast`, such as a server's
 * Retry-After in milliseconds, comes on top.
 *
 * @throws `Aborted` when the signal is aborted before or during the wait
 *
 * @example
 * ```ts
 * const again = retrying(policy, { signal });
 * while (true) {
 *   try {
 *     return await work();
 *   } catch (error) {
 *     if (!isEdgewaterError(error, "Unavailable") || !(await again())) throw error;
 *   }
 * }
 * ```
 */
export function retrying(
  { attempts = 5, budget = 60_000, delay = 100 }: RetryPolicy = {},
  waiting: Waiting = {},
): (atLeast?: number) => Promise<boolean> {
  const start = Date.now();
  let failures = 0;
  return async (atLeast = 0) => {
    const wait = atLeast + Math.random() * Math.min(longestDelay, delay * 2 ** failures);
    if (++failures >= attempts || Date.now() - start + wait > budget) return false;
    await sleep(wait, waiting);
    return true;
  };
}

/** @throws `Aborted` when the signal is aborted before or during the wait */
export function sleep(ms: number, { signal, ...target }: Waiting): Promise<void> {
  throwIfAborted(signal, target);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      if (signal) reject(abortedError(signal, target));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

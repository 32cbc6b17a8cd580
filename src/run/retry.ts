import type { RetryPolicy } from "../definition/retry-policy.ts";
import { abortedError, isEdgewaterError } from "../errors.ts";

/** The retries that one step has left: its load, its function and its write share them. */
export interface Retries {
  /** Runs something until it succeeds or the retries are used up. */
  readonly attempt: <Value>(work: () => Promise<Value>) => Promise<Value>;
}

/** The retries of one step under a policy. */
export function retriesOf(
  policy: RetryPolicy | undefined,
  signal: AbortSignal,
  onRetry: (error: unknown, retry: number) => Promise<void>,
): Retries {
  const { maxRetries = 0, delayMs = 100, factor = 2, maxDelayMs = 30_000, retryOn = () => true } = policy ?? {};
  let used = 0;
  return {
    attempt: async (work) => {
      while (true) {
        try {
          return await work();
        } catch (error) {
          if (used >= maxRetries || signal.aborted || isEdgewaterError(error, "Aborted") || !retryOn(error)) throw error;
          const wait = Math.min(maxDelayMs, delayMs * factor ** used);
          used++;
          await onRetry(error, used);
          await sleep(wait, signal);
        }
      }
    },
  };
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortedError(signal));
    const stop = (): void => {
      clearTimeout(timer);
      reject(abortedError(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}

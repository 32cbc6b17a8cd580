import { abortedError, type ErrorDetails, throwIfAborted } from "../../errors.ts";

/**
 * Waits for a promise that takes no signal, until the signal is aborted.
 *
 * @throws `Aborted`
 */
export function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined, target: ErrorDetails): Promise<Value> {
  throwIfAborted(signal, target);
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortedError(signal, target));
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

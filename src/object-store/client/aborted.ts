import { abortedError, type ErrorDetails, throwIfAborted } from "../../errors.ts";

/**
 * What a promise gives that knows nothing of the caller's signal.
 *
 * @throws `Aborted`, as soon as the signal is
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

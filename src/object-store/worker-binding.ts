import { type EdgewaterError, orAborted, throwIfAborted } from "../errors.ts";
import { type RetryPolicy, retrying } from "../retry.ts";
import type { Call } from "./call.ts";

/** A classified error of a Worker's binding. */
export interface BindingFailure {
  readonly error: EdgewaterError;
  /** Whether a retry may succeed, because the service failed or was not reachable. */
  readonly isTransient: boolean;
  /** Milliseconds to wait before a retry, if the service has done nothing because of its write rate; otherwise undefined. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Runs an idempotent call of a Worker's binding, and retries it as the policy allows. A binding accepts no signal, so an
 * abort ends the wait but not the call.
 */
export async function performBinding<Value>(
  call: Call,
  retry: RetryPolicy | undefined,
  work: () => Promise<Value>,
  failureOf: (call: Call, cause: unknown) => BindingFailure,
): Promise<Value> {
  const { store, key, signal } = call;
  const waitForRetry = retrying(retry, call);
  while (true) {
    throwIfAborted(signal, { store, key });
    try {
      return await orAborted(work(), signal, { store, key });
    } catch (cause) {
      const { error, isTransient, retryAfterMs } = failureOf(call, cause);
      if (!isTransient || !(await waitForRetry(error, { retryAfterMs }))) throw error;
    }
  }
}

import { EdgewaterError, type ErrorCode, throwIfAborted } from "../../errors.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import { type Call, explain } from "../call.ts";
import { unlessAborted } from "../client/aborted.ts";

/**
 * What the number at the end of an R2 error's message means, from the error codes of the R2 documentation. Whatever is
 * not here is `Unavailable`.
 */
const codes: Readonly<Record<string, ErrorCode>> = {
  "10002": "Unauthenticated",
  "10003": "PermissionDenied",
  "10006": "NotFound",
  "10007": "NotFound",
  "10012": "MetadataError",
  "10018": "Unauthenticated",
  "10020": "InvalidPath",
  "10035": "Unauthenticated",
  "10039": "InvalidRange",
  "10042": "PermissionDenied",
  "10100": "NotSupported",
};

/** R2 takes one write a second of one key, and did nothing: in milliseconds, what it wants to be left alone. */
const busy: Readonly<Record<string, number>> = { "10058": 1000 };

/** A failure of the binding. */
export interface Failure {
  readonly error: EdgewaterError;
  /** Milliseconds to wait when R2 says that it did nothing and may later; undefined when it says something else. */
  readonly busy: number | undefined;
  /** Whether it may succeed when it is tried again: R2 failed, or could not be reached. */
  readonly isTransient: boolean;
}

/** What an error of the binding stands for. A missing bucket leaves `key` out. */
export function failureOf(call: Call, cause: unknown): Failure {
  const number = /\((\d{5})\)$/.exec((cause as { message?: string } | null)?.message ?? "")?.[1] ?? "";
  const code = codes[number];
  const { store } = call;
  const error =
    number === "10006"
      ? new EdgewaterError("NotFound", `The bucket of ${store} does not exist`, { store, cause })
      : explain(call, cause, () => (code === undefined ? undefined : { code, reason: (cause as Error).message }));
  // What the runtime says of a wrong call is no failure of R2.
  return { error, busy: busy[number], isTransient: error.code === "Unavailable" && !(cause instanceof TypeError) };
}

/**
 * Runs a call of the binding that may run more than once without harm, as often as the policy allows. The binding knows
 * no signal: it is awaited no longer than the signal allows.
 */
export async function perform<Value>(call: Call, retry: RetryPolicy | undefined, work: () => Promise<Value>): Promise<Value> {
  const { store, key, signal } = call;
  const waitForRetry = retrying(retry, call);
  while (true) {
    throwIfAborted(signal, { store, key });
    try {
      return await unlessAborted(work(), signal, { store, key });
    } catch (cause) {
      const { error, busy, isTransient } = failureOf(call, cause);
      if (!isTransient || !(await waitForRetry(error, { retryAfterMs: busy }))) throw error;
    }
  }
}

import { EdgewaterError, type ErrorCode, thrownText } from "../../errors.ts";
import type { RetryPolicy } from "../../retry.ts";
import { type Call, explain } from "../call.ts";
import { type BindingFailure, performBinding } from "../worker-binding.ts";

/**
 * The codes for the number at the end of an R2 error message (R2 documentation, "Error codes"). Any other number is
 * `Unavailable`.
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

/** Milliseconds to wait before a retry. 10058: R2 accepts one write per second and key, and has done nothing. */
const busy: Readonly<Record<string, number>> = { "10058": 1000 };

/** Classifies an error of the binding. The error for a missing bucket has no `key`. */
export function failureOf(call: Call, cause: unknown): BindingFailure {
  const number = /\((\d{5})\)$/.exec((cause as { message?: string } | null)?.message ?? "")?.[1] ?? "";
  const code = codes[number];
  const { store } = call;
  const error =
    number === "10006"
      ? new EdgewaterError("NotFound", `Cannot use ${store}: its bucket does not exist; create it, or bind another`, { store, cause })
      : explain(call, cause, () => (code === undefined ? undefined : { code, reason: thrownText(cause) }));
  // The runtime throws a TypeError for a wrong call, which a retry cannot fix.
  return { error, retryAfterMs: busy[number], isTransient: error.code === "Unavailable" && !(cause instanceof TypeError) };
}

/** Runs an idempotent call of the binding, and retries it as the policy allows. */
export function perform<Value>(call: Call, retry: RetryPolicy | undefined, work: () => Promise<Value>): Promise<Value> {
  return performBinding(call, retry, work, failureOf);
}

import { EdgewaterError, type ErrorCode } from "../../errors.ts";
import { abortable, type Call, explain } from "../call.ts";

/**
 * What the number at the end of an R2 error's message means, from the error codes of the R2 documentation. Whatever is
 * not here is `Unavailable`, `10001` (an internal error), `10043` (unavailable) and `10058` (too many at once) among it.
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

/** Runs one call of the binding, which knows no signal: it is awaited no longer than the signal allows. */
export async function perform<Value>(call: Call, work: () => Promise<Value>): Promise<Value> {
  try {
    return await abortable(call, work);
  } catch (cause) {
    throw errorOf(call, cause);
  }
}

/** The number of an R2 error, or undefined for an error that has none. */
function numberOf(cause: unknown): string | undefined {
  return /\((\d{5})\)$/.exec((cause as { message?: string } | null)?.message ?? "")?.[1];
}

/** The error of the family that a failed call of the binding stands for. A missing bucket leaves `key` out. */
function errorOf(call: Call, cause: unknown): EdgewaterError {
  const number = numberOf(cause);
  if (number === "10006") return new EdgewaterError("NotFound", `The bucket of ${call.store} does not exist`, { store: call.store, cause });
  const code = codes[number ?? ""];
  return explain(call, cause, () => (code === undefined ? undefined : { code, reason: (cause as Error).message }));
}

import {
  abortedError,
  EdgewaterError,
  type ErrorCode,
  type ErrorDetails,
  isEdgewaterError,
  throwIfAborted,
  thrownText,
} from "../errors.ts";
import { checkKey } from "./path.ts";

/** One call of a store, as its errors describe it. */
export interface Call {
  readonly store: string;
  readonly verb: "read" | "write" | "delete" | "list" | "copy" | "sign";
  readonly key: string;
  readonly signal: AbortSignal | undefined;
}

/** Maps an error of the platform to an error code and a reason; undefined if it is only known to have failed. */
export type Classify = (cause: unknown, call: Call) => { readonly code: ErrorCode; readonly reason: string } | undefined;

/**
 * Runs one call of a store and turns every error into an EdgewaterError: `Aborted` if the signal is aborted, otherwise the
 * code of `classify`, otherwise `Unavailable`.
 */
export async function perform<Value>(call: Call, work: () => Value | Promise<Value>, classify?: Classify): Promise<Value> {
  const { store, key, signal } = call;
  throwIfAborted(signal, { store, key });
  try {
    return await work();
  } catch (cause) {
    throw explain(call, cause, classify);
  }
}

/** Runs the calls of one store. */
export type Perform = <Value>(
  verb: Call["verb"],
  key: string,
  signal: AbortSignal | undefined,
  work: (call: Call) => Value | Promise<Value>,
) => Promise<Value>;

/** Returns a function that checks the key of a call and then runs it with {@link perform}. */
export function performer(store: string, classify?: Classify): Perform {
  return async (verb, key, signal, work) => {
    checkKey(store, key);
    const call = { store, verb, key, signal };
    return perform(call, () => work(call), classify);
  };
}

/** The EdgewaterError for the error of a failed call. */
export function explain(call: Call, cause: unknown, classify?: Classify): EdgewaterError {
  const { store, key, signal } = call;
  if (isEdgewaterError(cause)) return cause;
  if (signal?.aborted) return abortedError(signal, { store, key });
  const { code, reason } = classify?.(cause, call) ?? { code: "Unavailable", reason: reasonOf(cause) };
  if (code === "NotFound") return notFound(store, key, cause);
  return failed(call, code, reason, { cause });
}

/** The error of a failed call: `Cannot <verb> "<key>" in <store>: <reason>`. */
export function failed<Code extends ErrorCode>(
  { store, verb, key }: Call,
  code: Code,
  reason: string,
  details?: ErrorDetails,
): EdgewaterError<Code> {
  return new EdgewaterError(code, `Cannot ${verb} ${JSON.stringify(key)} in ${store}: ${reason}`, { store, key, ...details });
}

/** The error for a missing object. */
export function notFound(store: string, key: string, cause?: unknown): EdgewaterError<"NotFound"> {
  return new EdgewaterError("NotFound", `No object ${JSON.stringify(key)} in ${store}`, { store, key, cause });
}

/** Text of a server for a message: cut, and in printable ASCII. */
export function printable(text: string, maxLength = 64): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(/[^\x20-\x7e…]/g, "?");
}

function reasonOf(cause: unknown): string {
  return thrownText(cause);
}

/** The reason for which a file system refuses `a` beside `a/b`. */
export const keyIsAlsoPrefix = "a file system cannot hold a key that is also the prefix of another";

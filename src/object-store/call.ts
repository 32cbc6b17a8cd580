import { abortedError, EdgewaterError, type ErrorCode, isEdgewaterError, throwIfAborted } from "../errors.ts";

/** One call of a store's verb: what its errors say. */
export interface Call {
  readonly store: string;
  readonly verb: "read" | "write" | "delete" | "list" | "copy" | "sign";
  readonly key: string;
  readonly signal: AbortSignal | undefined;
}

/** What a failure of the platform means; undefined when the platform says nothing more than that it failed. */
export type Classify = (cause: unknown, call: Call) => { readonly code: ErrorCode; readonly reason: string } | undefined;

/**
 * Runs one call of a store and turns whatever it throws into the error family: `Aborted` when the signal was,
 * otherwise what `classify` says, otherwise `Unavailable`.
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

/** The error of the family that a failed call stands for. */
export function explain(call: Call, cause: unknown, classify?: Classify): EdgewaterError {
  const { store, verb, key, signal } = call;
  if (isEdgewaterError(cause)) return cause;
  if (signal?.aborted) return abortedError(signal, { store, key });
  const { code, reason } = classify?.(cause, call) ?? { code: "Unavailable", reason: reasonOf(cause) };
  if (code === "NotFound") return notFound(store, key, cause);
  return new EdgewaterError(code, `Cannot ${verb} ${JSON.stringify(key)} in ${store}: ${reason}`, { store, key, cause });
}

/** The object that is not there. */
export function notFound(store: string, key: string, cause?: unknown): EdgewaterError<"NotFound"> {
  return new EdgewaterError("NotFound", `No object ${JSON.stringify(key)} in ${store}`, { store, key, cause });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** The files systems among the stores cannot hold `a` beside `a/b`. */
export const keyIsAlsoPrefix = "a file system cannot hold a key that is also the prefix of another";

import { abortedError, EdgewaterError, type ErrorCode, type ErrorDetails, isEdgewaterError, throwIfAborted } from "../errors.ts";
import { checkKey } from "./path.ts";

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

/** Runs the calls of one store. */
export type Perform = <Value>(
  verb: Call["verb"],
  key: string,
  signal: AbortSignal | undefined,
  work: (call: Call) => Value | Promise<Value>,
) => Promise<Value>;

/** How a store runs its calls: with a key that is checked first, and then as {@link perform} says. */
export function performer(store: string, classify?: Classify): Perform {
  return async (verb, key, signal, work) => {
    checkKey(store, key);
    const call = { store, verb, key, signal };
    return perform(call, () => work(call), classify);
  };
}

/** The error of the family that a failed call stands for. */
export function explain(call: Call, cause: unknown, classify?: Classify): EdgewaterError {
  const { store, key, signal } = call;
  if (isEdgewaterError(cause)) return cause;
  if (signal?.aborted) return abortedError(signal, { store, key });
  const { code, reason } = classify?.(cause, call) ?? { code: "Unavailable", reason: reasonOf(cause) };
  if (code === "NotFound") return notFound(store, key, cause);
  return failed(call, code, reason, { cause });
}

/** The error of a call that failed for a reason. */
export function failed<Code extends ErrorCode>(
  { store, verb, key }: Call,
  code: Code,
  reason: string,
  details?: ErrorDetails,
): EdgewaterError<Code> {
  return new EdgewaterError(code, `Cannot ${verb} ${JSON.stringify(key)} in ${store}: ${reason}`, { store, key, ...details });
}

/** An error about one object: what is wrong with it goes on where `"key" in store` ends. */
export function objectError<Code extends ErrorCode>(
  code: Code,
  { store, key }: Pick<Call, "store" | "key">,
  problem: string,
  details?: ErrorDetails,
): EdgewaterError<Code> {
  return new EdgewaterError(code, `${JSON.stringify(key)} in ${store} ${problem}`, { store, key, ...details });
}

/** The object that is not there. */
export function notFound(store: string, key: string, cause?: unknown): EdgewaterError<"NotFound"> {
  return new EdgewaterError("NotFound", `No object ${JSON.stringify(key)} in ${store}`, { store, key, cause });
}

/** Text of a server for a message: cut, and in printable ASCII. */
export function printable(text: string, maxLength = 64): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(/[^\x20-\x7e…]/g, "?");
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** The files systems among the stores cannot hold `a` beside `a/b`. */
export const keyIsAlsoPrefix = "a file system cannot hold a key that is also the prefix of another";

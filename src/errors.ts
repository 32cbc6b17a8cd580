/**
 * The errors of this library: one class, told apart by `code`.
 *
 * @module
 */

const brand = Symbol.for("edgewater/error");

/**
 * The kind of an error. The meaning of a code never changes.
 *
 * | code | meaning |
 * |-|-|
 * | `NotFound` | There is no object with this key, no value of this asset, no such bucket |
 * | `InvalidPath` | The key or prefix is not allowed in any store |
 * | `InvalidRange` | The object does not have this range of bytes |
 * | `AlreadyExists` | The object to create exists already |
 * | `PreconditionFailed` | The object is not, or no longer, the expected version |
 * | `NotModified` | The object is still the version that the caller has |
 * | `PermissionDenied` | The credentials are valid but do not permit the operation |
 * | `Unauthenticated` | The credentials are missing, wrong or expired |
 * | `NotSupported` | The runtime or store does not support the operation |
 * | `QuotaExceeded` | The disk or the quota of the origin is full |
 * | `Unavailable` | The store could not be reached or failed; a retry may help |
 * | `Integrity` | Stored data is damaged or incomplete |
 * | `Aborted` | The caller's signal was aborted; `cause` is its reason |
 * | `Timeout` | A step took longer than its `timeoutMs` |
 * | `TakenOver` | The run was taken over, canceled or ended elsewhere; this process cannot record for it any more |
 * | `Conflict` | Other writers changed the same output, or the same part of a table, while it was made |
 * | `InProgress` | The run to resume is being made by a process that is alive |
 * | `StepFailed` | A function or a handler of yours has thrown; `cause` is what it threw |
 * | `SerializationError` | The value cannot be written without loss, or the bytes cannot be read |
 * | `SettingsError` | Settings or options of a handler, store or wrapper are missing or invalid |
 * | `DefinitionError` | An asset, task or handler is declared incorrectly |
 * | `MetadataError` | The value does not fit any kind, or this kind, of metadata |
 * | `PartitionError` | A partition key, definition or mapping is invalid |
 * | `ValidationError` | The value does not match its type hint |
 * | `GraphError` | The assets do not form a graph: one is unknown, duplicate or missing, or there is a cycle |
 * | `SchemaMismatch` | The records are of another version; the message says what to run |
 * | `Closed` | The object was used after `close()` |
 */
export type ErrorCode =
  | "NotFound"
  | "InvalidPath"
  | "InvalidRange"
  | "AlreadyExists"
  | "PreconditionFailed"
  | "NotModified"
  | "PermissionDenied"
  | "Unauthenticated"
  | "NotSupported"
  | "QuotaExceeded"
  | "Unavailable"
  | "Integrity"
  | "Aborted"
  | "Timeout"
  | "TakenOver"
  | "Conflict"
  | "InProgress"
  | "StepFailed"
  | "SerializationError"
  | "SettingsError"
  | "DefinitionError"
  | "MetadataError"
  | "PartitionError"
  | "ValidationError"
  | "GraphError"
  | "SchemaMismatch"
  | "Closed";

/** A setting that is missing or invalid. It never contains a value, which may be a secret. */
export interface SettingsIssue {
  /** The setting, such as `retry.maxTimes`; empty when the problem concerns all settings together. */
  readonly field: string;
  /** The problem, as text. */
  readonly problem: string;
  /** The source of the value: `the argument`, `the default`, `nowhere`, the name of a variable, or `<variable> in .env`. */
  readonly source: string;
}

/**
 * The outcome of a conditional write, or of a commit, that failed with `Unavailable` or `Aborted`. `unknown`: it may have happened
 * or may still happen; read the object, or the events, before you retry. Absent: it did not happen.
 */
export type WriteOutcome = "unknown";

/** The details of an error: names to look up, never secrets. */
export interface ErrorDetails {
  /** The `name` of the store. */
  readonly store?: string | undefined;
  /** The full key in the store. */
  readonly key?: string | undefined;
  /** The name of the asset or task. */
  readonly asset?: string | undefined;
  /** The display form of the partition's key. */
  readonly partition?: string | undefined;
  /** The setting, the key of the metadata, or the JSON path inside a value. */
  readonly field?: string | undefined;
  /** All problems of a `SettingsError`, in the order in which they were found. */
  readonly issues?: readonly SettingsIssue[] | undefined;
  /** The outcome of a failed write; absent when it did not happen. */
  readonly outcome?: WriteOutcome | undefined;
  /** Of `QuotaExceeded` in a browser: the bytes to write, those that the origin had left, and those that it may use, if known. */
  readonly quota?: { readonly needed: number; readonly free: number | undefined; readonly total?: number | undefined } | undefined;
  /** The error that caused this one. */
  readonly cause?: unknown;
}

/**
 * Every error that this library throws. What your own function or handler throws is the `cause` of the error of a run, and
 * passed on unchanged by `load`.
 *
 * Check for it with {@link isEdgewaterError}, which works across bundles and realms; `instanceof` does not.
 */
export class EdgewaterError<Code extends ErrorCode = ErrorCode> extends Error {
  /** The kind of the error. */
  readonly code: Code;
  /** The `name` of the store. */
  readonly store: string | undefined;
  /** The full key in the store. */
  readonly key: string | undefined;
  /** The name of the asset or task. */
  readonly asset: string | undefined;
  /** The display form of the partition's key. */
  readonly partition: string | undefined;
  /** The setting, the key of the metadata, or the JSON path inside a value. */
  readonly field: string | undefined;
  /** All problems of a `SettingsError`, in the order in which they were found. */
  readonly issues: readonly SettingsIssue[] | undefined;
  /** The outcome of a failed conditional write or commit: `unknown` when it may have happened. */
  readonly outcome: WriteOutcome | undefined;
  /** Of `QuotaExceeded` in a browser: the bytes to write, those that the origin had left, and those that it may use, if known. */
  readonly quota: ErrorDetails["quota"];

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "EdgewaterError";
    this.code = code;
    this.store = details.store;
    this.key = details.key;
    this.asset = details.asset;
    this.partition = details.partition;
    this.field = details.field;
    this.issues = details.issues;
    this.outcome = details.outcome;
    this.quota = details.quota;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Returns whether `error` is an {@link EdgewaterError} and, if codes are given, has one of them.
 *
 * @example
 * ```ts
 * import { isEdgewaterError, MemoryStore } from "edgewater";
 *
 * try {
 *   await new MemoryStore().get("missing");
 * } catch (error) {
 *   if (!isEdgewaterError(error, "NotFound")) throw error;
 *   error.code; // "NotFound"
 * }
 * ```
 */
export function isEdgewaterError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is EdgewaterError<Code> {
  if (typeof error !== "object" || error === null) return false;
  try {
    return brand in error && (codes.length === 0 || codes.includes((error as unknown as EdgewaterError<Code>).code));
  } catch {
    // A proxy, or a getter, that throws.
    return false;
  }
}

/**
 * Throws if the signal is aborted.
 *
 * @throws `Aborted` with the signal's reason as `cause`
 */
export function throwIfAborted(signal: AbortSignal | undefined, details: ErrorDetails = {}): void {
  if (signal?.aborted) throw abortedError(signal, details);
}

/** Returns the `Aborted` error for an aborted signal. */
export function abortedError(signal: AbortSignal, details: ErrorDetails = {}): EdgewaterError<"Aborted"> {
  const message = isEdgewaterError(signal.reason) ? `Aborted: ${signal.reason.message}` : "Aborted by the caller's signal";
  return new EdgewaterError("Aborted", message, { ...details, cause: signal.reason });
}

/**
 * Settles like `work`, or rejects as soon as the signal is aborted. What becomes of `work` is ignored then.
 *
 * @throws `Aborted` with the signal's reason as `cause`, and what `work` rejects with
 */
export function orAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined, details: ErrorDetails = {}): Promise<Value> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortedError(signal, details));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const end = (): void => signal.removeEventListener("abort", abort);
    work.then(resolve, reject).then(end, end);
  });
}

const longestText = 10_000;

/**
 * The text of anything that was thrown: the message of an error, else the value itself. Never throws. The text has at most
 * 10,000 characters, and none that some database cannot hold.
 */
export function thrownText(thrown: unknown): string {
  try {
    return storableText(messageOf(thrown));
  } catch {
    return "a value that cannot be shown as text";
  }
}

function messageOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  const { message, name } = thrown as Partial<Error>;
  if (typeof message === "string" && message !== "") return message;
  if (thrown instanceof Error) return message === "" || message === undefined ? name || "Error" : messageOf(message);
  const text = Object.getPrototypeOf(thrown) === null ? "[object Object]" : String(thrown);
  return text.startsWith("[object ") ? (JSON.stringify(thrown) ?? text) : text;
}

/** A text without NUL and lone surrogates, and of limited length. */
export function storableText(text: string): string {
  const cut = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return cut.replace(/\p{Surrogate}|\0/gu, "\ufffd");
}

/**
 * Calls a function of a user for whose result nobody waits, such as a method of a log. What it throws, or its promise rejects
 * with, goes to `onFailure`.
 */
export function callSafely(work: () => unknown, onFailure: (thrown: unknown) => void = () => {}): void {
  try {
    const result = work();
    if (result !== undefined) new Promise((resolve) => resolve(result)).catch(onFailure);
  } catch (thrown) {
    onFailure(thrown);
  }
}

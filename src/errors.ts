/**
 * The one error family of this library.
 *
 * @module
 */

const brand = Symbol.for("edgewater/error");

/**
 * What went wrong, as a literal. Codes never change their meaning.
 *
 * | code | meaning |
 * |-|-|
 * | `NotFound` | no object under this key, no asset of this name, no such bucket |
 * | `InvalidPath` | a key or prefix that no store accepts |
 * | `InvalidRange` | a range of bytes that the object does not have |
 * | `AlreadyExists` | there is an object under the key that was to be created |
 * | `PreconditionFailed` | the object is not, or no longer, the one that the caller expects |
 * | `NotModified` | the object is still the one that the caller has |
 * | `PermissionDenied` | the credentials are valid and may not do this |
 * | `Unauthenticated` | no credentials, or wrong or expired ones |
 * | `NotSupported` | this runtime or store cannot do it |
 * | `QuotaExceeded` | the disk or the origin's quota is full |
 * | `Unavailable` | the store could not be reached or failed; trying again may help |
 * | `Integrity` | what is stored is damaged or incomplete |
 * | `Aborted` | the caller's signal was aborted; `cause` is its reason |
 * | `SerializationError` | a value that cannot be written without loss, or bytes that cannot be read |
 * | `SettingsError` | settings of a handler or store are missing or wrong |
 * | `DefinitionError` | an asset, task or handler is declared wrongly |
 * | `MetadataError` | a value that no kind of metadata can hold |
 * | `PartitionError` | a partition key, definition, mapping or edge that is wrong |
 * | `ValidationError` | a value that does not fit its type hint |
 * | `GraphError` | the assets do not form a graph: unknown, duplicate, missing or cyclic |
 * | `SchemaMismatch` | records of another version; the message says what to run |
 * | `Closed` | used after `close()` |
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
  | "SerializationError"
  | "SettingsError"
  | "DefinitionError"
  | "MetadataError"
  | "PartitionError"
  | "ValidationError"
  | "GraphError"
  | "SchemaMismatch"
  | "Closed";

/** One setting that is missing or wrong. It names things and never holds a value. */
export interface SettingsIssue {
  /** The setting, such as `retry.maxTimes`; empty when it is about all of them together. */
  readonly field: string;
  /** What is wrong, in words. */
  readonly problem: string;
  /** Where the value came from: `the argument`, `the default`, `nowhere`, a variable's name, or `<variable> in .env`. */
  readonly source: string;
}

/**
 * What is known of a conditional write that ended with `Unavailable` or `Aborted`. `unknown`: it may have happened, or
 * may yet happen, and neither the object nor what it says of its predecessors can tell; read the object before deciding
 * anything. Absent: it did not happen.
 */
export type WriteOutcome = "unknown";

/** Where it happened. Every field is a name a person can look up; none ever holds a secret. */
export interface ErrorDetails {
  /** The store, as its `name` says. */
  readonly store?: string | undefined;
  /** The full key in that store. */
  readonly key?: string | undefined;
  /** The asset or task. */
  readonly asset?: string | undefined;
  /** The setting, the metadata key, or the JSON path inside a value. */
  readonly field?: string | undefined;
  /** Every problem of a `SettingsError` for settings, in the order they were found. */
  readonly issues?: readonly SettingsIssue[] | undefined;
  /** Of a write that failed: whether it may have happened all the same. */
  readonly outcome?: WriteOutcome | undefined;
  /** Of `QuotaExceeded` in a browser: how many bytes there were to write, and how many the origin had left, if it is known. */
  readonly quota?: { readonly needed: number; readonly free: number | undefined } | undefined;
  /** The error below this one. */
  readonly cause?: unknown;
}

/**
 * Every error that this library raises on its own account.
 *
 * Recognise it with {@link isEdgewaterError}, which also holds across bundles and realms; `instanceof` does not.
 */
export class EdgewaterError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly store: string | undefined;
  readonly key: string | undefined;
  readonly asset: string | undefined;
  readonly field: string | undefined;
  readonly issues: readonly SettingsIssue[] | undefined;
  /** Of a conditional write that failed: `unknown` when it may have happened all the same. */
  readonly outcome: WriteOutcome | undefined;
  readonly quota: ErrorDetails["quota"];

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "EdgewaterError";
    this.code = code;
    this.store = details.store;
    this.key = details.key;
    this.asset = details.asset;
    this.field = details.field;
    this.issues = details.issues;
    this.outcome = details.outcome;
    this.quota = details.quota;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Tells whether `error` is of this family and, when codes are given, has one of them.
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
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return codes.length === 0 || codes.includes((error as unknown as EdgewaterError<Code>).code);
}

/**
 * Raises `Aborted` when the signal is aborted.
 *
 * @throws `Aborted` with the signal's reason as `cause`
 */
export function throwIfAborted(signal: AbortSignal | undefined, details: ErrorDetails = {}): void {
  if (signal?.aborted) throw abortedError(signal, details);
}

/** The `Aborted` error for an aborted signal. */
export function abortedError(signal: AbortSignal, details: ErrorDetails = {}): EdgewaterError<"Aborted"> {
  return new EdgewaterError("Aborted", "Aborted by the caller's signal", { ...details, cause: signal.reason });
}

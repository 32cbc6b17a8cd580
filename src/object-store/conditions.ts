import type { EdgewaterError } from "../errors.ts";
import { aPlainObject, describe } from "../options.ts";
import { type Call, failed, printable } from "./call.ts";
import type { Attributes, ByteRange, ConditionalGetOptions, PutMode } from "./types.ts";

type Conditions = Pick<ConditionalGetOptions, "ifMatch" | "ifNoneMatch">;

/** The object that an error is about. */
interface Target {
  readonly store: string;
  readonly key: string;
}

/**
 * Checks the condition of a write against the etag of the current object; undefined if there is none.
 *
 * @throws `AlreadyExists`, `PreconditionFailed`
 */
export function checkMode(mode: PutMode, etag: string | undefined, target: Target): void {
  if (mode === "overwrite" || (mode === "create" ? undefined : mode.ifMatch) === etag) return;
  if (mode === "create") throw conditionFailed(mode, target);
  const found = etag === undefined ? "it does not exist" : `it has the etag ${printable(etag)}`;
  throw failed(writing(target), "PreconditionFailed", `${found}; expected the etag ${mode.ifMatch}`);
}

/** The error of a write whose condition does not hold, if the current etag is not known. */
export function conditionFailed(mode: Exclude<PutMode, "overwrite">, target: Target): EdgewaterError {
  return mode === "create"
    ? failed(writing(target), "AlreadyExists", "it already exists")
    : failed(writing(target), "PreconditionFailed", `it does not have the etag ${mode.ifMatch}`);
}

/**
 * Checks the conditions of a read against the etag of the current object.
 *
 * @throws `PreconditionFailed`, `NotModified`
 */
export function checkMatch({ ifMatch, ifNoneMatch }: Conditions, etag: string | undefined, target: Target): void {
  if (ifMatch !== undefined && etag !== ifMatch)
    throw failed(reading(target), "PreconditionFailed", `it has the etag ${printable(`${etag}`)}; expected the etag ${ifMatch}`);
  if (ifNoneMatch !== undefined && etag === ifNoneMatch)
    throw failed(reading(target), "NotModified", `it still has the etag ${ifNoneMatch}`);
}

/**
 * Resolves a range for an object of a size.
 *
 * @throws `InvalidRange` for an empty or invalid range, and for one that starts at the end of the object or later, except
 * that an empty object can be read from 0
 */
export function resolveRange(range: ByteRange | undefined, size: number, target: Target): { start: number; end: number } {
  if (range === undefined) return { start: 0, end: size };
  const { start, end = Number.MAX_SAFE_INTEGER } = range;
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end > start;
  if (isRange && (start < size || start === 0)) return { start, end: Math.min(end, size) };
  const reason = isRange ? "it starts at the end of the object or later" : "expected whole numbers with 0 ≤ start < end";
  throw failed(
    reading(target),
    "InvalidRange",
    `invalid range from ${describe(start)} to ${describe(range.end)} of ${size} bytes: ${reason}`,
  );
}

/**
 * Checks attributes and returns a copy; undefined if there are none.
 *
 * @throws `MetadataError` for metadata that is not a plain object, and for an attribute that is not a string
 */
export function checkAttributes({ contentType, metadata = {} }: Attributes, target: Target): Attributes | undefined {
  if (!aPlainObject.accepts(metadata)) {
    const reason = `the metadata is ${describe(metadata)}; expected ${aPlainObject.expected}`;
    throw failed(writing(target), "MetadataError", reason, { field: "metadata" });
  }
  const entries = Object.entries(metadata);
  const wrong = entries.find(([, value]) => typeof value !== "string")?.[0];
  if (wrong !== undefined || !["string", "undefined"].includes(typeof contentType)) {
    const what = wrong === undefined ? "the content type" : `metadata ${JSON.stringify(wrong)}`;
    throw failed(writing(target), "MetadataError", `${what} is not a string`, { field: wrong ?? "contentType" });
  }
  if (contentType === undefined && entries.length === 0) return undefined;
  return { contentType, metadata: Object.fromEntries(entries) };
}

function reading({ store, key }: Target): Call {
  return { store, key, verb: "read", signal: undefined };
}

function writing({ store, key }: Target): Call {
  return { store, key, verb: "write", signal: undefined };
}

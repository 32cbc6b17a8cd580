import type { EdgewaterError } from "../errors.ts";
import { objectError, printable } from "./call.ts";
import type { Attributes, ByteRange, ConditionalGetOptions, PutMode } from "./types.ts";

type Conditions = Pick<ConditionalGetOptions, "ifMatch" | "ifNoneMatch">;

/** Which object of which store is meant. */
interface Target {
  readonly store: string;
  readonly key: string;
}

/**
 * Checks what a write expects against the etag that is there, undefined for no object.
 *
 * @throws `AlreadyExists`, `PreconditionFailed`
 */
export function checkMode(mode: PutMode, etag: string | undefined, target: Target): void {
  if (mode === "overwrite" || (mode === "create" ? undefined : mode.ifMatch) === etag) return;
  if (mode === "create") throw conditionFailed(mode, target);
  const found = etag === undefined ? "does not exist" : `is ${printable(etag)}`;
  throw objectError("PreconditionFailed", target, `${found}, not ${mode.ifMatch}`);
}

/** What a write has met whose condition does not hold, where the platform does not say what is there instead. */
export function conditionFailed(mode: Exclude<PutMode, "overwrite">, target: Target): EdgewaterError {
  return mode === "create"
    ? objectError("AlreadyExists", target, "exists already")
    : objectError("PreconditionFailed", target, `is not, or no longer, ${mode.ifMatch}`);
}

/**
 * Checks what a read expects against the etag that is there.
 *
 * @throws `PreconditionFailed`, `NotModified`
 */
export function checkMatch({ ifMatch, ifNoneMatch }: Conditions, etag: string | undefined, target: Target): void {
  if (ifMatch !== undefined && etag !== ifMatch)
    throw objectError("PreconditionFailed", target, `is ${printable(`${etag}`)}, not ${ifMatch}`);
  if (ifNoneMatch !== undefined && etag === ifNoneMatch) throw objectError("NotModified", target, `is still ${ifNoneMatch}`);
}

/**
 * The bytes that a range means in an object of a size.
 *
 * @throws `InvalidRange` for a range that is empty or no range, or that starts at the end of the object or beyond it;
 * an empty object may be read from 0
 */
export function resolveRange(range: ByteRange | undefined, size: number, target: Target): { start: number; end: number } {
  if (range === undefined) return { start: 0, end: size };
  const { start, end = Number.MAX_SAFE_INTEGER } = range;
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end > start;
  if (isRange && (start < size || start === 0)) return { start, end: Math.min(end, size) };
  const reason = isRange ? "it starts at the end or later" : "a range is 0 ≤ start < end, in whole bytes";
  throw objectError("InvalidRange", target, `has ${size} bytes, and no range ${start} to ${range.end}: ${reason}`);
}

/**
 * The attributes as they are kept, a copy; undefined when there are none.
 *
 * @throws `MetadataError` for what is not text
 */
export function checkAttributes({ contentType, metadata = {} }: Attributes, target: Target): Attributes | undefined {
  const entries = Object.entries(metadata);
  const wrong = entries.find(([, value]) => typeof value !== "string")?.[0];
  if (wrong !== undefined || !["string", "undefined"].includes(typeof contentType)) {
    const what = wrong === undefined ? "a content type" : `metadata ${JSON.stringify(wrong)}`;
    throw objectError("MetadataError", target, `cannot have ${what} that is not text`, { field: wrong ?? "contentType" });
  }
  if (contentType === undefined && entries.length === 0) return undefined;
  return { contentType, metadata: Object.fromEntries(entries) };
}

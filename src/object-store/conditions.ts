import { EdgewaterError } from "../errors.ts";
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
export function checkMode(mode: PutMode, etag: string | undefined, { store, key }: Target): void {
  if (mode === "overwrite" || (mode === "create" ? undefined : mode.ifMatch) === etag) return;
  if (mode === "create") throw conditionFailed(mode, { store, key });
  const found = etag === undefined ? "does not exist" : `is ${etag}`;
  throw new EdgewaterError("PreconditionFailed", `${JSON.stringify(key)} in ${store} ${found}, not ${mode.ifMatch}`, { store, key });
}

/** What a write has met whose condition does not hold, where the platform does not say what is there instead. */
export function conditionFailed(mode: Exclude<PutMode, "overwrite">, { store, key }: Target): EdgewaterError {
  if (mode === "create") {
    return new EdgewaterError("AlreadyExists", `There is an object ${JSON.stringify(key)} in ${store} already`, { store, key });
  }
  const message = `${JSON.stringify(key)} in ${store} is not, or no longer, ${mode.ifMatch}`;
  return new EdgewaterError("PreconditionFailed", message, { store, key });
}

/**
 * Checks what a read expects against the etag that is there.
 *
 * @throws `PreconditionFailed`, `NotModified`
 */
export function checkMatch({ ifMatch, ifNoneMatch }: Conditions, etag: string | undefined, { store, key }: Target): void {
  if (ifMatch !== undefined && etag !== ifMatch) {
    throw new EdgewaterError("PreconditionFailed", `${JSON.stringify(key)} in ${store} is ${etag}, not ${ifMatch}`, { store, key });
  }
  if (ifNoneMatch !== undefined && etag === ifNoneMatch) {
    throw new EdgewaterError("NotModified", `${JSON.stringify(key)} in ${store} is still ${ifNoneMatch}`, { store, key });
  }
}

/**
 * The bytes that a range means in an object of a size.
 *
 * @throws `InvalidRange` for a range that is empty or no range, or that starts at the end of the object or beyond it;
 * an empty object may be read from 0
 */
export function resolveRange(range: ByteRange | undefined, size: number, { store, key }: Target): { start: number; end: number } {
  if (range === undefined) return { start: 0, end: size };
  const { start, end = Number.MAX_SAFE_INTEGER } = range;
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end > start;
  if (isRange && (start < size || start === 0)) return { start, end: Math.min(end, size) };
  const reason = isRange ? `starts beyond its ${size} bytes` : "is none: 0 ≤ start < end, in whole bytes";
  throw new EdgewaterError("InvalidRange", `The range ${start} to ${range.end} of ${JSON.stringify(key)} in ${store} ${reason}`, {
    store,
    key,
  });
}

/**
 * The attributes as they are kept, a copy; undefined when there are none.
 *
 * @throws `MetadataError` for what is not text
 */
export function checkAttributes({ contentType, metadata = {} }: Attributes, { store, key }: Target): Attributes | undefined {
  const entries = Object.entries(metadata);
  const wrong = entries.find(([, value]) => typeof value !== "string")?.[0];
  if (wrong !== undefined || !["string", "undefined"].includes(typeof contentType)) {
    const what = wrong === undefined ? "The content type" : `The metadata ${JSON.stringify(wrong)}`;
    throw new EdgewaterError("MetadataError", `${what} of ${JSON.stringify(key)} is not text`, {
      store,
      key,
      field: wrong ?? "contentType",
    });
  }
  if (contentType === undefined && entries.length === 0) return undefined;
  return { contentType, metadata: Object.fromEntries(entries) };
}

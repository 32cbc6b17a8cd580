/** Where the writer is in a value, and the places of shared objects that it has passed. */
import type { Note } from "./annotation-log.ts";
import type { Key } from "./keys.ts";
import type { Type } from "./typed-values/encoded-form.ts";

export interface Once extends Shared {
  readonly places: Place[];
  /** Where it begins in the text. */
  readonly start: number;
  /** Of the part, in the numbered form. */
  readonly number: number;
  /** Undefined while it is being written: what is in itself is null there. */
  end: number | undefined;
  note: Note | Type | undefined;
  /** How many levels of arrays and objects it has. */
  levels: number;
}

/** An array or object that is being written. */
export interface Frame {
  readonly up: Frame | undefined;
  readonly depth: number;
  /** The depth of the deepest array or object in it so far. */
  deepest: number;
  /** Under which it is in the one above. */
  readonly ownKey: Key | number;
  /** How the paths of its parts begin, as `keyText` writes them; nothing where no path is needed. */
  readonly path: string;
  readonly parts: readonly unknown[];
  /** None of an array. */
  readonly names: readonly string[] | undefined;
  /** Those of the names, when there are not too many of them. */
  readonly keys: readonly Key[] | undefined;
  readonly length: number;
  readonly once: Once | undefined;
  readonly isOpaque: boolean;
  readonly type: Type | undefined;
  /** When some of its parts are annotated. */
  note: Note | undefined;
  index: number;
  /** Of the part that is being written. */
  key: Key | number;
  /** Whether several elements of a Set, or keys of a Map, are null or may be. */
  hasSeveralNulls?: boolean;
}

/** Where a shared object was found. */
export interface Place {
  readonly frame: Frame;
  readonly key: Frame["key"];
  /** superjson's path of it, within a JSON string. It has as many keys as the frame is deep; that of the root says nothing. */
  readonly path: string;
  /** superjson could not put an object there without changing something else. */
  readonly isFragile: boolean;
}

/** The places of one object, in the order in which they were written. */
export interface Shared {
  readonly places: readonly Place[];
  /** A bigint or NaN, whose copies are as good as itself. */
  readonly isValue: boolean;
}

/** The place of the part that is being written. */
export function placeOf(frame: Frame, value: unknown, isCut: boolean): Place {
  return { frame, key: frame.key, path: frame.path + keyText(frame.key), isFragile: isFragile(frame, value, isCut) };
}

function isFragile(frame: Frame, value: unknown, isCut: boolean): boolean {
  if (typeof value === "object") for (let at: Frame | undefined = frame; at !== undefined; at = at.up) if (at.isOpaque) return true;
  if (!isCut) return false;
  // A Set or the keys of a Map hold null only once.
  if (frame.type === '"set"') return hasSeveralNulls(frame, (element) => element);
  return frame.up?.type === '"map"' && frame.index === 1 && hasSeveralNulls(frame.up, (row) => (row as unknown[])[0]);
}

function hasSeveralNulls(frame: Frame, keyOf: (part: unknown) => unknown): boolean {
  frame.hasSeveralNulls ??= frame.parts.filter((part) => isNullLike(keyOf(part))).length > 1;
  return frame.hasSeveralNulls;
}

/** Null, or what may have been cut to null. */
function isNullLike(value: unknown): boolean {
  return typeof value === "object";
}

/** A key as it is written in a path, within a JSON string. */
export function keyText(key: Key | number): string {
  return typeof key === "number" ? String(key) : key.path;
}

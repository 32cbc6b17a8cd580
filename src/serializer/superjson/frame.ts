/** Where the writer is in a value, and the places of shared objects that it has passed. */
import type { Note } from "./annotation-log.ts";
import type { Key } from "./keys.ts";
import { escapeKey } from "./places.ts";
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
  /** Characters of its path. */
  readonly pathLength: number;
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

/** Where a shared object was found. Its path is made only when it is written. */
export interface Place {
  readonly frame: Frame;
  readonly key: Frame["key"];
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
  return { frame, key: frame.key, isFragile: isFragile(frame, value, isCut) };
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

/** superjson's path of a place. */
export interface Path {
  readonly text: string;
  /** How many keys it has. */
  readonly length: number;
  readonly isFragile: boolean;
}

export function pathOf({ frame, key, isFragile }: Place): Path {
  const keys: string[] = [];
  let next = key;
  for (let at = frame; at.up !== undefined; at = at.up) {
    keys.push(typeof next === "number" ? String(next) : escapeKey(next.name));
    next = at.ownKey;
  }
  return { text: keys.reverse().join("."), length: keys.length, isFragile };
}

/** How many characters a key takes in a path. */
export function keyLength(key: Key | number): number {
  if (typeof key !== "number") return key.path.length;
  let length = 1;
  for (let power = 10; power <= key; power *= 10) length++;
  return length;
}

import { type Kept, keep, keepSparse } from "./kept.ts";
import type { Settings } from "./options.ts";
import { refuse } from "./refuse.ts";

/** What one look over a value tells before anything is written. */
export interface Survey {
  /** Whether JSON alone says all of it. */
  readonly isPlain: boolean;
  /** Whether it lies too deep for what recurses. */
  readonly isDeep: boolean;
  /** Objects, bigints and NaN that are found in several places. */
  readonly shared: ReadonlySet<unknown>;
  /** The largest parts of which JSON alone says all; none where anything is shared. */
  readonly plain: ReadonlySet<object>;
  /** What is written for instances of classes. Blobs are added when they have been read. */
  readonly kept: Map<object, Kept>;
  readonly blobs: readonly Blob[];
  /** How many values it has, more or less. */
  readonly leaves: number;
}

/** How many leaves make it worth while to leave a part to JSON. */
const plainLeaves = 50;

/** It recurses this deep at a time, so that the stack of every runtime is enough. */
const stride = 400;

/** Longer arrays are not searched for properties beside their elements: that takes longer than writing them. */
const searchedLength = 1000;

interface Pending {
  readonly value: object;
  readonly depth: number;
}

/** @throws `SerializationError` with the path of the first value that would be changed, in `field` */
export function survey(root: unknown, settings: Settings): Survey {
  const { references, maxDepth } = settings;
  const seen = new Set<unknown>();
  const shared = new Set<unknown>();
  const kept = new Map<object, Kept>();
  const blobs: Blob[] = [];
  const pending: Pending[] = [];
  const plain: object[] = [];
  let leaves = 0;
  let count = 0;
  let floor = stride;

  const isNew = (value: unknown): boolean => {
    if (seen.add(value).size === count) {
      shared.add(value);
      return false;
    }
    count++;
    return true;
  };

  /** Whether JSON alone says all of a value. */
  const look = (value: unknown, depth: number): boolean => {
    leaves++;
    switch (typeof value) {
      case "string":
      case "boolean":
        return true;
      case "number":
        // superjson tells where the same NaN lies, as it does of bigints.
        if (references && Number.isNaN(value)) isNew(value);
        return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
      case "object":
        return value === null || ((!references || isNew(value)) && lookInto(value, depth + 1));
      case "bigint":
        if (references) isNew(value);
        return false;
      case "undefined":
        return false;
      case "function":
        return refuse(root, value, "a function has no bytes; store what it computes", kept);
      case "symbol":
        return settings.symbolNames.has(value)
          ? false
          : refuse(root, value, "a symbol has no bytes; register it or store its description", kept);
    }
  };

  const lookInto = (value: object, depth: number): boolean => {
    if (depth > maxDepth) refuse(root, value, `it lies more than ${maxDepth} levels deep, or in a circle; flatten the value`, kept);
    if (depth > floor) {
      pending.push({ value, depth });
      return true;
    }
    const start = leaves;
    const mark = plain.length;
    if (!(Array.isArray(value) ? lookAtArray(value, depth) : lookAtObject(value, depth))) return false;
    plain.length = mark;
    if (leaves - start > plainLeaves) plain.push(value);
    return true;
  };

  const lookAtArray = (array: unknown[], depth: number): boolean => {
    if (Object.getPrototypeOf(array) !== Array.prototype) refuse(root, array, "a subclass of Array would come back as an Array", kept);
    if (isSparse(array)) return lookAtKept(array, keepSparse(array), depth);
    let isPlain = true;
    for (let index = 0; index < array.length; index++) if (!look(array[index], depth)) isPlain = false;
    return isPlain;
  };

  const lookAtObject = (value: object, depth: number): boolean => {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return lookAtParts(value, depth);
    if (prototype === Date.prototype) return false;
    if (prototype === Blob.prototype || prototype === File.prototype) {
      blobs.push(value as Blob);
      return false;
    }
    const known = keep(value, settings);
    return typeof known === "string" ? refuse(root, value, known, kept) : lookAtKept(value, known, depth);
  };

  const lookAtKept = (value: object, known: Kept, depth: number): false => {
    kept.set(value, known);
    const { parts } = known;
    if (Array.isArray(parts)) lookAtArray(parts, depth);
    else if (parts !== undefined) lookAtParts(parts, depth);
    return false;
  };

  const lookAtParts = (parts: object, depth: number): boolean => {
    if (references) {
      const [symbol] = Object.getOwnPropertySymbols(parts);
      if (symbol !== undefined) refuse(root, parts, `its property ${String(symbol)} would be lost; use a string as the key`, kept);
    }
    let isPlain = true;
    for (const key in parts) if (!look((parts as Record<string, unknown>)[key], depth)) isPlain = false;
    return isPlain;
  };

  let isPlain = look(root, 0);
  const isDeep = pending.length > 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    floor = next.depth + stride;
    if (!lookInto(next.value, next.depth)) isPlain = false;
  }
  isPlain &&= shared.size === 0;
  return { isPlain, isDeep, shared, plain: new Set(isDeep || shared.size > 0 ? [] : plain), kept, blobs, leaves };
}

function isSparse(array: readonly unknown[]): boolean {
  const { length } = array;
  if (length <= searchedLength) return Object.keys(array).length !== length;
  if (!array.includes(undefined)) return false;
  for (let index = 0; index < length; index++) if (array[index] === undefined && !Object.hasOwn(array, index)) return true;
  return false;
}

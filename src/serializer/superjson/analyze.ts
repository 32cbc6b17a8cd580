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

/** Looks over one value after the other. */
export class Surveyor {
  readonly #settings: Settings;
  readonly #references: boolean;
  #root: unknown;
  #seen = new Set<unknown>();
  #shared = new Set<unknown>();
  #kept = new Map<object, Kept>();
  #blobs: Blob[] = [];
  #pending: Pending[] = [];
  #plain: object[] = [];
  #leaves = 0;
  #floor = stride;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#references = settings.references;
  }

  /** Forgets the value. */
  clear(): void {
    this.#root = undefined;
    this.#seen = new Set();
    this.#shared = new Set();
    this.#kept = new Map();
    this.#blobs = [];
    this.#pending = [];
    this.#plain = [];
    this.#leaves = 0;
    this.#floor = stride;
  }

  /** @throws `SerializationError` with the path of the first value that would be changed, in `field` */
  survey(root: unknown): Survey {
    this.#root = root;
    const pending = this.#pending;
    let isPlain = this.#look(root, 0);
    const isDeep = pending.length > 0;
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      this.#floor = next.depth + stride;
      if (!this.#lookInto(next.value, next.depth)) isPlain = false;
    }
    const shared = this.#shared;
    return {
      isPlain: isPlain && shared.size === 0,
      isDeep,
      shared,
      plain: new Set(isDeep || shared.size > 0 ? [] : this.#plain),
      kept: this.#kept,
      blobs: this.#blobs,
      leaves: this.#leaves,
    };
  }

  #refuse(culprit: unknown, problem: string): never {
    return refuse(this.#root, culprit, problem, this.#kept);
  }

  #isNew(value: unknown): boolean {
    const { size } = this.#seen;
    if (this.#seen.add(value).size > size) return true;
    this.#shared.add(value);
    return false;
  }

  /** Whether JSON alone says all of a value. */
  #look(value: unknown, depth: number): boolean {
    this.#leaves++;
    switch (typeof value) {
      case "string":
      case "boolean":
        return true;
      case "number":
        if (Number.isFinite(value)) return value !== 0 || 1 / value > 0;
        // superjson tells where the same NaN lies, as it does of bigints.
        if (this.#references && Number.isNaN(value)) this.#isNew(value);
        return false;
      case "object":
        return value === null || ((!this.#references || this.#isNew(value)) && this.#lookInto(value, depth + 1));
      case "bigint":
        if (this.#references) this.#isNew(value);
        return false;
      case "undefined":
        return false;
      case "function":
        return this.#refuse(value, "a function has no bytes; store what it computes");
      case "symbol":
        return this.#settings.symbolNames.has(value)
          ? false
          : this.#refuse(value, "a symbol has no bytes; register it or store its description");
    }
  }

  #lookInto(value: object, depth: number): boolean {
    const { maxDepth } = this.#settings;
    if (depth > maxDepth) this.#refuse(value, `it lies more than ${maxDepth} levels deep, or in a circle; flatten the value`);
    if (depth > this.#floor) {
      this.#pending.push({ value, depth });
      return true;
    }
    const start = this.#leaves;
    const mark = this.#plain.length;
    if (!(Array.isArray(value) ? this.#lookAtArray(value, depth) : this.#lookAtObject(value, depth))) return false;
    this.#plain.length = mark;
    if (this.#leaves - start > plainLeaves) this.#plain.push(value);
    return true;
  }

  #lookAtArray(array: unknown[], depth: number): boolean {
    if (Object.getPrototypeOf(array) !== Array.prototype) this.#refuse(array, "a subclass of Array would come back as an Array");
    if (isSparse(array)) return this.#lookAtKept(array, keepSparse(array), depth);
    let isPlain = true;
    for (let index = 0; index < array.length; index++) if (!this.#look(array[index], depth)) isPlain = false;
    return isPlain;
  }

  #lookAtObject(value: object, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#lookAtParts(value, depth);
    if (prototype === Date.prototype) return false;
    if (prototype === Blob.prototype || prototype === File.prototype) {
      this.#blobs.push(value as Blob);
      return false;
    }
    const known = keep(value, this.#settings);
    return typeof known === "string" ? this.#refuse(value, known) : this.#lookAtKept(value, known, depth);
  }

  #lookAtKept(value: object, known: Kept, depth: number): false {
    this.#kept.set(value, known);
    const { parts } = known;
    if (Array.isArray(parts)) this.#lookAtArray(parts, depth);
    else if (parts !== undefined) this.#lookAtParts(parts, depth);
    return false;
  }

  #lookAtParts(parts: object, depth: number): boolean {
    if (this.#references) {
      const [symbol] = Object.getOwnPropertySymbols(parts);
      if (symbol !== undefined) this.#refuse(parts, `its property ${String(symbol)} would be lost; use a string as the key`);
    }
    let isPlain = true;
    for (const key in parts) if (!this.#look((parts as Record<string, unknown>)[key], depth)) isPlain = false;
    return isPlain;
  }
}

function isSparse(array: readonly unknown[]): boolean {
  const { length } = array;
  if (length <= searchedLength) return Object.keys(array).length !== length;
  if (!array.includes(undefined)) return false;
  for (let index = 0; index < length; index++) if (array[index] === undefined && !Object.hasOwn(array, index)) return true;
  return false;
}

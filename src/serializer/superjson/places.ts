/**
 * superjson's paths, and the places in a value that they lead to. A path is keys joined by dots, with `\.` for a dot in a
 * key and `\\` for a backslash. Rows of a Map are numbers, then 0 for the key or 1 for the value; elements of a Set are numbers.
 */
import { damaged } from "./failures.ts";

export type Parts = Record<string | number, unknown>;

/** A part of an array or object, as JSON has it. */
export interface Place {
  readonly holder: Parts;
  readonly key: string | number;
}

/** A place that was found by a path. */
export interface FoundPlace extends Place {
  /** How many keys the path has. */
  readonly length: number;
}

export function escapeKey(key: string): string {
  return /[.\\]/.test(key) ? key.replace(/[.\\]/g, "\\$&") : key;
}

/** @throws `SerializationError` for a backslash before anything else */
function parsePath(path: string, isLegacy: boolean): string[] {
  if (!path.includes("\\")) return path.split(".");
  // Before version 1 only dots were escaped.
  if (isLegacy) return path.split(/(?<!\\)\./).map((key) => key.replaceAll("\\.", "."));
  const keys: string[] = [];
  let key = "";
  for (let at = 0; at < path.length; at++) {
    const character = path[at] as string;
    if (character === ".") {
      keys.push(key);
      key = "";
      continue;
    }
    if (character === "\\") at++;
    const next = path[at];
    if (next === undefined || (character === "\\" && next !== "." && next !== "\\")) throw damaged(`${JSON.stringify(path)} is not a path`);
    key += next;
  }
  keys.push(key);
  return keys;
}

/** Stands for what JSON has of an object that no path leads into. */
const hidden = Symbol("hidden");

/** How many keys are remembered. */
const mostKeys = 1000;

/** Finds the parts of a value as JSON has it, also below those that have been made already. */
export class Places {
  #isLegacy = false;
  /** What JSON has of an object that was made. */
  #raws = new Map<unknown, unknown>();
  /** One text for equal keys: engines find properties faster by it. */
  #keys = new Map<string, string>();

  /** Begins with another value. */
  begin(isLegacy: boolean): void {
    this.#isLegacy = isLegacy;
    this.#raws = new Map();
    // Pieces of a text keep all of it in memory.
    this.#keys = new Map();
  }

  /** Remembers what an object was made of; undefined hides it from every path. */
  made(value: unknown, raw: unknown): void {
    this.#raws.set(value, raw ?? hidden);
  }

  isMade(value: unknown): boolean {
    return this.#raws.size > 0 && this.#raws.has(value);
  }

  rawOf(part: unknown): unknown {
    const raw = this.#raws.size > 0 && typeof part === "object" ? this.#raws.get(part) : undefined;
    if (raw === undefined) return part;
    return raw === hidden ? undefined : raw;
  }

  keysOf(path: string): string[] {
    return parsePath(path, this.#isLegacy);
  }

  /** Finds a place by its path. */
  find(raw: unknown, path: string): FoundPlace {
    if (path.includes("\\")) {
      const keys = this.keysOf(path);
      const last = keys.at(-1) as string;
      const holder = keys.slice(0, -1).reduce((part, next) => this.step(part, next, 0, next.length), raw);
      return { holder: holder as Parts, key: this.keyIn(holder, last, 0, last.length), length: keys.length };
    }
    let holder = raw;
    let from = 0;
    let length = 1;
    for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", from)) {
      holder = this.step(holder, path, from, dot);
      from = dot + 1;
      length++;
    }
    return { holder: holder as Parts, key: this.keyIn(holder, path, from, path.length), length };
  }

  step(holder: unknown, text: string, start: number, end: number): unknown {
    return this.rawOf((holder as Parts)[this.keyIn(holder, text, start, end)]);
  }

  /** The key that stands in a text, if an array or object of JSON has it. */
  keyIn(holder: unknown, text: string, start: number, end: number): string | number {
    if (Array.isArray(holder)) {
      const index = indexOf(text, start, end);
      if (index < holder.length) return index;
    } else if (typeof holder === "object" && holder !== null && Object.getPrototypeOf(holder) === Object.prototype) {
      const key = this.#remembered(text.slice(start, end));
      if (Object.hasOwn(holder, key)) return key;
    }
    throw damaged(`it annotates ${JSON.stringify(text.slice(start, Math.min(end, start + 60)))}, which is not there`);
  }

  #remembered(key: string): string {
    const known = this.#keys.get(key);
    if (known === undefined && this.#keys.size < mostKeys) this.#keys.set(key, key);
    return known ?? key;
  }
}

/** Infinity for what is not an index. */
function indexOf(text: string, start: number, end: number): number {
  if (end === start || (end > start + 1 && text.charCodeAt(start) === 48)) return Number.POSITIVE_INFINITY;
  let index = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    index = digit >= 0 && digit <= 9 ? 10 * index + digit : Number.POSITIVE_INFINITY;
  }
  return index;
}

import { damaged } from "./damaged.ts";
import { parsePath } from "./path.ts";

export type Parts = Record<string | number, unknown>;

/** A part of an array or object, as JSON has it. */
export interface Place {
  readonly holder: Parts;
  readonly key: string | number;
}

/** Finds the parts of a value as JSON has it, also below those that have been made already. */
export class Places {
  #isLegacy = false;
  /** What JSON has of an object that was made. */
  #raws = new Map<unknown, unknown>();

  /** Begins with another value. */
  begin(isLegacy: boolean): void {
    this.#isLegacy = isLegacy;
    this.#raws = new Map();
  }

  /** Something was made of this, and will be found instead of it. */
  made(value: unknown, raw: unknown): void {
    this.#raws.set(value, raw);
  }

  rawOf(part: unknown): unknown {
    return this.#raws.size > 0 ? (this.#raws.get(part) ?? part) : part;
  }

  keysOf(path: string): string[] {
    return parsePath(path, this.#isLegacy);
  }

  /** How many keys a path has. */
  lengthOf(path: string): number {
    if (path.includes("\\")) return this.keysOf(path).length;
    let length = 1;
    for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) length++;
    return length;
  }

  /** Finds a place by its path. */
  find(raw: unknown, path: string): Place {
    if (path.includes("\\")) {
      const keys = this.keysOf(path);
      const key = keys.pop() as string;
      const holder = keys.reduce((part, next) => this.step(part, next, 0, next.length), raw);
      return { holder: holder as Parts, key: checkPart(holder, key, 0, key.length) };
    }
    const dot = path.lastIndexOf(".");
    const holder = dot < 0 ? raw : this.descend(raw, path, 0, dot);
    return { holder: holder as Parts, key: checkPart(holder, path, dot + 1, path.length) };
  }

  /** Follows keys without escapes, from a place in a text up to another. */
  descend(raw: unknown, text: string, start: number, end: number): unknown {
    let holder = raw;
    for (let from = start; from <= end; ) {
      const dot = text.indexOf(".", from);
      const to = dot < 0 || dot > end ? end : dot;
      holder = this.step(holder, text, from, to);
      from = to + 1;
    }
    return holder;
  }

  step(holder: unknown, text: string, start: number, end: number): unknown {
    return this.rawOf((holder as Parts)[checkPart(holder, text, start, end)]);
  }
}

/** The key that stands in a text, if an array or object has it. */
export function checkPart(holder: unknown, text: string, start: number, end: number): string | number {
  if (Array.isArray(holder)) {
    const index = indexOf(text, start, end);
    if (index < holder.length) return index;
  } else if (typeof holder === "object" && holder !== null) {
    const key = text.slice(start, end);
    if (Object.hasOwn(holder, key)) return key;
  }
  throw damaged(`it says something of ${JSON.stringify(text.slice(start, end))}, which is not there`);
}

/** Infinity for what is no index. */
function indexOf(text: string, start: number, end: number): number {
  if (end === start || (end > start + 1 && text.charCodeAt(start) === 48)) return Number.POSITIVE_INFINITY;
  let index = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    index = digit >= 0 && digit <= 9 ? 10 * index + digit : Number.POSITIVE_INFINITY;
  }
  return index;
}

import { damaged } from "./damaged.ts";
import { type Made, make, makeDate, setOwn } from "./make.ts";
import type { Settings } from "./options.ts";
import { checkPart, type Parts, type Places } from "./places.ts";

/** An array or object whose parts the text speaks of. */
interface Level {
  readonly raw: unknown;
  /** Whether a bracket follows the brace. */
  readonly isTyped: boolean;
}

const date = '["Date"]';
const nothing = '["undefined"]';

/**
 * Makes what superjson's annotations say, while it reads their text: as objects they would be as large as the value, and
 * would take as long to parse. Nothing recurses.
 */
export class Annotations {
  readonly #places: Places;
  readonly #settings: Settings;
  #keys = new Map<string, string>();
  #types = new Map<string, unknown>();
  #text = "";
  #buffers: readonly Uint8Array<ArrayBuffer>[] = [];
  #levels: Level[] = [];
  #fills: (() => void)[] = [];
  #at = 0;

  constructor(places: Places, settings: Settings) {
    this.#places = places;
    this.#settings = settings;
  }

  /** Begins with another text. */
  begin(text: string, buffers: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#text = text;
    this.#buffers = buffers;
    this.#levels = [];
    this.#fills = [];
    // Pieces of a text keep all of it in memory.
    this.#keys = new Map();
    this.#types = new Map();
  }

  /** Reads what is said of a root from there on, and tells where that ends. */
  read(root: Parts, start: number): number {
    const levels = this.#levels;
    this.#at = start;
    let isFirst = this.#note(root, "json");
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      if (this.#isNext(125)) {
        if (level.isTyped) this.#expect(93);
        levels.pop();
        isFirst = false;
        continue;
      }
      if (!isFirst) this.#expect(44);
      isFirst = this.#part(level.raw);
    }
    return this.#at;
  }

  /** Gives the objects that were made their parts. */
  fill(): void {
    for (const fill of this.#fills) fill();
  }

  /** Reads parts that lie in the same array or object, one after the other, until one has parts of its own. */
  #part(raw: unknown): boolean {
    const text = this.#text;
    let prefix = "";
    let holder: unknown = raw;
    for (;;) {
      this.#expect(34);
      const start = this.#at;
      let dot = -1;
      let end = start;
      for (let code = text.charCodeAt(end); code !== 34; code = text.charCodeAt(++end)) {
        if (code === 46) dot = end;
        else if (code === 92) return this.#escapedPart(raw, start);
        else if (!(code >= 32)) throw unusual(end);
      }
      const length = dot < 0 ? 0 : dot + 1 - start;
      if (length !== prefix.length || !text.startsWith(prefix, start)) {
        prefix = text.slice(start, start + length);
        holder = length === 0 ? raw : this.#places.descend(raw, text, start, dot);
      }
      this.#at = end + 1;
      this.#expect(58);
      const key = Array.isArray(holder)
        ? checkPart(holder, text, start + length, end)
        : this.#keyOf(holder, text.slice(start + length, end));
      if (this.#note(holder as Parts, key)) return true;
      if (!this.#isNext(44)) return false;
    }
  }

  /** One text for equal keys: properties are found faster by it. */
  #keyOf(holder: unknown, key: string): string {
    let known = this.#keys.get(key);
    if (known === undefined) {
      known = key;
      if (this.#keys.size < 1000) this.#keys.set(key, key);
    }
    checkPart(holder, known, 0, known.length);
    return known;
  }

  #escapedPart(raw: unknown, start: number): boolean {
    const path = this.#json(start - 1) as string;
    this.#expect(58);
    const { holder, key } = this.#places.find(raw, path);
    return this.#note(holder, key);
  }

  /** Reads what is said of one part, up to the brace of its own parts: then the answer is yes. */
  #note(holder: Parts, key: string | number): boolean {
    const text = this.#text;
    const raw = holder[key];
    // Most notes are of these two.
    if (text.startsWith(date, this.#at)) {
      this.#at += date.length;
      setOwn(holder, key, makeDate(raw));
      return false;
    }
    if (text.startsWith(nothing, this.#at)) {
      this.#at += nothing.length;
      setOwn(holder, key, undefined);
      return false;
    }
    if (this.#isNext(123)) {
      this.#levels.push({ raw, isTyped: false });
      return true;
    }
    this.#expect(91);
    const { value, fill }: Made = make(this.#type(), raw, this.#buffers, this.#settings);
    if (fill !== undefined) {
      this.#fills.push(fill);
      this.#places.made(value, raw);
    }
    setOwn(holder, key, value);
    if (this.#isNext(93)) return false;
    this.#expect(44);
    this.#expect(123);
    this.#levels.push({ raw, isTyped: true });
    return true;
  }

  /** The few types there are come again and again. */
  #type(): unknown {
    const start = this.#at;
    const end = endOf(this.#text, start);
    const text = this.#text.slice(start, end);
    this.#at = end;
    let type = this.#types.get(text);
    if (type === undefined) {
      type = JSON.parse(text);
      if (this.#types.size < 1000) this.#types.set(text, type);
    }
    return type;
  }

  #json(start: number): unknown {
    this.#at = endOf(this.#text, start);
    return JSON.parse(this.#text.slice(start, this.#at));
  }

  #isNext(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at++;
    return true;
  }

  #expect(code: number): void {
    if (!this.#isNext(code)) throw unusual(this.#at);
  }
}

/** Where a string or an array ends. */
function endOf(text: string, start: number): number {
  let depth = 0;
  let isString = false;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 34) isString = !isString;
    else if (!isString && code === 91) depth++;
    else if (!isString && code === 93) depth--;
    if (depth === 0 && !isString) return at + 1;
  }
  throw unusual(text.length);
}

function unusual(at: number): Error {
  return damaged(`the annotations are not as expected at character ${at}`);
}

import { damaged } from "./failures.ts";
import type { Settings } from "./options.ts";
import type { Parts, Places } from "./places.ts";
import { run } from "./reuse.ts";
import { Buffers } from "./typed-values/buffers.ts";
import { replacePart } from "./typed-values/checks.ts";
import { decodeDate } from "./typed-values/date.ts";
import { type DecodeContext, type Decoded, decodeTyped } from "./typed-values/decode.ts";
import { close, type Integrity } from "./typed-values/integrity.ts";
import { Patterns } from "./typed-values/patterns.ts";

/** An array or object whose parts the text annotates. */
interface Level {
  readonly raw: unknown;
  /** Whether a bracket follows the brace. */
  readonly isTyped: boolean;
  /** Of a value that is made when its parts are whole. */
  readonly leave?: (() => void) | undefined;
}

/** A type as it stands in the text, and what that says. */
interface KnownType {
  readonly text: string;
  readonly type: unknown;
}

const date = '["Date"]';
const nothing = '["undefined"]';

/** How many types are remembered. */
const mostTypes = 1000;

/** Makes values of annotations, wherever they were found, and finishes them when all places are known. */
export class Revival {
  readonly #places: Places;
  readonly #context: DecodeContext;
  readonly #fills: (() => void)[] = [];
  readonly #closed = new Map<unknown, Integrity>();

  constructor(places: Places, settings: Settings, buffers: readonly Uint8Array<ArrayBuffer>[]) {
    this.#places = places;
    this.#context = { settings, buffers: new Buffers(buffers, settings.zeroCopy), patterns: new Patterns() };
  }

  /**
   * Puts a value in the place of what JSON has there.
   *
   * @returns what is to be called after the parts of the value have been annotated, for one that is made only then
   */
  revive(holder: Parts, key: string | number, type: unknown, annotation: string): (() => void) | undefined {
    const raw = holder[key];
    if (typeof raw === "object" && raw !== null && this.#places.isMade(raw)) throw damaged(`it annotates ${JSON.stringify(key)} twice`);
    const { value, fill, finish, integrity }: Decoded = decodeTyped(type, annotation, raw, this.#context);
    if (finish !== undefined) {
      const first = this.#fills.length;
      return () => {
        for (const inner of this.#fills.splice(first)) inner();
        const made = finish();
        if (typeof made === "object" && made !== null) this.#places.made(made, undefined);
        replacePart(holder, key, made);
      };
    }
    if (fill !== undefined) {
      this.#fills.push(fill);
      this.#places.made(value, raw);
    }
    if (integrity !== undefined) {
      if (this.#closed.has(value)) throw damaged(`it annotates ${JSON.stringify(key)} twice`);
      this.#closed.set(value, integrity);
    }
    replacePart(holder, key, value);
    return undefined;
  }

  /** Gives the objects that were made their parts, and closes those that were closed. */
  finish(): void {
    for (const fill of this.#fills) fill();
    for (const [value, integrity] of this.#closed) close(value, integrity);
  }
}

/**
 * Reads superjson's annotations as text: as objects they would be as large as the value, and would take as long to parse.
 * Nothing recurses.
 */
export class AnnotationReader {
  readonly #places: Places;
  #types = new Map<string, KnownType>();
  #text = "";
  #revival: Revival | undefined;
  #levels: Level[] = [];
  #at = 0;

  constructor(places: Places) {
    this.#places = places;
  }

  /** Begins with another text, or forgets the last one. */
  begin(text: string, revival: Revival | undefined): void {
    this.#text = text;
    this.#revival = revival;
    this.#levels = [];
    // Pieces of a text keep all of it in memory.
    this.#types = new Map();
  }

  /** Reads the annotations of a root from a position of the text on, and returns where they end. */
  read(root: Parts, start: number): number {
    const levels = this.#levels;
    this.#at = start;
    let isFirst = this.#annotation(root, "json");
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      if (this.#isNext(125)) {
        if (level.isTyped) this.#expect(93);
        level.leave?.();
        levels.pop();
        isFirst = false;
        continue;
      }
      if (!isFirst) this.#expect(44);
      isFirst = this.#part(level.raw);
    }
    return this.#at;
  }

  /**
   * Reads parts of the same array or object, one after the other, until one has annotated parts of its own. Returns whether it
   * has.
   */
  #part(raw: unknown): boolean {
    const text = this.#text;
    // What is on the last path, from the root on. Paths follow each other in order, so that the next one begins alike.
    const holders: unknown[] = [raw];
    let last = text.length;
    for (let turn = 0; turn < run; turn++) {
      if (turn > 0 && !this.#isNext(44)) break;
      this.#expect(34);
      const start = this.#at;
      let depth = 0;
      let from = start;
      let isAlike = true;
      let end = start;
      for (let code = text.charCodeAt(end); code !== 34; code = text.charCodeAt(++end)) {
        if (code === 92) return this.#escapedPart(raw, start);
        if (!(code >= 32)) throw unusual(end);
        isAlike &&= code === text.charCodeAt(last + end - start);
        if (code !== 46) continue;
        if (!isAlike) holders[depth + 1] = this.#places.step(holders[depth], text, from, end);
        depth++;
        from = end + 1;
      }
      last = start;
      this.#at = end + 1;
      this.#expect(58);
      const holder = holders[depth];
      if (this.#annotation(holder as Parts, this.#places.keyIn(holder, text, from, end))) return true;
    }
    return false;
  }

  #escapedPart(raw: unknown, start: number): boolean {
    const path = this.#json(start - 1) as string;
    this.#expect(58);
    const { holder, key } = this.#places.find(raw, path);
    return this.#annotation(holder, key);
  }

  /** Reads the annotation of one part. Returns whether annotations of its own parts follow. */
  #annotation(holder: Parts, key: string | number): boolean {
    const text = this.#text;
    const letter = text.charCodeAt(this.#at + 2);
    // Most annotations are these two.
    if (letter === 68 && text.startsWith(date, this.#at)) {
      this.#at += date.length;
      replacePart(holder, key, decodeDate(holder[key]));
      return false;
    }
    if (letter === 117 && text.startsWith(nothing, this.#at)) {
      this.#at += nothing.length;
      if (holder[key] !== null) throw damaged(`it annotates ${JSON.stringify(key)} as undefined, which is something`);
      replacePart(holder, key, undefined);
      return false;
    }
    if (this.#isNext(123)) {
      this.#levels.push({ raw: this.#places.rawOf(holder[key]), isTyped: false });
      return true;
    }
    this.#expect(91);
    const raw = holder[key];
    const known = this.#type();
    const leave = (this.#revival as Revival).revive(holder, key, known.type, known.text);
    if (this.#isNext(93)) {
      leave?.();
      return false;
    }
    this.#expect(44);
    this.#expect(123);
    this.#levels.push({ raw, isTyped: true, leave });
    return true;
  }

  /** The few types there are come again and again. */
  #type(): KnownType {
    const start = this.#at;
    const end = endOf(this.#text, start);
    const text = this.#text.slice(start, end);
    this.#at = end;
    let known = this.#types.get(text);
    if (known === undefined) {
      known = { text, type: JSON.parse(text) as unknown };
      if (this.#types.size < mostTypes) this.#types.set(text, known);
    }
    return known;
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

/** Annotations that are written in another way than superjson does. */
export class UnusualLayout extends Error {}

function unusual(at: number): UnusualLayout {
  return new UnusualLayout(`the annotations are not as expected at character ${at}`);
}

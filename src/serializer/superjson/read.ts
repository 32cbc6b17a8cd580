import { damaged } from "./damaged.ts";
import { make, makeDate, setOwn } from "./make.ts";
import type { Settings } from "./options.ts";
import { parsePath } from "./path.ts";

/** Stands before lists that superjson would misread, so that it throws. */
const refusedPath = "\\edgewater";

type Parts = Record<string, unknown>;

/** A part of an array or object, as JSON has it. */
interface Place {
  readonly holder: Parts;
  readonly key: string;
}

/** Annotations of the parts of a value. */
interface Annotated {
  readonly raw: unknown;
  readonly notes: Parts;
}

/** Makes a value again from superjson's text, which may hold numbers of buffers. */
export function read(text: Uint8Array<ArrayBuffer>, buffers: readonly Uint8Array<ArrayBuffer>[], settings: Settings): unknown {
  const payload = parse(text);
  if (typeof payload !== "object" || payload === null || !Object.hasOwn(payload, "json")) throw damaged("there is no `json` in it", 0);
  const { json, meta } = payload as { json: unknown; meta?: unknown };
  checkDepth(json, settings.maxDepth);
  if (meta !== undefined) new Reader(payload as Parts, meta, text.includes(92), buffers, settings).revive();
  return (payload as Parts)["json"];
}

/**
 * Every annotated object is made and put in its place, still empty; then the places of shared objects get the first of
 * them; then those that have parts are filled with what lies in the places by then. Nothing recurses.
 */
class Reader {
  readonly #payload: Parts;
  readonly #meta: Parts;
  readonly #isLegacy: boolean;
  /** Whether there is a backslash anywhere. */
  readonly #hasEscapes: boolean;
  readonly #buffers: readonly Uint8Array<ArrayBuffer>[];
  readonly #settings: Settings;
  readonly #fills: (() => void)[] = [];
  readonly #keys = new Map<string, string>();
  /** What JSON has of an object that was made. */
  readonly #raws = new Map<unknown, unknown>();

  constructor(payload: Parts, meta: unknown, hasEscapes: boolean, buffers: readonly Uint8Array<ArrayBuffer>[], settings: Settings) {
    this.#payload = payload;
    this.#hasEscapes = hasEscapes;
    this.#meta = objectOf(meta);
    const { v } = this.#meta;
    // Before version 1 only dots were escaped in paths.
    this.#isLegacy = typeof v !== "number" || v < 1;
    this.#buffers = buffers;
    this.#settings = settings;
  }

  revive(): void {
    const { values, referentialEqualities: equalities } = this.#meta;
    if (values !== undefined) this.#annotate(values);
    if (equalities !== undefined) this.#share(equalities);
    for (const fill of this.#fills) fill();
  }

  #annotate(values: unknown): void {
    const pending: Annotated[] = [];
    this.#note(this.#payload, "json", values, pending);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      // Notes of neighbours follow each other: what they lie in is looked for once.
      let parent = -1;
      let prefix = "";
      let holder: unknown = next.raw;
      for (const path of Object.keys(next.notes)) {
        const dot = path.lastIndexOf(".");
        if (this.#hasEscapes) {
          const place = this.#find(next.raw, path);
          this.#note(place.holder, place.key, next.notes[path], pending);
          continue;
        }
        if (dot !== parent || !path.startsWith(prefix)) {
          parent = dot;
          prefix = path.slice(0, dot + 1);
          holder = dot < 0 ? next.raw : this.#descend(next.raw, path, dot);
        }
        const key = this.#keyOf(path, dot);
        checkPart(holder, key);
        this.#note(holder as Parts, key, next.notes[path], pending);
      }
    }
  }

  /** The last key of a path. One text for equal keys: properties are found faster by it. */
  #keyOf(path: string, dot: number): string {
    const key = path.slice(dot + 1);
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    if (this.#keys.size < 1000) this.#keys.set(key, key);
    return key;
  }

  /** Follows the keys of a path without escapes up to its last dot. */
  #descend(raw: unknown, path: string, end: number): unknown {
    let holder = raw;
    for (let start = 0; start <= end; ) {
      const dot = path.indexOf(".", start);
      holder = this.#step(holder, path.slice(start, dot));
      start = dot + 1;
    }
    return holder;
  }

  #step(holder: unknown, key: string): unknown {
    checkPart(holder, key);
    const part = (holder as Parts)[key];
    return this.#raws.size > 0 ? (this.#raws.get(part) ?? part) : part;
  }

  #note(holder: Parts, key: string, note: unknown, pending: Annotated[]): void {
    const raw = holder[key];
    if (!Array.isArray(note)) {
      pending.push({ raw, notes: objectOf(note) });
      return;
    }
    const [type] = note as unknown[];
    // Most notes are of these two.
    if (type === "Date" || type === "undefined") {
      setOwn(holder, key, type === "Date" ? makeDate(raw) : undefined);
      return;
    }
    const { value, fill } = make(type, raw, this.#buffers, this.#settings);
    if (fill !== undefined) {
      this.#fills.push(fill);
      this.#raws.set(value, raw);
    }
    setOwn(holder, key, value);
    if (note.length > 1) pending.push({ raw, notes: objectOf(note[1]) });
  }

  /** Finds a place by its path, below an array or object as JSON has it. */
  #find(raw: unknown, path: string): Place {
    const keys = parsePath(path, this.#isLegacy);
    const key = keys.pop() as string;
    const holder = keys.reduce((part, next) => this.#step(part, next), raw);
    checkPart(holder, key);
    return { holder: holder as Parts, key };
  }

  #share(equalities: unknown): void {
    const [roots, lists] = Array.isArray(equalities) ? (equalities as unknown[]) : [undefined, equalities];
    const groups: Place[][] = [];
    const add = (first: Place, paths: unknown, representative: string | undefined): void => {
      if (!Array.isArray(paths) || paths.some((path) => typeof path !== "string")) throw damaged("a list of shared places is none");
      const places = [first, ...(paths as string[]).map((path) => this.#findShared(path))];
      const at = representative === undefined ? 0 : this.#firstOf([representative, ...(paths as string[])]);
      groups.push([places[at] as Place, ...places]);
    };
    if (roots !== undefined) add({ holder: this.#payload, key: "json" }, roots, undefined);
    if (lists !== undefined)
      for (const [path, paths] of Object.entries(objectOf(lists))) if (path !== refusedPath) add(this.#findShared(path), paths, path);
    // Every place was found before any is changed.
    for (const [first, ...places] of groups) {
      const { holder, key } = first as Place;
      for (const place of places) setOwn(place.holder, place.key, holder[key]);
    }
  }

  #findShared(path: string): Place {
    return this.#find(this.#rawRoot(), path);
  }

  #rawRoot(): unknown {
    const { json } = this.#payload;
    return this.#raws.get(json) ?? json;
  }

  /**
   * Which of several paths comes first in the text: only there the object was written with all that is shared in it.
   * superjson orders them by their lengths first.
   */
  #firstOf(paths: readonly string[]): number {
    let first = 0;
    let length = -1;
    for (const [index, path] of paths.entries()) {
      const keys = parsePath(path, this.#isLegacy);
      if (index > 0 && keys.length !== length && this.#isBefore(keys, parsePath(paths[first] as string, this.#isLegacy))) first = index;
      length = keys.length;
    }
    return first;
  }

  #isBefore(left: readonly string[], right: readonly string[]): boolean {
    let holder = this.#rawRoot();
    let at = 0;
    while (at < left.length && left[at] === right[at]) holder = this.#step(holder, left[at++] as string);
    const [one, other] = [left[at], right[at]];
    if (one === undefined || other === undefined) return one === undefined;
    if (Array.isArray(holder)) return Number(one) < Number(other);
    const keys = Object.keys(holder as Parts);
    return keys.indexOf(one) < keys.indexOf(other);
  }
}

function checkPart(holder: unknown, key: string): void {
  const isThere = Array.isArray(holder)
    ? Number(key) < holder.length && Number(key) >= 0 && String(Math.trunc(Number(key))) === key
    : typeof holder === "object" && holder !== null && Object.hasOwn(holder, key);
  if (!isThere) throw damaged(`it says something of ${JSON.stringify(key)}, which is not there`);
}

function objectOf(value: unknown): Parts {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged(`${JSON.stringify(value)} is no object`);
  return value as Parts;
}

function parse(bytes: Uint8Array<ArrayBuffer>): unknown {
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    const end = endOf(bytes);
    if (end !== undefined) throw damaged("it ends too soon", end, cause);
    // Some engines tell where.
    const position = /position (\d+)/.exec(message)?.[1];
    throw damaged(message, position === undefined ? undefined : new TextEncoder().encode(text.slice(0, Number(position))).length, cause);
  }
}

/** Where text that is no JSON ends too soon, or undefined where something else is wrong with it. */
function endOf(text: Uint8Array): number | undefined {
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text[index];
    if (code === 34) isString = !isString;
    else if (isString) {
      if (code === 92) index++;
    } else if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) depth--;
  }
  return depth > 0 || isString || text.length === 0 ? text.length : undefined;
}

/** What lies deeper than what may be written is not given to anyone. */
function checkDepth(json: unknown, maxDepth: number): void {
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth + 1) throw damaged(`it nests more than ${maxDepth} levels`);
    const below: unknown[] = [];
    for (const value of level) {
      if (Array.isArray(value)) {
        for (const part of value) if (typeof part === "object" && part !== null) below.push(part);
      } else
        for (const key in value as object) {
          const part = (value as Parts)[key];
          if (typeof part === "object" && part !== null) below.push(part);
        }
    }
    level = below;
  }
}

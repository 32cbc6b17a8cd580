import { type EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { AnnotationReader, Revival } from "./annotation-reader.ts";
import { objectOf, shareEqualities } from "./equalities-reader.ts";
import { damaged } from "./failures.ts";
import { checkKeys, endOf } from "./json-text.ts";
import { numberedStart, readNumbered } from "./numbered.ts";
import type { Settings } from "./options.ts";
import { type Parts, Places } from "./places.ts";

type Buffers = readonly Uint8Array<ArrayBuffer>[];

/** The text around the parts of superjson's text: the value and its annotations. */
const start = '{"json":';
const meta = ',"meta":{';
const values = '"values":';
const equalities = '"referentialEqualities":';
const end = ',"v":1}}';

/** Makes one value after the other again from superjson's text, which may hold numbers of buffers. */
export class Reader {
  readonly #settings: Settings;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #places = new Places();
  readonly #annotations: AnnotationReader;
  /** There is always one, so that engines keep the code that they have compiled for it. */
  #revival: Revival;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#annotations = new AnnotationReader(this.#places);
    this.#revival = new Revival(this.#places, settings, []);
  }

  /** Forgets the value. */
  clear(): void {
    this.#begin("", [], false);
  }

  read(bytes: Uint8Array<ArrayBuffer>, buffers: Buffers): unknown {
    const text = this.#decode(bytes);
    const usual = this.#readUsual(text, buffers);
    if (usual !== undefined) return usual["json"];
    const parsed = parse(text, bytes);
    checkKeys(text);
    return this.#readAny(parsed, buffers, text.length);
  }

  /**
   * Reads text as superjson and this package write it, where the annotations stand at the end: if what is before them is
   * JSON, and they are as expected, there is no other way to read it. Undefined for text of another layout, and for what is
   * not JSON.
   */
  #readUsual(text: string, buffers: Buffers): Parts | undefined {
    if (!text.startsWith(start)) return undefined;
    const middle = text.endsWith(end) ? text.lastIndexOf(meta) : -1;
    if (middle < 0) return this.#readPlain(text);
    try {
      const payload = { json: JSON.parse(text.slice(start.length, middle)) as unknown };
      checkDepth(payload.json, this.#settings.maxDepth);
      const revival = this.#begin(text, buffers, false);
      let at = middle + meta.length;
      const isNumbered = text.startsWith(values + numberedStart, at);
      if (isNumbered) {
        readNumbered(JSON.parse(text.slice(at + values.length, -end.length)), payload, revival, text.length);
        at = text.length - end.length + 1;
      } else if (text.startsWith(values, at)) at = this.#annotations.read(payload, at + values.length) + 1;
      if (text.startsWith(equalities, at)) {
        const lists = text.slice(at + equalities.length, -end.length);
        const parsed: unknown = JSON.parse(lists);
        // What has been said twice is gone from what was parsed.
        if (JSON.stringify(parsed).length !== lists.length) return undefined;
        shareEqualities(parsed, payload, this.#places);
      } else if (at !== text.length - end.length + 1) return undefined;
      revival.finish();
      return payload;
    } catch (error) {
      if (isEdgewaterError(error)) throw error;
      return undefined;
    }
  }

  /** Reads text without annotations. Undefined for text of another layout, and for what is not JSON. */
  #readPlain(text: string): Parts | undefined {
    try {
      const payload = { json: JSON.parse(text.slice(start.length, -1)) as unknown };
      checkDepth(payload.json, this.#settings.maxDepth);
      return text.endsWith("}") ? payload : undefined;
    } catch (error) {
      if (isEdgewaterError(error)) throw error;
      return undefined;
    }
  }

  /** Reads JSON of any layout. */
  #readAny(parsed: unknown, buffers: Buffers, mostParts: number): unknown {
    if (typeof parsed !== "object" || parsed === null || !Object.hasOwn(parsed, "json")) throw damaged("it has no `json`", 0);
    const payload = parsed as Parts;
    checkDepth(payload["json"], this.#settings.maxDepth);
    if (!Object.hasOwn(payload, "meta")) return payload["json"];
    const said = objectOf(payload["meta"]);
    const { values: types, referentialEqualities, v } = said;
    if (v !== undefined && v !== 0 && v !== 1) throw damaged(`its \`meta.v\` is ${JSON.stringify(v)}; this release reads versions up to 1`);
    const text = JSON.stringify(types) ?? "";
    // Before version 1 only dots were escaped in paths.
    const revival = this.#begin(text, buffers, v !== 1);
    if (text.startsWith(numberedStart)) {
      if (referentialEqualities !== undefined) throw damaged("it has shared places by number and by path");
      readNumbered(types, payload, revival, mostParts);
    } else if (types !== undefined) this.#annotations.read(payload, 0);
    if (referentialEqualities !== undefined) shareEqualities(referentialEqualities, payload, this.#places);
    revival.finish();
    return payload["json"];
  }

  #decode(bytes: Uint8Array<ArrayBuffer>): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw unreadable("", bytes, cause);
    }
  }

  #begin(text: string, buffers: Buffers, isLegacy: boolean): Revival {
    this.#places.begin(isLegacy);
    this.#revival = new Revival(this.#places, this.#settings, buffers);
    this.#annotations.begin(text, this.#revival);
    return this.#revival;
  }
}

function parse(text: string, bytes: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(text, bytes, cause);
  }
}

function unreadable(text: string, bytes: Uint8Array<ArrayBuffer>, cause: unknown): EdgewaterError {
  const { message } = cause as Error;
  const end = endOf(bytes);
  if (end !== undefined) return damaged("it ends too soon", end, cause);
  // Some engines tell where.
  const position = /position (\d+)/.exec(message)?.[1];
  const offset = position === undefined ? undefined : new TextEncoder().encode(text.slice(0, Number(position))).length;
  return damaged(message, offset, cause);
}

/** What nests deeper than what may be written is not given to anyone. */
function checkDepth(json: unknown, maxDepth: number): void {
  let level: object[] = typeof json === "object" && json !== null ? [json] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth + 1) throw damaged(`it nests more than ${maxDepth} levels`);
    const below: object[] = [];
    for (const value of level) {
      if (Array.isArray(value)) {
        for (const part of value) if (typeof part === "object" && part !== null) below.push(part);
      } else
        for (const key in value) {
          const part = (value as Parts)[key];
          if (typeof part === "object" && part !== null) below.push(part);
        }
    }
    level = below;
  }
}

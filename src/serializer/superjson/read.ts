import type { EdgewaterError } from "../../errors.ts";
import { Annotations } from "./annotations.ts";
import { damaged } from "./damaged.ts";
import { objectOf, share } from "./equalities.ts";
import type { Settings } from "./options.ts";
import { type Parts, Places } from "./places.ts";

type Buffers = readonly Uint8Array<ArrayBuffer>[];

/** What stands around the parts of superjson's text, which are the value and what is said of it. */
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
  readonly #annotations: Annotations;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#annotations = new Annotations(this.#places, settings);
  }

  /** Forgets the value. */
  clear(): void {
    this.#begin("", [], false);
  }

  read(bytes: Uint8Array<ArrayBuffer>, buffers: Buffers): unknown {
    const text = this.#decode(bytes);
    const usual = this.#readUsual(text, buffers);
    return usual === undefined ? this.#readAny(parse(text, bytes), buffers) : usual["json"];
  }

  /**
   * Reads text as superjson and this package write it, where the annotations stand at the end: if what is before them is
   * JSON, and they are as expected, there is no other way to read it. Undefined for any other text, and for damaged ones,
   * of which there is more to say when they are read as any.
   */
  #readUsual(text: string, buffers: Buffers): Parts | undefined {
    if (!text.startsWith(start) || !text.endsWith(end)) return undefined;
    const middle = text.lastIndexOf(meta);
    if (middle < 0) return undefined;
    try {
      const payload = { json: JSON.parse(text.slice(start.length, middle)) as unknown };
      checkDepth(payload.json, this.#settings.maxDepth);
      this.#begin(text, buffers, false);
      let at = middle + meta.length;
      if (text.startsWith(values, at)) at = this.#annotations.read(payload, at + values.length) + 1;
      if (text.startsWith(equalities, at)) share(JSON.parse(text.slice(at + equalities.length, -end.length)), payload, this.#places);
      else if (at !== text.length - end.length + 1) return undefined;
      this.#annotations.fill();
      return payload;
    } catch {
      return undefined;
    }
  }

  /** Reads whatever JSON says. */
  #readAny(parsed: unknown, buffers: Buffers): unknown {
    if (typeof parsed !== "object" || parsed === null || !Object.hasOwn(parsed, "json")) throw damaged("there is no `json` in it", 0);
    const payload = parsed as Parts;
    checkDepth(payload["json"], this.#settings.maxDepth);
    if (payload["meta"] === undefined) return payload["json"];
    const said = objectOf(payload["meta"]);
    // Before version 1 only dots were escaped in paths.
    this.#begin(JSON.stringify(said["values"]) ?? "", buffers, typeof said["v"] !== "number" || said["v"] < 1);
    if (said["values"] !== undefined) this.#annotations.read(payload, 0);
    if (said["referentialEqualities"] !== undefined) share(said["referentialEqualities"], payload, this.#places);
    this.#annotations.fill();
    return payload["json"];
  }

  #decode(bytes: Uint8Array<ArrayBuffer>): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw unreadable("", bytes, cause);
    }
  }

  #begin(text: string, buffers: Buffers, isLegacy: boolean): void {
    this.#places.begin(isLegacy);
    this.#annotations.begin(text, buffers);
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

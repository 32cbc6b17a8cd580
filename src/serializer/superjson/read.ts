import type { EdgewaterError } from "../../errors.ts";
import { Annotations } from "./annotations.ts";
import { damaged } from "./damaged.ts";
import { objectOf, share } from "./equalities.ts";
import type { Settings } from "./options.ts";
import { type Parts, Places } from "./places.ts";

type Buffers = readonly Uint8Array<ArrayBuffer>[];

/** Makes a value again from superjson's text, which may hold numbers of buffers. */
export function read(bytes: Uint8Array<ArrayBuffer>, buffers: Buffers, settings: Settings): unknown {
  const text = decode(bytes);
  const usual = readUsual(text, buffers, settings);
  return usual === undefined ? readAny(parse(text, bytes), buffers, settings) : usual["json"];
}

/**
 * Reads text as superjson and this package write it, where the annotations stand at the end: if what is before them is
 * JSON, and they are as expected, there is no other way to read it. Undefined for any other text, and for damaged ones, of
 * which {@link readAny} has more to say.
 */
function readUsual(text: string, buffers: Buffers, settings: Settings): Parts | undefined {
  const [start, values, equalities, end] = ['{"json":', '"values":', '"referentialEqualities":', ',"v":1}}'];
  if (!text.startsWith(start) || !text.endsWith(end)) return undefined;
  const meta = Math.max(text.lastIndexOf(`,"meta":{${values}`), text.lastIndexOf(`,"meta":{${equalities}`));
  if (meta < 0) return undefined;
  try {
    const payload = { json: JSON.parse(text.slice(start.length, meta)) as unknown };
    checkDepth(payload.json, settings.maxDepth);
    const places = new Places(false);
    const annotations = new Annotations(text, places, buffers, settings);
    let at = meta + ',"meta":{'.length;
    if (text.startsWith(values, at)) at = annotations.read(payload, at + values.length) + 1;
    if (text.startsWith(equalities, at)) share(JSON.parse(text.slice(at + equalities.length, -end.length)), payload, places);
    else if (at !== text.length - end.length + 1) return undefined;
    annotations.fill();
    return payload;
  } catch {
    return undefined;
  }
}

/** Reads whatever JSON says. */
function readAny(parsed: unknown, buffers: Buffers, settings: Settings): unknown {
  if (typeof parsed !== "object" || parsed === null || !Object.hasOwn(parsed, "json")) throw damaged("there is no `json` in it", 0);
  const payload = parsed as Parts;
  checkDepth(payload["json"], settings.maxDepth);
  if (payload["meta"] !== undefined) {
    const { values, referentialEqualities, v } = objectOf(payload["meta"]);
    // Before version 1 only dots were escaped in paths.
    const places = new Places(typeof v !== "number" || v < 1);
    const annotations = new Annotations(JSON.stringify(values) ?? "", places, buffers, settings);
    if (values !== undefined) annotations.read(payload, 0);
    if (referentialEqualities !== undefined) share(referentialEqualities, payload, places);
    annotations.fill();
  }
  return payload["json"];
}

function decode(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unreadable("", bytes, cause);
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

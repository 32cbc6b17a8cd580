import { damaged } from "./damaged.ts";
import { type Made, make, setOwn } from "./make.ts";
import type { Settings } from "./options.ts";
import { parsePath } from "./path.ts";

/** What is said of a place: its type, and what shares its object. */
interface Mark {
  type: unknown;
  shared: { made: Made | undefined } | undefined;
  parts: Map<string, Mark> | undefined;
  /** As JSON has it. */
  raw: unknown;
  made: Made | undefined;
}

/** Makes a value again from superjson's text, which may hold numbers of buffers. */
export function read(text: Uint8Array<ArrayBuffer>, buffers: readonly Uint8Array<ArrayBuffer>[], settings: Settings): unknown {
  checkNesting(text, settings.maxDepth);
  const payload = parse(text);
  if (typeof payload !== "object" || payload === null || !Object.hasOwn(payload, "json")) throw damaged("there is no `json` in it", 0);
  const { json, meta } = payload as { json: unknown; meta?: unknown };
  if (meta === undefined) return json;
  if (typeof meta !== "object" || meta === null) throw damaged("its `meta` is not an object");
  const { values, referentialEqualities: equalities, v } = meta as Record<string, unknown>;
  const root = mark();
  // Before version 1 only dots were escaped in paths.
  const isLegacy = typeof v !== "number" || v < 1;
  if (values !== undefined) annotate(root, values, isLegacy, settings.maxDepth);
  if (equalities !== undefined) share(root, equalities, isLegacy);
  return revive(root, json, equalities !== undefined, buffers, settings);
}

function mark(): Mark {
  return { type: undefined, shared: undefined, parts: undefined, raw: undefined, made: undefined };
}

function at(from: Mark, path: string, isLegacy: boolean): Mark {
  let place = from;
  for (const key of parsePath(path, isLegacy)) {
    place.parts ??= new Map();
    const part: Mark = place.parts.get(key) ?? mark();
    place.parts.set(key, part);
    place = part;
  }
  return place;
}

function annotate(root: Mark, tree: unknown, isLegacy: boolean, maxDepth: number): void {
  const pending: [Mark, unknown, number][] = [[root, tree, 0]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [place, annotation, depth] = next;
    if (depth > maxDepth) throw damaged("its annotations lie too deep");
    const inner = Array.isArray(annotation) ? annotation[1] : annotation;
    if (Array.isArray(annotation)) place.type = annotation[0];
    else if (typeof annotation !== "object" || annotation === null) throw damaged(`${JSON.stringify(annotation)} is no annotation`);
    if (typeof inner !== "object" || inner === null) continue;
    for (const path in inner) {
      const child: unknown = (inner as Record<string, unknown>)[path];
      const part = at(place, path, isLegacy);
      if (Array.isArray(child) && child.length === 1) part.type = child[0];
      else pending.push([part, child, depth + 1]);
    }
  }
}

/** Names what comes in front of lists that superjson would misread, so that it throws. */
export const refusedPath = "\\edgewater";

function share(root: Mark, equalities: unknown, isLegacy: boolean): void {
  const [roots, lists] = Array.isArray(equalities) ? equalities : [[], equalities];
  const join = (places: Mark[], paths: unknown): void => {
    if (!Array.isArray(paths)) throw damaged("a list of shared places is not an array");
    const shared = { made: undefined };
    for (const path of paths) {
      if (typeof path !== "string") throw damaged("a shared place is not a path");
      places.push(at(root, path, isLegacy));
    }
    for (const place of places) place.shared = shared;
  };
  join([root], roots);
  for (const path in lists as object) if (path !== refusedPath) join([at(root, path, isLegacy)], (lists as Record<string, unknown>)[path]);
}

/**
 * Two passes without recursion: from the root down every annotated object is made, the first place that shares one in the
 * order of the text making it for all; then from the leaves up what was made is put in its place.
 */
function revive(root: Mark, json: unknown, isShared: boolean, buffers: readonly Uint8Array<ArrayBuffer>[], settings: Settings): unknown {
  const order: Mark[] = [];
  const pending: Mark[] = [root];
  root.raw = json;
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { shared, type, raw, parts } = place;
    if (shared?.made !== undefined) {
      place.made = shared.made;
      continue;
    }
    place.made = type === undefined ? { value: raw } : make(type, raw, buffers, settings);
    if (shared !== undefined) shared.made = place.made;
    if (parts !== undefined || place.made.fill !== undefined) order.push(place);
    if (parts === undefined) continue;
    for (const [key, part] of isShared ? lastFirst(parts, raw) : parts) {
      part.raw = partOf(raw, key);
      pending.push(part);
    }
  }
  for (let index = order.length - 1; index >= 0; index--) {
    const { parts, raw, made } = order[index] as Mark;
    for (const [key, part] of parts ?? []) setOwn(raw as object, key, (part.made as Made).value);
    made?.fill?.();
  }
  return (root.made as Made).value;
}

/** The parts as the text has them, from the last to the first. */
function lastFirst(parts: ReadonlyMap<string, Mark>, raw: unknown): [string, Mark][] {
  if (parts.size === 1 || typeof raw !== "object" || raw === null) return [...parts];
  if (Array.isArray(raw)) return [...parts].sort(([left], [right]) => Number(right) - Number(left));
  const keys = Object.keys(raw).filter((key) => parts.has(key));
  if (keys.length < parts.size) throw damaged("it says something of a property that is not there");
  return keys.reverse().map((key) => [key, parts.get(key) as Mark]);
}

function partOf(raw: unknown, key: string): unknown {
  const isThere = Array.isArray(raw)
    ? String(Number(key)) === key && Number(key) in raw
    : typeof raw === "object" && raw !== null && Object.hasOwn(raw, key);
  if (!isThere) throw damaged(`it says something of ${JSON.stringify(key)}, which is not there`);
  return (raw as Record<string, unknown>)[key];
}

function parse(bytes: Uint8Array<ArrayBuffer>): unknown {
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    // Some engines tell where.
    const position = /position (\d+)/.exec(message)?.[1];
    throw damaged(message, position === undefined ? undefined : new TextEncoder().encode(text.slice(0, Number(position))).length, cause);
  }
}

/** Finds what lies too deep, or ends too soon, before anything is made of it. */
function checkNesting(text: Uint8Array, maxDepth: number): void {
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text[index];
    if (code === 34) isString = !isString;
    else if (isString) {
      if (code === 92) index++;
    } else if (code === 123 || code === 91) {
      // The payload itself is one level, and its annotations nest no deeper than the value.
      if (++depth > 2 * maxDepth + 8) throw damaged(`it nests more than ${maxDepth} levels`, index);
    } else if (code === 125 || code === 93) depth--;
  }
  if (depth > 0 || isString) throw damaged("it ends too soon", text.length);
}

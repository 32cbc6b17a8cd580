import { inlineLimit, ours } from "./kept.ts";
import { Note, type Type, writeNotes } from "./notes.ts";
import type { Settings } from "./options.ts";
import { escapeKey } from "./path.ts";
import { type Place, sharedText } from "./shared.ts";
import { Sink } from "./sink.ts";
import type { Survey } from "./survey.ts";

/** What a value is written as. */
export interface Written {
  readonly text: Uint8Array<ArrayBuffer>;
  /** Bytes that lie outside of the text, which has their numbers. */
  readonly buffers: readonly Uint8Array[];
}

/** Shared objects are written again at every place, as superjson does, until that takes as many characters as this. */
const repeatLimit = 2 ** 24;

interface Once {
  readonly places: Place[];
  readonly isValue: boolean;
  /** Where it begins in the text. */
  readonly start: number;
  /** Undefined while it is being written: what lies in itself is null there. */
  end: number | undefined;
  note: Note | Type | undefined;
}

interface Frame {
  readonly up: Frame | undefined;
  readonly parts: Record<string | number, unknown>;
  /** None of an array. */
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  readonly close: number;
  readonly shared: Once | undefined;
  readonly isOpaque: boolean;
  readonly type: Type | undefined;
  note: Note | undefined;
  index: number;
}

/** Writes superjson's text of a value that was surveyed. */
export function write(root: unknown, { isPlain, isDeep, shared, plain, kept, leaves }: Survey, settings: Settings): Written {
  if (isPlain && !isDeep) return { text: plainText(root), buffers: [] };
  const sink = new Sink(leaves * 32);
  const buffers: Uint8Array[] = [];
  const found = new Map<unknown, Once>();
  const names = new Map<string, Uint8Array>();
  const encoder = new TextEncoder();
  let repeated = 0;
  let frame: Frame = open(undefined, [root], undefined, 0, undefined, false);
  sink.raw('{"json":');

  function open(
    up: Frame | undefined,
    parts: object,
    type: Type | undefined,
    close: number,
    once: Once | undefined,
    isOpaque: boolean,
  ): Frame {
    const keys = Array.isArray(parts) ? undefined : Object.keys(parts);
    const length = keys === undefined ? (parts as unknown[]).length : keys.length;
    const note = type === undefined ? undefined : new Note(type);
    return { up, parts: parts as Frame["parts"], keys, length, close, shared: once, isOpaque, type, note, index: 0 };
  }

  /** Says something of the part that is being written. */
  function say(of: Frame, note: Note | Type): void {
    of.note ??= new Note(undefined);
    of.note.add(keyOf(of), note);
  }

  /** A key as it stands in front of its value, after a comma. */
  function nameOf(key: string): Uint8Array {
    let name = names.get(key);
    if (name === undefined) {
      name = encoder.encode(`,${JSON.stringify(key)}:`);
      if (names.size < 1000) names.set(key, name);
    }
    return name;
  }

  function leave(up: Frame): void {
    const { close, shared: once, note } = frame;
    sink.code(close);
    if (once !== undefined) {
      once.end = sink.length;
      once.note = note;
    }
    if (note !== undefined) say(up, note);
    frame = up;
  }

  /** Writes a shared value that has been written before. */
  function repeat(value: unknown, once: Once): void {
    const length = (once.end ?? once.start) - once.start;
    repeated += length;
    const isCut = once.end === undefined || repeated > repeatLimit;
    once.places.push(placeOf(frame, value, isCut));
    if (isCut) sink.raw("null");
    else {
      sink.repeat(once.start, length);
      if (once.note !== undefined) say(frame, once.note);
    }
  }

  function leaf(json: string, type: Type): void {
    sink.raw(json);
    say(frame, type);
  }

  function writeObject(value: object, once: Once | undefined): Type | undefined {
    if (plain.size > 0 && plain.has(value)) {
      sink.raw(JSON.stringify(value));
      return undefined;
    }
    if (value instanceof Date && Object.getPrototypeOf(value) === Date.prototype) {
      sink.date(value);
      return Number.isNaN(value.getTime()) ? ours("Date") : '"Date"';
    }
    const known = kept.size > 0 ? kept.get(value) : undefined;
    if (known !== undefined && known.parts === undefined) {
      sink.raw(known.text ?? bytesText(known.bytes));
      return known.type;
    }
    const parts = known?.parts ?? value;
    const isArray = Array.isArray(parts);
    sink.code(isArray ? 91 : 123);
    frame = open(frame, parts, known?.type, isArray ? 93 : 125, once, known?.isOpaque ?? false);
    return undefined;
  }

  /** Writes what may be found in several places. */
  function writeShared(value: unknown): void {
    const at = frame;
    let once: Once | undefined;
    if (shared.size > 0 && shared.has(value)) {
      once = found.get(value);
      if (once !== undefined) {
        repeat(value, once);
        return;
      }
      once = {
        places: [placeOf(at, value, false)],
        isValue: typeof value !== "object",
        start: sink.length,
        end: undefined,
        note: undefined,
      };
      found.set(value, once);
    }
    let type: Type | undefined;
    if (typeof value === "object") type = writeObject(value as object, once);
    else {
      sink.raw(`"${value as bigint | number}"`);
      type = typeof value === "bigint" ? '"bigint"' : '"number"';
    }
    // What has parts is finished when they are.
    if (frame !== at) return;
    if (once !== undefined) {
      once.end = sink.length;
      once.note = type;
    }
    if (type !== undefined) say(at, type);
  }

  function bytesText(bytes: Uint8Array): string {
    return bytes.byteLength > inlineLimit ? String(buffers.push(bytes) - 1) : `"${btoa(String.fromCharCode(...bytes))}"`;
  }

  for (;;) {
    const { index, length, keys, parts, up } = frame;
    if (index === length) {
      if (up === undefined) break;
      leave(up);
      continue;
    }
    frame.index = index + 1;
    let value: unknown;
    if (keys === undefined) {
      if (index > 0) sink.code(44);
      value = parts[index];
    } else {
      const key = keys[index] as string;
      sink.bytes(nameOf(key), index === 0 ? 1 : 0);
      value = parts[key];
    }
    switch (typeof value) {
      case "string":
        sink.string(value);
        break;
      case "boolean":
        sink.raw(value ? "true" : "false");
        break;
      case "number":
        if (Number.isFinite(value) && (value !== 0 || 1 / value > 0)) sink.number(value);
        else if (Number.isNaN(value)) writeShared(value);
        else leaf(`"${Object.is(value, -0) ? "-0" : value}"`, '"number"');
        break;
      case "undefined":
        leaf("null", '"undefined"');
        break;
      case "symbol":
        leaf(JSON.stringify(value.description ?? null), JSON.stringify(["symbol", settings.symbolNames.get(value)]));
        break;
      default:
        if (value === null) sink.raw("null");
        else writeShared(value);
    }
  }

  let separator = ',"meta":{';
  if (frame.note !== undefined) {
    sink.raw(`${separator}"values":`);
    writeNotes(sink, frame.note.first?.note as Note | Type);
    separator = ",";
  }
  const equalities = sharedText([...found.values()], repeated > repeatLimit);
  if (equalities !== undefined) {
    sink.raw(`${separator}"referentialEqualities":${equalities}`);
    separator = ",";
  }
  sink.raw(separator === "," ? ',"v":1}}' : "}");
  return { text: sink.taken(), buffers };
}

/** The text of a value of which JSON alone says all, in one piece. */
function plainText(root: unknown): Uint8Array<ArrayBuffer> {
  const sink = new Sink(16);
  sink.raw('{"json":');
  sink.raw(JSON.stringify(root));
  sink.raw("}");
  return sink.taken();
}

function keyOf({ keys, index }: Frame): string | number {
  return keys === undefined ? index - 1 : (keys[index - 1] as string);
}

/** Where the part lies that is being written. */
function placeOf(frame: Frame, value: unknown, isCut: boolean): Place {
  const path: string[] = [];
  let isOpaque = false;
  for (let at = frame; at.up !== undefined; at = at.up) {
    path.push(escapeKey(String(keyOf(at))));
    isOpaque ||= at.isOpaque;
  }
  return {
    path: path.reverse().join("."),
    length: path.length,
    isFragile: (isOpaque && typeof value === "object") || isRow(frame, value, isCut),
  };
}

/**
 * Whether the part is an element of a Set or a key of a Map that superjson would move to the end, delete (NaN, which it
 * takes for another), or where it would take null for another null.
 */
function isRow(frame: Frame, value: unknown, isCut: boolean): boolean {
  const { type, up } = frame;
  if (typeof value === "bigint") return false;
  if (type === '"set"') {
    const elements = Object.values(frame.parts);
    return frame.index < frame.length || (isCut && elements.includes(null) && elements.includes(undefined));
  }
  if (up?.type !== '"map"' || frame.index !== 1) return false;
  return (
    up.index < up.length ||
    Number.isNaN(value) ||
    (isCut && Object.values(up.parts as Record<string, unknown[]>).some(([key]) => key === null))
  );
}

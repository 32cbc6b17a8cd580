import { toBase64 } from "../../encoding/base64.ts";
import type { Survey } from "./analyze.ts";
import { Sink } from "./byte-writer.ts";
import { inlineLimit, ours } from "./kept.ts";
import { type Key, Keys } from "./keys.ts";
import { type Note, Notes, type Type, whole } from "./notes.ts";
import type { Settings } from "./options.ts";
import { escapeKey } from "./path.ts";
import { type Place, sharedText } from "./shared.ts";

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
  readonly parts: readonly unknown[];
  /** None of an array. */
  readonly names: readonly string[] | undefined;
  /** Those of the names, when there are not too many of them. */
  readonly keys: readonly Key[] | undefined;
  readonly length: number;
  readonly once: Once | undefined;
  readonly isOpaque: boolean;
  readonly type: Type | undefined;
  /** When something has been said of its parts. */
  note: Note | undefined;
  index: number;
  /** Of the part that is being written. */
  key: Key | number;
}

/** Writes superjson's text of one value after the other. */
export class Writer {
  readonly #settings: Settings;
  readonly #sink = new Sink();
  readonly #keys = new Keys();
  #notes = new Notes();
  /** None between two values. */
  #survey: Survey | undefined;
  #buffers: Uint8Array[] = [];
  #found = new Map<unknown, Once>();
  #repeated = 0;
  #frame!: Frame;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.clear();
  }

  /** Forgets the value. */
  clear(): void {
    this.#survey = undefined;
    this.#buffers = [];
    this.#found = new Map();
    this.#repeated = 0;
    this.#frame = this.#open(undefined, [], undefined, undefined, false);
    this.#notes = new Notes();
    this.#sink.clear();
  }

  write(root: unknown, survey: Survey): Written {
    if (survey.isPlain && !survey.isDeep) return { text: plainText(JSON.stringify(root)), buffers: [] };
    const sink = this.#sink;
    this.#survey = survey;
    this.#frame = this.#open(undefined, [root], undefined, undefined, false);
    this.#frame.note = whole;
    sink.room(survey.leaves * 32);
    sink.raw('{"json":');
    this.#writeAll();
    let separator = ',"meta":{';
    if (this.#notes.write(sink, `${separator}"values":`)) separator = ",";
    const equalities = sharedText([...this.#found.values()], this.#repeated > repeatLimit);
    if (equalities !== undefined) {
      sink.raw(`${separator}"referentialEqualities":${equalities}`);
      separator = ",";
    }
    sink.raw(separator === "," ? ',"v":1}}' : "}");
    return { text: sink.taken(), buffers: this.#buffers };
  }

  #writeAll(): void {
    const sink = this.#sink;
    for (;;) {
      const frame = this.#frame;
      const { index, length, names, keys, parts, up } = frame;
      if (index === length) {
        if (up === undefined) return;
        this.#leave(frame, up);
        continue;
      }
      frame.index = index + 1;
      const value = parts[index];
      if (names === undefined) {
        frame.key = index;
        if (index > 0) sink.code(44);
      } else {
        const key = keys === undefined ? this.#keys.key(names[index] as string) : (keys[index] as Key);
        frame.key = key;
        sink.bytes(key.bytes, index === 0 ? 1 : 0);
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
          else if (Number.isNaN(value)) this.#writeShared(value);
          else this.#writeLeaf(`"${Object.is(value, -0) ? "-0" : value}"`, '"number"');
          break;
        case "undefined":
          this.#writeLeaf("null", '"undefined"');
          break;
        case "symbol":
          this.#writeLeaf(JSON.stringify(value.description ?? null), JSON.stringify(["symbol", this.#settings.symbolNames.get(value)]));
          break;
        default:
          if (value === null) sink.raw("null");
          else this.#writeShared(value);
      }
    }
  }

  #open(up: Frame | undefined, parts: object, type: Type | undefined, once: Once | undefined, isOpaque: boolean): Frame {
    const names = Array.isArray(parts) ? undefined : Object.keys(parts);
    const keys = names === undefined ? undefined : this.#keys.list(names);
    const values = names === undefined ? (parts as unknown[]) : Object.values(parts);
    return { up, parts: values, names, keys, length: values.length, once, isOpaque, type, note: undefined, index: 0, key: 0 };
  }

  #leave({ names, once, note, type }: Frame, up: Frame): void {
    this.#sink.code(names === undefined ? 93 : 125);
    if (note !== undefined) this.#notes.end(note);
    else if (type !== undefined) this.#say(up, type);
    if (once !== undefined) {
      once.end = this.#sink.length;
      once.note = note ?? type;
    }
    this.#frame = up;
  }

  /** Says something of the part that is being written. */
  #say(of: Frame, note: Note | Type): void {
    this.#notes.say(of.note ?? this.#begin(of), of.key, note);
  }

  /** Begins to say something of the parts of this one, and of those that it lies in. */
  #begin(frame: Frame): Note {
    const silent = [frame];
    let up = frame.up as Frame;
    for (; up.note === undefined; up = up.up as Frame) silent.push(up);
    let { note } = up;
    for (let next = silent.pop(); next !== undefined; next = silent.pop()) {
      note = next.note = this.#notes.begin(note, (next.up as Frame).key, next.type);
    }
    return note;
  }

  #writeLeaf(json: string, type: Type): void {
    this.#sink.raw(json);
    this.#say(this.#frame, type);
  }

  /** Writes what may be found in several places. */
  #writeShared(value: unknown): void {
    const { shared } = this.#survey as Survey;
    const at = this.#frame;
    let once: Once | undefined;
    if (shared.size > 0 && shared.has(value)) {
      once = this.#found.get(value);
      if (once !== undefined) {
        this.#repeat(value, once);
        return;
      }
      once = {
        places: [placeOf(at, value, false)],
        isValue: typeof value !== "object",
        start: this.#sink.length,
        end: undefined,
        note: undefined,
      };
      this.#found.set(value, once);
    }
    let type: Type | undefined;
    if (typeof value === "object") type = this.#writeObject(value as object, once);
    else {
      this.#sink.raw(`"${value as bigint | number}"`);
      type = typeof value === "bigint" ? '"bigint"' : '"number"';
    }
    // What has parts is finished when they are.
    if (this.#frame !== at) return;
    if (once !== undefined) {
      once.end = this.#sink.length;
      once.note = type;
    }
    if (type !== undefined) this.#say(at, type);
  }

  /** Writes a shared value that has been written before. */
  #repeat(value: unknown, once: Once): void {
    const length = (once.end ?? once.start) - once.start;
    this.#repeated += length;
    const isCut = once.end === undefined || this.#repeated > repeatLimit;
    once.places.push(placeOf(this.#frame, value, isCut));
    if (isCut) this.#sink.raw("null");
    else {
      this.#sink.repeat(once.start, length);
      if (once.note !== undefined) this.#say(this.#frame, once.note);
    }
  }

  #writeObject(value: object, once: Once | undefined): Type | undefined {
    const { plain, kept } = this.#survey as Survey;
    if (plain.size > 0 && plain.has(value)) {
      this.#sink.raw(JSON.stringify(value));
      return undefined;
    }
    if (Object.getPrototypeOf(value) === Date.prototype) {
      this.#sink.date(value as Date);
      return Number.isNaN((value as Date).getTime()) ? ours("Date") : '"Date"';
    }
    const known = kept.size > 0 ? kept.get(value) : undefined;
    if (known !== undefined && known.parts === undefined) {
      this.#sink.raw(known.text ?? this.#bytesText(known.bytes));
      return known.type;
    }
    this.#frame = this.#open(this.#frame, known?.parts ?? value, known?.type, once, known?.isOpaque ?? false);
    this.#sink.code(this.#frame.names === undefined ? 91 : 123);
    return undefined;
  }

  #bytesText(bytes: Uint8Array): string {
    return bytes.byteLength > inlineLimit ? String(this.#buffers.push(bytes) - 1) : `"${toBase64(bytes)}"`;
  }
}

/** The text of a value of which JSON alone says all. */
function plainText(json: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const [start, end] = ['{"json":', "}"];
  // ASCII takes as many bytes as it has characters.
  const bytes = new Uint8Array(start.length + json.length + end.length);
  const { read } = encoder.encodeInto(json, bytes.subarray(start.length, -end.length));
  if (read < json.length) return encoder.encode(start + json + end);
  encoder.encodeInto(start, bytes);
  encoder.encodeInto(end, bytes.subarray(-end.length));
  return bytes;
}

/** Where the part lies that is being written. */
function placeOf(frame: Frame, value: unknown, isCut: boolean): Place {
  const path: string[] = [];
  let isOpaque = false;
  for (let at = frame; at.up !== undefined; at = at.up) {
    path.push(typeof at.key === "number" ? String(at.key) : escapeKey(at.key.name));
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
    return frame.index < frame.length || (isCut && frame.parts.includes(null) && frame.parts.includes(undefined));
  }
  if (up?.type !== '"map"' || frame.index !== 1) return false;
  return up.index < up.length || Number.isNaN(value) || (isCut && up.parts.some((row) => (row as unknown[])[0] === null));
}

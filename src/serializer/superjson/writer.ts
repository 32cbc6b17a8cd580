import type { Analysis } from "./analysis.ts";
import { AnnotationLog, type Note, whole } from "./annotation-log.ts";
import { ByteWriter } from "./byte-writer.ts";
import { equalitiesText } from "./equalities-text.ts";
import { refuse, tooDeep } from "./failures.ts";
import { type Frame, keyText, type Once, type Place, placeOf } from "./frame.ts";
import { type Key, Keys } from "./keys.ts";
import { NumberedAnnotations } from "./numbered.ts";
import type { Settings } from "./options.ts";
import { PendingBytes } from "./pending-bytes.ts";
import { run } from "./reuse.ts";
import { dateType } from "./typed-values/date.ts";
import type { Encoded, Type } from "./typed-values/encoded-form.ts";
import { specialNumberText } from "./typed-values/number.ts";
import { inlineLimit } from "./typed-values/view.ts";

/** What a value is written as. */
export interface Written {
  readonly text: Uint8Array<ArrayBuffer>;
  /** Bytes outside of the text, which has their numbers. */
  readonly buffers: readonly Uint8Array[];
  /** Blobs whose bytes are still to be read. */
  readonly pending: PendingBytes;
}

/** Shared objects are written again at every place, as superjson does, until that takes as many characters as this. */
const repeatLimit = 2 ** 24;

/** Paths of shared places that are longer than this on average, and longer than `longPaths` together, become numbers. */
const longPath = 256;
const longPaths = 2 ** 16;

/** Writes superjson's text of one value after the other. */
export class Writer {
  readonly #settings: Settings;
  readonly #bytes = new ByteWriter();
  readonly #keys = new Keys();
  #log = new AnnotationLog();
  /** None between two values. */
  #analysis: Analysis | undefined;
  #numbered: NumberedAnnotations | undefined;
  /** How many parts have begun. */
  #count = 0;
  #buffers: Uint8Array[] = [];
  #sharedBuffers = new Map<Uint8Array, number>();
  #pending = new PendingBytes();
  #found = new Map<unknown, Once>();
  #repeated = 0;
  #places = 0;
  #pathsLength = 0;
  #frame!: Frame;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.clear();
  }

  /** Forgets the value. */
  clear(): void {
    this.#analysis = undefined;
    this.#numbered = undefined;
    this.#count = 0;
    this.#buffers = [];
    this.#sharedBuffers = new Map();
    this.#pending = new PendingBytes();
    this.#found = new Map();
    this.#repeated = 0;
    this.#places = 0;
    this.#pathsLength = 0;
    this.#frame = this.#open(undefined, [], undefined, undefined, false);
    this.#log = new AnnotationLog();
    this.#bytes.clear();
  }

  write(analysis: Analysis): Written {
    if (analysis.isNative) return { text: plainText(JSON.stringify(analysis.root)), buffers: [], pending: this.#pending };
    const isShort = this.#writeJson(analysis, '{"json":', undefined);
    if (!isShort) {
      this.clear();
      this.#writeJson(analysis, '{"json":', new NumberedAnnotations());
    }
    this.#writeMeta();
    return { text: this.#bytes.taken(), buffers: this.#buffers, pending: this.#pending };
  }

  /** Writes a value of which JSON says all as JSON, without anything around it. */
  writeJsonOnly(analysis: Analysis): Uint8Array<ArrayBuffer> {
    if (analysis.isNative) return new TextEncoder().encode(JSON.stringify(analysis.root));
    this.#writeJson(analysis, "", undefined);
    return this.#bytes.taken();
  }

  /** Returns false when the paths become too long, and everything is to be written again. */
  #writeJson(analysis: Analysis, before: string, numbered: NumberedAnnotations | undefined): boolean {
    this.#analysis = analysis;
    this.#numbered = numbered;
    this.#frame = this.#open(undefined, [analysis.root], undefined, undefined, false);
    this.#frame.note = whole;
    this.#bytes.room(analysis.leaves * 32);
    this.#bytes.raw(before);
    return this.#writeAll();
  }

  #writeMeta(): void {
    const bytes = this.#bytes;
    let separator = ',"meta":{';
    if (this.#numbered !== undefined) {
      bytes.raw(`${separator}"values":`);
      this.#numbered.write(bytes);
      bytes.raw(',"v":1}}');
      return;
    }
    if (this.#log.write(bytes, `${separator}"values":`)) separator = ",";
    const equalities = equalitiesText([...this.#found.values()], this.#repeated > repeatLimit);
    if (equalities !== undefined) {
      bytes.raw(`${separator}"referentialEqualities":`);
      bytes.raw(equalities);
      separator = ",";
    }
    bytes.raw(separator === "," ? ',"v":1}}' : "}");
  }

  #writeAll(): boolean {
    for (;;) {
      const isShort = this.#writeRun();
      if (isShort !== undefined) return isShort;
    }
  }

  /** Writes some arrays and objects. Returns undefined when there are more. */
  #writeRun(): boolean | undefined {
    for (let turn = 0; turn < run; turn++) {
      const frame = this.#frame;
      if (!this.#writeParts(frame)) return false;
      if (this.#frame !== frame) continue;
      if (frame.up === undefined) return true;
      this.#leave(frame, frame.up);
    }
    return undefined;
  }

  /** Writes parts until one has parts of its own. Returns false when the paths become too long. */
  #writeParts(frame: Frame): boolean {
    const bytes = this.#bytes;
    const { hasCustom, encoded } = this.#analysis as Analysis;
    const { length, names, keys, parts } = frame;
    for (let index = frame.index; index < length; index++) {
      const value = parts[index];
      if (names === undefined) {
        frame.key = index;
        if (index > 0) bytes.code(44);
      } else {
        const key = keys === undefined ? this.#keys.key(names[index] as string) : (keys[index] as Key);
        frame.key = key;
        bytes.bytes(key.bytes, index === 0 ? 1 : 0);
      }
      this.#count++;
      const isCustom = hasCustom && encoded.get(value)?.isCustom === true;
      if (isCustom || (typeof value === "object" && value !== null)) {
        frame.index = index + 1;
        if (!this.#writeShared(value)) return false;
        if (this.#frame !== frame) return true;
      } else if (typeof value === "string") bytes.string(value);
      else if (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0)) bytes.number(value);
      else if (typeof value === "boolean") bytes.raw(value ? "true" : "false");
      else if (value === undefined) this.#writeLeaf("null", '"undefined"');
      else if (value === null) bytes.raw("null");
      else if (typeof value === "symbol") this.#writeSymbol(value);
      else if (typeof value === "number" && !Number.isNaN(value)) this.#writeLeaf(`"${specialNumberText(value)}"`, '"number"');
      else {
        frame.index = index + 1;
        if (!this.#writeShared(value)) return false;
      }
    }
    frame.index = length;
    return true;
  }

  #open(up: Frame | undefined, parts: object, type: Type | undefined, once: Once | undefined, isOpaque: boolean): Frame {
    const names = Array.isArray(parts) ? undefined : Object.keys(parts);
    const keys = names === undefined ? undefined : this.#keys.list(names);
    const values = names === undefined ? (parts as unknown[]) : Object.values(parts);
    const ownKey = up?.key ?? 0;
    const hasPath = up?.up !== undefined && (this.#analysis as Analysis).shared.size > 0;
    const path = hasPath ? `${up.path}${keyText(ownKey)}.` : "";
    const depth = up === undefined ? 0 : up.depth + 1;
    return {
      up,
      depth,
      deepest: depth,
      ownKey,
      path,
      parts: values,
      names,
      keys,
      length: values.length,
      once,
      isOpaque,
      type,
      note: undefined,
      index: 0,
      key: 0,
    };
  }

  #leave({ names, once, note, type, deepest }: Frame, up: Frame): void {
    if (deepest > up.deepest) up.deepest = deepest;
    this.#bytes.code(names === undefined ? 93 : 125);
    if (note !== undefined) this.#log.end(note);
    else if (type !== undefined) this.#annotate(up, type);
    if (once !== undefined) {
      once.end = this.#bytes.length;
      once.note = note ?? type;
      once.levels = deepest - up.depth;
    }
    this.#frame = up;
  }

  /** Annotates the part that is being written. */
  #annotate(of: Frame, note: Note | Type): void {
    if (this.#numbered === undefined) this.#log.annotate(of.note ?? this.#begin(of), of.key, note);
  }

  /** Begins to annotate the parts of an array or object, and of those that it is in. */
  #begin(frame: Frame): Note {
    const silent: Frame[] = [];
    let at = frame;
    let up = frame.up as Frame;
    for (; up.note === undefined; up = up.up as Frame) {
      silent.push(at);
      at = up;
    }
    let note = this.#log.begin(up.note, up.key, at.type);
    at.note = note;
    for (let next = silent.pop(); next !== undefined; next = silent.pop()) {
      note = this.#log.begin(note, (next.up as Frame).key, next.type);
      next.note = note;
    }
    return note;
  }

  #writeLeaf(json: string, type: Type): void {
    this.#bytes.raw(json);
    this.#numbered?.annotate(this.#count - 1, type);
    this.#annotate(this.#frame, type);
  }

  #writeSymbol(symbol: symbol): void {
    const name = this.#settings.registry.nameOfSymbol(symbol);
    this.#writeLeaf(JSON.stringify(symbol.description ?? null), JSON.stringify(["symbol", name]));
  }

  /** Writes what may be found in several places. Returns false when the paths become too long. */
  #writeShared(value: unknown): boolean {
    const { shared } = this.#analysis as Analysis;
    const at = this.#frame;
    const isValue = typeof value !== "object" && typeof value !== "function";
    let once: Once | undefined;
    if (shared.size > 0 && shared.has(value) && !(isValue && this.#numbered !== undefined)) {
      once = this.#found.get(value);
      if (once !== undefined) return this.#repeat(value, once);
      once = {
        places: [this.#place(value, false)],
        isValue,
        start: this.#bytes.length,
        number: this.#count - 1,
        end: undefined,
        note: undefined,
        levels: 0,
      };
      this.#found.set(value, once);
    }
    const type = this.#writeValue(value, once);
    // What has parts is finished when they are.
    if (this.#frame !== at) return true;
    if (once !== undefined) {
      once.end = this.#bytes.length;
      once.note = type;
    }
    if (type !== undefined) {
      this.#numbered?.annotate(this.#count - 1, type);
      this.#annotate(at, type);
    }
    return true;
  }

  /** The place of the part that is being written. */
  #place(value: unknown, isCut: boolean): Place {
    const place = placeOf(this.#frame, value, isCut);
    this.#places++;
    this.#pathsLength += place.path.length;
    return place;
  }

  /** Writes a shared value that has been written before. */
  #repeat(value: unknown, once: Once): boolean {
    if (this.#numbered !== undefined) {
      this.#bytes.raw("null");
      this.#numbered.link(this.#count - 1, once.number);
      return true;
    }
    const length = (once.end ?? once.start) - once.start;
    const deepest = this.#frame.depth + once.levels;
    const isCut = once.end === undefined || this.#repeated + length > repeatLimit || deepest > this.#settings.maxDepth;
    once.places.push(this.#place(value, isCut));
    if (this.#pathsLength > longPaths && this.#pathsLength > longPath * this.#places) return false;
    this.#repeated += length;
    if (isCut) this.#bytes.raw("null");
    else {
      this.#frame.deepest = Math.max(this.#frame.deepest, deepest);
      this.#pending.repeat(once.start, this.#bytes.length, length);
      this.#bytes.repeat(once.start, length);
      if (once.note !== undefined) this.#annotate(this.#frame, once.note);
    }
    return true;
  }

  /** Writes a value, or the beginning of one that has parts. */
  #writeValue(value: unknown, once: Once | undefined): Type | undefined {
    const { plain, encoded } = this.#analysis as Analysis;
    const known = encoded.size > 0 ? encoded.get(value) : undefined;
    // Every Date that is more than its time is encoded.
    if (known === undefined && value instanceof Date) {
      this.#bytes.date(value);
      return dateType(value);
    }
    const snapshot = plain.size > 0 ? plain.get(value) : undefined;
    if (snapshot !== undefined) {
      this.#bytes.raw(JSON.stringify(snapshot));
      return undefined;
    }
    if (known === undefined) {
      if (typeof value === "bigint" || typeof value === "number") {
        this.#bytes.raw(`"${value}"`);
        return typeof value === "bigint" ? '"bigint"' : '"number"';
      }
    } else if (known.parts === undefined) {
      this.#writeBytes(known);
      return known.type;
    }
    if (known?.type !== undefined) this.#numbered?.annotate(this.#count - 1, known.type);
    const { maxDepth } = this.#settings;
    // What is shared may be found first at a place that is not as deep.
    if (this.#frame.depth >= maxDepth) refuse(this.#analysis?.root, { culprit: value, problem: tooDeep(maxDepth) }, encoded);
    this.#frame = this.#open(this.#frame, known?.parts ?? (value as object), known?.type, once, known?.isOpaque ?? false);
    this.#bytes.code(this.#frame.names === undefined ? 91 : 123);
    return undefined;
  }

  /** Writes bytes as base64, or as the number of a buffer. */
  #writeBytes({ text, bytes, shared, blob }: Encoded): void {
    if (text !== undefined) this.#bytes.raw(text);
    else if (shared !== undefined) {
      const number = this.#sharedBuffers.get(shared) ?? this.#buffers.push(shared) - 1;
      this.#sharedBuffers.set(shared, number);
      this.#bytes.number(number);
    } else if (blob !== undefined) {
      const isInline = blob.size <= inlineLimit;
      this.#pending.add(blob, isInline ? this.#bytes.length + 1 : undefined, this.#buffers.length);
      if (isInline) this.#bytes.raw(`"${"A".repeat(4 * Math.ceil(blob.size / 3))}"`);
      else this.#bytes.number(this.#buffers.push(new Uint8Array(0)) - 1);
    } else if ((bytes as Uint8Array).byteLength > inlineLimit) this.#bytes.number(this.#buffers.push(bytes as Uint8Array) - 1);
    else this.#bytes.raw(`"${btoa(String.fromCharCode(...(bytes as Uint8Array)))}"`);
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

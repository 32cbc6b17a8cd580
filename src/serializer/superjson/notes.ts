import type { Sink } from "./byte-writer.ts";
import type { Key } from "./keys.ts";

/** What is said of a value that JSON has nothing for, as JSON text, such as `"Date"`. */
export type Type = string;

/** What is said of the parts of an array or object, and of itself when it stands for something else: where in the log it begins. */
export type Note = number;

/** What is said of the whole value, as of a part of something. */
export const whole: Note = 0;

type Slot = Key | Type | number | boolean | undefined;

interface Frame {
  readonly note: Note;
  readonly up: Frame | undefined;
  /** Where in the sink the beginning of its parts' paths stands, and how long it is. */
  readonly path: number;
  readonly length: number;
  /** Where in the log its next part is. */
  at: number;
  /** Whether the integer keys are through. */
  isSecond: boolean;
}

/** Slots of a note, in front of its parts: its type, its end, and whether it says something of an integer key. */
const head = 3;

/** Slots of a page, a power of two. Engines give large arrays memory that is new every time, and therefore slow. */
const pageSize = 8192;

/**
 * What is said of the parts of one value, in the order of the parts: a log of keys, each followed by what is said of that
 * part. A tree of objects would take more memory and lie all over it.
 */
export class Notes {
  readonly #pages: Slot[][] = [];
  #length = 0;

  constructor() {
    this.#head(undefined);
  }

  /** Says something of a part. What was said of another part, up to its end, may be said again. */
  say(of: Note, key: Key | number, what: Note | Type): void {
    this.#entry(of, key, what, this.#typeOf(what));
  }

  /** Says of a part what is said of its parts from now on, until the end. */
  begin(of: Note, key: Key | number, type: Type | undefined): Note {
    const note = this.#length + 2;
    this.#entry(of, key, note, type);
    this.#head(type);
    return note;
  }

  end(note: Note): void {
    this.#set(note + 1, this.#length);
  }

  #entry(of: Note, key: Key | number, what: Note | Type, type: Type | undefined): void {
    if (isFirst(key, type)) this.#set(of + 2, true);
    this.#push(key);
    this.#push(what);
  }

  #head(type: Type | undefined): void {
    this.#push(type);
    this.#push(0);
    this.#push(false);
  }

  #typeOf(what: Note | Type): Type | undefined {
    return typeof what === "string" ? what : (this.#get(what) as Type | undefined);
  }

  #get(at: number): Slot {
    return (this.#pages[(at / pageSize) | 0] as Slot[])[at % pageSize];
  }

  #set(at: number, slot: Slot): void {
    (this.#pages[(at / pageSize) | 0] as Slot[])[at % pageSize] = slot;
  }

  #push(slot: Slot): void {
    const at = this.#length++;
    if (at % pageSize === 0) this.#pages.push([slot]);
    else (this.#pages[(at / pageSize) | 0] as Slot[]).push(slot);
  }

  /**
   * Writes superjson's annotations: the paths of plain parts are joined, everything else nests. Keys that are integers
   * come first, as in every JavaScript object.
   *
   * @returns whether there is something to write
   */
  write(sink: Sink, before: string): boolean {
    if (this.#length === head) return false;
    sink.raw(before);
    const root = this.#get(head + 1) as Note | Type;
    const type = this.#typeOf(root);
    if (type === undefined) sink.raw("{");
    else this.#writeType(sink, type, root);
    let separator = '"';
    let frame = typeof root === "string" ? undefined : this.#open(root, undefined, 0, 0);
    while (frame !== undefined) {
      const { note, up, path, length, at }: Frame = frame;
      if (at === this.#get(note + 1)) {
        if (!frame.isSecond) {
          frame.at = note + head;
          frame.isSecond = true;
          continue;
        }
        const ownType = this.#typeOf(note);
        if (up === undefined || ownType !== undefined) {
          sink.raw(ownType === undefined ? "}" : "}]");
          separator = ',"';
        }
        frame = up;
        continue;
      }
      const key = this.#get(at) as Key | number;
      const what = this.#get(at + 1) as Note | Type;
      // What is said again lies elsewhere.
      frame.at = what === at + 2 ? (this.#get(what + 1) as number) : at + 2;
      const partType = this.#typeOf(what);
      if (frame.isSecond === isFirst(key, partType)) continue;
      if (separator !== "") {
        sink.raw(separator);
        sink.repeat(path, length);
      }
      const start = sink.length - length;
      if (typeof key === "number") sink.number(key);
      else sink.raw(key.path);
      if (partType === undefined) sink.raw(".");
      else {
        sink.raw('":');
        this.#writeType(sink, partType, what);
      }
      separator = ',"';
      if (typeof what === "string") continue;
      // The path of its first part has begun, if it is joined to others.
      separator = partType === undefined ? "" : '"';
      frame = this.#open(what, frame, start, partType === undefined ? sink.length - start : 0);
    }
    return true;
  }

  #writeType(sink: Sink, type: Type, what: Note | Type): void {
    sink.raw("[");
    sink.raw(type);
    sink.raw(what === type ? "]" : ",{");
  }

  #open(note: Note, up: Frame | undefined, path: number, length: number): Frame {
    return { note, up, path, length, at: note + head, isSecond: !this.#get(note + 2) };
  }
}

/** Whether a part comes first: what is said of integers does in every JavaScript object, if its key is not joined to others. */
function isFirst(key: Key | number, type: Type | undefined): boolean {
  return type !== undefined && (typeof key === "number" || key.isIndex);
}

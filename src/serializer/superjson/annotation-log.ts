import type { ByteWriter } from "./byte-writer.ts";
import type { Key } from "./keys.ts";
import type { Type } from "./typed-values/encoded-form.ts";

/** The annotations of an array or object and of its parts: where in the log they begin. */
export type Note = number;

/** The annotation of the whole value, as of a part of something. */
export const whole: Note = 0;

type Slot = Key | Type | number | boolean | undefined;

interface Frame {
  readonly note: Note;
  readonly up: Frame | undefined;
  /** Where in the bytes the beginning of its parts' paths is, and how long it is. */
  readonly path: number;
  readonly length: number;
  /** Where in the log its next part is. */
  at: number;
  /** Whether the integer keys are through. */
  isSecond: boolean;
}

/** Slots of a note, in front of its parts: its type, its end, and whether it annotates an integer key. */
const head = 3;

/** Slots of a page, a power of two. Engines allocate large arrays anew each time, which is slow. */
const pageSize = 8192;

/**
 * The annotations of one value, in the order of its parts: a log of keys, each followed by the annotation of that part. A
 * tree of objects would take more memory.
 */
export class AnnotationLog {
  readonly #pages: Slot[][] = [];
  #length = 0;

  constructor() {
    this.#head(undefined);
  }

  /** Annotates a part. The annotations of another part may be used again once they have ended. */
  annotate(of: Note, key: Key | number, what: Note | Type): void {
    this.#entry(of, key, what, this.#typeOf(what));
  }

  /** Annotates a part, and from now on until the end the parts of it. */
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
  write(bytes: ByteWriter, before: string): boolean {
    if (this.#length === head) return false;
    bytes.raw(before);
    const root = this.#get(head + 1) as Note | Type;
    const type = this.#typeOf(root);
    bytes.code(type === undefined ? 123 : 91);
    if (type !== undefined) this.#writeType(bytes, type, root);
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
          bytes.raw(ownType === undefined ? "}" : "}]");
          separator = ',"';
        }
        frame = up;
        continue;
      }
      const key = this.#get(at) as Key | number;
      const what = this.#get(at + 1) as Note | Type;
      // Annotations that are used again are elsewhere in the log.
      frame.at = what === at + 2 ? (this.#get(what + 1) as number) : at + 2;
      const partType = this.#typeOf(what);
      if (frame.isSecond === isFirst(key, partType)) continue;
      if (separator !== "") {
        bytes.raw(separator);
        bytes.repeat(path, length);
      }
      const start = bytes.length - length;
      if (typeof key === "number") bytes.number(key);
      else bytes.raw(key.path);
      if (partType === undefined) bytes.code(46);
      else {
        bytes.raw('":[');
        this.#writeType(bytes, partType, what);
      }
      separator = ',"';
      if (typeof what === "string") continue;
      // The path of its first part has begun, if it is joined to others.
      separator = partType === undefined ? "" : '"';
      frame = this.#open(what, frame, start, partType === undefined ? bytes.length - start : 0);
    }
    return true;
  }

  /** Writes a type and what follows it, behind its bracket. */
  #writeType(bytes: ByteWriter, type: Type, what: Note | Type): void {
    bytes.raw(type);
    bytes.raw(what === type ? "]" : ",{");
  }

  #open(note: Note, up: Frame | undefined, path: number, length: number): Frame {
    return { note, up, path, length, at: note + head, isSecond: !this.#get(note + 2) };
  }
}

/** Whether an annotation comes first: those of integer keys do in every JavaScript object, unless the key is joined to others. */
function isFirst(key: Key | number, type: Type | undefined): boolean {
  return type !== undefined && (typeof key === "number" || key.isIndex);
}

import { escapeKey } from "./path.ts";
import type { Sink } from "./sink.ts";

/** What is said of a value that JSON has nothing for, as JSON text, such as `"Date"`. */
export type Type = string;

/** What is said of one part. */
interface Entry {
  readonly key: string | number;
  readonly note: Note | Type;
  /** Whether its key is an integer, which comes first in every JavaScript object. */
  readonly isFirst: boolean;
  next: Entry | undefined;
}

/** What is said of the parts of an array or object, and of itself when it stands for something else. */
export class Note {
  readonly type: Type | undefined;
  first: Entry | undefined;
  hasFirst = false;
  #last: Entry | undefined;

  constructor(type: Type | undefined) {
    this.type = type;
  }

  add(key: string | number, note: Note | Type): void {
    const isFirst = (typeof note === "string" || note.type !== undefined) && isIndex(key);
    if (isFirst) this.hasFirst = true;
    const entry = { key, note, isFirst, next: undefined };
    if (this.#last === undefined) this.first = entry;
    else this.#last.next = entry;
    this.#last = entry;
  }
}

interface Frame {
  readonly note: Note;
  readonly up: Frame | undefined;
  /** What the paths of its parts begin with. */
  readonly prefix: string;
  entry: Entry | undefined;
  /** Whether the integer keys are through. */
  isSecond: boolean;
}

/**
 * Writes superjson's annotations: the paths of plain parts are joined, everything else nests. Keys that are integers
 * come first, as in every JavaScript object.
 */
export function writeNotes(sink: Sink, root: Note | Type): void {
  if (typeof root === "string") {
    sink.raw(`[${root}]`);
    return;
  }
  let separator = begin(sink, root);
  let frame: Frame | undefined = { note: root, up: undefined, prefix: "", entry: root.first, isSecond: !root.hasFirst };
  while (frame !== undefined) {
    const { note, up, prefix, entry }: Frame = frame;
    if (entry === undefined) {
      if (!frame.isSecond) {
        frame.entry = note.first;
        frame.isSecond = true;
      } else {
        if (up === undefined || note.type !== undefined) {
          sink.raw(note.type === undefined ? "}" : note.first !== undefined ? "}]" : "]");
          separator = ',"';
        }
        frame = up;
      }
      continue;
    }
    frame.entry = entry.next;
    if (frame.isSecond === entry.isFirst) continue;
    const { key, note: child }: Entry = entry;
    const isLeaf = typeof child === "string";
    const isJoined = !isLeaf && child.type === undefined;
    const name: string = typeof key === "number" ? String(key) : pathText(key);
    if (!isJoined) {
      sink.raw(separator);
      sink.raw(prefix);
      sink.raw(name);
      sink.raw('":');
    }
    if (isLeaf) {
      sink.code(91);
      sink.raw(child);
      sink.code(93);
      separator = ',"';
    } else {
      if (!isJoined) separator = begin(sink, child);
      frame = { note: child, up: frame, prefix: isJoined ? `${prefix}${name}.` : "", entry: child.first, isSecond: !child.hasFirst };
    }
  }
}

function begin(sink: Sink, { type, first }: Note): string {
  sink.raw(type === undefined ? "{" : first !== undefined ? `[${type},{` : `[${type}`);
  return '"';
}

/** As it stands in a path, within a JSON string. */
function pathText(key: string): string {
  return /^[\w$ -]*$/.test(key) ? key : JSON.stringify(escapeKey(key)).slice(1, -1);
}

function isIndex(key: string | number): boolean {
  return typeof key === "number" || (key.length < 11 && /^(0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1);
}

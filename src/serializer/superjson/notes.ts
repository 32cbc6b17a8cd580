import type { Key } from "./keys.ts";
import type { Sink } from "./sink.ts";

/** What is said of a value that JSON has nothing for, as JSON text, such as `"Date"`. */
export type Type = string;

/** What is said of one part. */
interface Entry {
  readonly key: Key | number;
  readonly note: Note | Type;
  /** Whether its key is an integer, which comes first in every JavaScript object. */
  readonly isFirst: boolean;
  next: Entry | undefined;
}

/** What is said of the parts of an array or object, and of itself when it stands for something else. */
export interface Note {
  readonly type: Type | undefined;
  first: Entry | undefined;
  last: Entry | undefined;
  hasFirst: boolean;
}

export function newNote(type: Type | undefined): Note {
  return { type, first: undefined, last: undefined, hasFirst: false };
}

/** Says something of a part. */
export function addNote(to: Note, key: Key | number, note: Note | Type): void {
  const isFirst = (typeof note === "string" || note.type !== undefined) && (typeof key === "number" || key.isIndex);
  if (isFirst) to.hasFirst = true;
  const entry: Entry = { key, note, isFirst, next: undefined };
  if (to.last === undefined) to.first = entry;
  else to.last.next = entry;
  to.last = entry;
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
    const name: string = typeof key === "number" ? String(key) : key.path;
    if (typeof child === "string") {
      sink.raw(separator);
      sink.raw(prefix);
      sink.raw(name);
      sink.raw('":[');
      sink.raw(child);
      sink.code(93);
      separator = ',"';
      continue;
    }
    const isJoined = child.type === undefined;
    if (!isJoined) {
      sink.raw(separator);
      sink.raw(prefix);
      sink.raw(name);
      sink.raw('":');
      separator = begin(sink, child);
    }
    frame = { note: child, up: frame, prefix: isJoined ? `${prefix}${name}.` : "", entry: child.first, isSecond: !child.hasFirst };
  }
}

function begin(sink: Sink, { type, first }: Note): string {
  sink.raw(type === undefined ? "{" : first !== undefined ? `[${type},{` : `[${type}`);
  return '"';
}

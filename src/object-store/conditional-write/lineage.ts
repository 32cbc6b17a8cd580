/**
 * What an object says of the conditional writes that led to it, as the value of one metadata entry: a hash of the key,
 * the nonce of the write that made the object, and the number of its other entries of metadata, joined with dots; then
 * its predecessors from the newest on, each as `nonce=etag`, and `*` at the end when there were more, or others that left
 * no nonce; all joined with commas.
 *
 * The hash of the key keeps a server-side copy, which carries its source's metadata along, from speaking for its target.
 *
 * @module
 */
import { shortHash } from "../../encoding/hash.ts";

/** A write that made an object which was then replaced. */
export interface Predecessor {
  /** Empty when that write left none. */
  readonly nonce: string;
  readonly etag: string;
}

export interface History {
  readonly nonce: string;
  readonly before: readonly Predecessor[];
  /** Whether `before` goes back to where the key was created. */
  readonly isWhole: boolean;
}

/** As many predecessors as an object names: a write whose answer was lost can still be recognised after as many others. */
const mostPredecessors = 12;

/** A fresh nonce of 96 random bits, in letters and digits. */
export function freshNonce(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((word) => word.toString(36).padStart(7, "0")).join("");
}

/** The history of an object made by a write that knows of none before it: because it creates it, or overwrites whatever is there. */
export function begun(nonce: string, isWhole: boolean): History {
  return { nonce, before: [], isWhole };
}

/** The history of an object made by a write that replaces one of this etag and history. */
export function replacing(nonce: string, etag: string, { nonce: last, before, isWhole }: History = unknownHistory): History {
  const all = [{ nonce: last, etag }, ...before];
  return { nonce, before: all.slice(0, mostPredecessors), isWhole: isWhole && all.length <= mostPredecessors };
}

const unknownHistory: History = { nonce: "", before: [], isWhole: false };

/** @param count of the object's other entries of metadata, by which a reader sees whether some are hidden from it */
export function writeHistory(key: string, { nonce, before, isWhole }: History, count = 0): string {
  const entries = before.map((each) => `${each.nonce}=${writeEtag(each.etag)}`);
  return [`${shortHash(key)}.${nonce}.${count}`, ...entries, ...(isWhole ? [] : ["*"])].join(",");
}

/** Undefined when there is none, or it is of another key. */
export function readHistory(key: string, value: string | null): History | undefined {
  const [head = "", ...rest] = (value ?? "").split(/,\s*/);
  const [hash, nonce] = head.split(".");
  if (hash !== shortHash(key) || !nonce) return undefined;
  const isWhole = rest.at(-1) !== "*";
  const before = (isWhole ? rest : rest.slice(0, -1)).map((entry) => {
    const [last = "", etag = ""] = entry.split("=");
    return { nonce: last, etag: readEtag(etag) };
  });
  return { nonce, before, isWhole };
}

/** Nearly every etag is simple text in quotes, and goes without them. */
function writeEtag(etag: string): string {
  const [, simple] = /^"([\w-]+)"$/.exec(etag) ?? [];
  return simple ?? `~${encodeURIComponent(etag)}`;
}

function readEtag(text: string): string {
  return text.startsWith("~") ? decodeURIComponent(text.slice(1)) : `"${text}"`;
}

/**
 * The lineage of an object: the write that made it and the conditional writes before that one.
 *
 * It is stored as the value of one metadata entry: `<hash of the key>.<write token>.<number of other entries>`, then the
 * ancestors from the newest on, each as `<write token>=<etag>`, then `*` when the list is incomplete; all joined with commas.
 * A copy by the server carries the metadata of its source along; the hash of the key shows that the lineage is not its own.
 *
 * @module
 */
import { shortHash } from "../../encoding/hash.ts";

/** Random text that all attempts of one write share, so that its object can be recognised. */
export type WriteToken = string;

/** A write whose object was then replaced. */
export interface Ancestor {
  /** Empty when that write left none. */
  readonly token: WriteToken;
  readonly etag: string;
}

export interface Lineage {
  /** The write that made the object. */
  readonly token: WriteToken;
  /** The writes before it, the newest first. */
  readonly ancestors: readonly Ancestor[];
  /** Whether the ancestors go back to the creation of the key. */
  readonly isComplete: boolean;
}

/** The most ancestors in a lineage. A write whose answer was lost is recognised after as many further writes. */
const maxAncestors = 12;

/** A new write token of 96 random bits, in letters and digits. */
export function newWriteToken(): WriteToken {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((word) => word.toString(36).padStart(7, "0")).join("");
}

/**
 * The lineage of a write without known ancestors.
 *
 * @param isComplete whether the write creates the key, rather than overwriting an unknown object
 */
export function newLineage(token: WriteToken, isComplete: boolean): Lineage {
  return { token, ancestors: [], isComplete };
}

/** The lineage of a write that replaces an object with this etag and lineage. */
export function extendLineage(token: WriteToken, etag: string, { token: last, ancestors, isComplete }: Lineage = unknownLineage): Lineage {
  const all = [{ token: last, etag }, ...ancestors];
  return { token, ancestors: all.slice(0, maxAncestors), isComplete: isComplete && all.length <= maxAncestors };
}

const unknownLineage: Lineage = { token: "", ancestors: [], isComplete: false };

/** @param metadataCount number of the object's other metadata entries, by which a reader notices hidden headers */
export function formatLineage(key: string, { token, ancestors, isComplete }: Lineage, metadataCount = 0): string {
  const entries = ancestors.map((each) => `${each.token}=${formatEtag(each.etag)}`);
  return [`${shortHash(key)}.${token}.${metadataCount}`, ...entries, ...(isComplete ? [] : ["*"])].join(",");
}

/** Returns undefined without a lineage, and for the lineage of another key. */
export function parseLineage(key: string, value: string | null): Lineage | undefined {
  const [head = "", ...rest] = (value ?? "").split(/,\s*/);
  const [hash, token] = head.split(".");
  if (hash !== shortHash(key) || !token) return undefined;
  const isComplete = rest.at(-1) !== "*";
  const ancestors = (isComplete ? rest : rest.slice(0, -1)).map((entry) => {
    const [last = "", etag = ""] = entry.split("=");
    return { token: last, etag: parseEtag(etag) };
  });
  return { token, ancestors, isComplete };
}

/** Nearly every etag is simple text in quotes; the quotes are left out. */
function formatEtag(etag: string): string {
  const [, simple] = /^"([\w-]+)"$/.exec(etag) ?? [];
  return simple ?? `~${encodeURIComponent(etag)}`;
}

function parseEtag(text: string): string {
  if (!text.startsWith("~")) return `"${text}"`;
  try {
    return decodeURIComponent(text.slice(1));
  } catch {
    // Damaged: an etag that no object has.
    return text;
  }
}

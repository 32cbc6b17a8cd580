import type { DeletionVector } from "./actions.ts";

/** A data file as an action names it. */
interface NamedFile {
  readonly path: string;
  readonly deletionVector?: DeletionVector;
}

/**
 * What tells a file of a table from any other: its path and its deletion vector. Actions may write the same path in several ways: percent-encoded
 * or not, and a local one with or without `file:`.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file
 */
export function fileIdentity({ path, deletionVector }: NamedFile): string {
  const plain = canonicalPath(path);
  return deletionVector === undefined ? plain : `${plain}\n${deletionVectorIdentity(deletionVector)}`;
}

/** What tells a deletion vector from any other. */
function deletionVectorIdentity({ storageType, pathOrInlineDv, offset }: DeletionVector): string {
  return offset === undefined ? `${storageType}${pathOrInlineDv}` : `${storageType}${pathOrInlineDv}@${offset}`;
}

/** The path, decoded once, and without the scheme of a local file. Text that is not percent-encoded stays as it is. */
function canonicalPath(path: string): string {
  const decoded = decodePath(path);
  return decoded.startsWith("file:") ? decoded.replace(/^file:\/*(?=\/)/, "") : decoded;
}

/** Decodes the path of an action, which is a URI; a path that is not a URI is returned as it is. */
export function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

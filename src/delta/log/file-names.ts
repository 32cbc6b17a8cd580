/**
 * The names of the files of a log.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#file-types
 */

/** A file of a log, as its name says. */
export type LogFileName =
  | { readonly kind: "commit"; readonly version: number }
  | { readonly kind: "compacted"; readonly version: number; readonly end: number }
  | { readonly kind: "checksum"; readonly version: number }
  | { readonly kind: "classic"; readonly version: number }
  | { readonly kind: "part"; readonly version: number; readonly part: number; readonly parts: number }
  | { readonly kind: "v2"; readonly version: number; readonly format: "json" | "parquet" };

const pattern =
  /^(\d{20})\.(?:(json)|(crc)|(\d{20})\.compacted\.json|checkpoint\.(?:(parquet)|(\d{10})\.(\d{10})\.parquet|[0-9A-Fa-f-]{36}\.(json|parquet)))$/;

/** Reads a name; undefined for a file that is no part of a log. */
export function readLogFileName(name: string): LogFileName | undefined {
  const match = pattern.exec(name);
  if (match === null) return undefined;
  const [, digits, commit, checksum, end, classic, part, parts, format] = match;
  const version = Number(digits);
  if (commit !== undefined) return { kind: "commit", version };
  if (checksum !== undefined) return { kind: "checksum", version };
  if (end !== undefined) return Number(end) > version ? { kind: "compacted", version, end: Number(end) } : undefined;
  if (classic !== undefined) return { kind: "classic", version };
  if (part !== undefined) return { kind: "part", version, part: Number(part), parts: Number(parts) };
  return { kind: "v2", version, format: format === "json" ? "json" : "parquet" };
}

/** The name of a commit. */
export function commitName(version: number): string {
  return `${digitsOf(version)}.json`;
}

/** The name of a checkpoint in one file. */
export function checkpointName(version: number): string {
  return `${digitsOf(version)}.checkpoint.parquet`;
}

/** What the names of all files of a version start with: 20 digits. */
export function digitsOf(version: number): string {
  return String(version).padStart(20, "0");
}

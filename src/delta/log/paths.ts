/**
 * The paths of data files: URIs in the log, keys in the store.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#data-files
 */
import { isWellFormed } from "../../encoding/utf8.ts";
import { EdgewaterError } from "../../errors.ts";
import { isKey } from "../../object-store/path.ts";
import type { TableLocation } from "../store.ts";
import { decodePath } from "./file-identity.ts";

/**
 * The key of a file that an action names. A relative path is below the table; an absolute one must be below the table's `url`.
 *
 * @throws `NotFound` for an absolute path that is elsewhere; `InvalidPath` for one that leaves the table
 */
export function keyOfPath({ store, root, url }: TableLocation, path: string): string {
  const relative = isAbsolute(path) ? below(url, path) : decodePath(path);
  if (relative === undefined) {
    const known = url === undefined ? "no url of the table was given" : `the table is at ${JSON.stringify(url)}`;
    const message = `Cannot find ${JSON.stringify(path)} in ${store.name}: the path is absolute, and ${known}; open the table with the url that its paths begin with`;
    throw new EdgewaterError("NotFound", message, { store: store.name, key: path });
  }
  const key = root === "" ? relative : `${root}/${relative}`;
  if (isKey(key)) return key;
  throw new EdgewaterError("InvalidPath", `Cannot read ${JSON.stringify(path)} in ${store.name}: the path leaves the table, or is no key`, {
    store: store.name,
    key: path,
  });
}

/** The path of a file below the table as an action has it. */
export function pathOfKey(relative: string): string {
  return relative
    .split("/")
    .map((segment) => encodeURIComponent(segment).replaceAll("%3D", "="))
    .join("/");
}

/** The name of a partition in a path whose value is null. */
const nullName = "__HIVE_DEFAULT_PARTITION__";

/** Characters that folders of partitions do not have, as Hive writes them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
const escaped = /[\u0001-\u001f"#%'*/:=?\\\u007f{}[\]^ <>|]/g;

/**
 * The folder of the files of a partition, such as `day=2024-01-15/city=a%2Fb`, as it is in the store: {@link pathOfKey} encodes it once
 * more.
 *
 * @param values the texts that the log has, in the order of the partition columns
 */
export function partitionFolder(values: readonly (readonly [column: string, text: string | null])[]): string {
  return values.map(([column, text]) => `${escapePart(column)}=${text === null ? nullName : escapePart(text)}`).join("/");
}

function escapePart(text: string): string {
  const plain = isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, "\ufffd");
  return plain.replace(escaped, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path);
}

/** What is left of an absolute path below a URL. Both may be percent-encoded, and a local one may lack its scheme. */
function below(url: string | undefined, path: string): string | undefined {
  if (url === undefined) return undefined;
  const start = `${plainUrl(url).replace(/\/+$/, "")}/`;
  const plain = plainUrl(path);
  return plain.startsWith(start) ? plain.slice(start.length) : undefined;
}

function plainUrl(url: string): string {
  return decodePath(url)
    .replace(/^file:\/*(?=\/)/, "")
    .replace(/^s3[an]:/, "s3:");
}

import { isWellFormed } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { describe } from "../options.ts";

/**
 * Checks a key: segments joined by `/`, none of them empty, `.` or `..`; no leading or trailing slash; no control
 * characters and no lone surrogates. The rules are those of Apache Arrow's object_store.
 *
 * @throws `InvalidPath`
 */
export function checkKey(store: string, key: string): void {
  const problem = problemOf(key);
  if (problem !== undefined) {
    throw new EdgewaterError("InvalidPath", `Invalid key ${shown(key)}: ${problem}`, { store, key });
  }
}

/**
 * Checks one key or several, and returns them as a list.
 *
 * @throws `InvalidPath`
 */
export function checkKeys(store: string, keys: string | readonly string[]): readonly string[] {
  // A value of any other type is refused as a key.
  const all = Array.isArray(keys) ? keys : [keys as string];
  for (const key of all) checkKey(store, key);
  return all;
}

/** Returns whether text is a key: servers also list the objects of other programs, whose names may not be keys. */
export function isKey(text: string): boolean {
  return problemOf(text) === undefined;
}

/** Returns whether text is what keys below a prefix begin with: a key and a slash. */
export function isPrefix(text: string): boolean {
  return text.endsWith("/") && isKey(text.slice(0, -1));
}

/**
 * Checks a prefix, and returns the text that every key below it starts with: empty, or ending with a slash.
 *
 * @throws `InvalidPath`
 */
export function checkPrefix(store: string, prefix: string): string {
  const path = typeof prefix === "string" && prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
  if (path === "" && prefix === "") return "";
  const problem = problemOf(path);
  if (problem !== undefined) {
    throw new EdgewaterError("InvalidPath", `Invalid prefix ${shown(prefix)}: ${problem}`, { store, key: prefix });
  }
  return `${path}/`;
}

function shown(key: unknown): string {
  return typeof key === "string" ? JSON.stringify(key) : describe(key);
}

function problemOf(key: string): string | undefined {
  if (typeof key !== "string") return `it is of type ${typeof key}; expected a string`;
  if (key === "") return "it is empty";
  if (key.startsWith("/")) return "it starts with a slash";
  if (key.endsWith("/")) return "it ends with a slash";
  for (const segment of key.split("/")) {
    if (segment === "") return "it has an empty segment";
    if (segment === "." || segment === "..") return `it has a segment ${JSON.stringify(segment)}`;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
  if (/[\u0000-\u001f\u007f]/.test(key)) return "it contains a control character";
  if (!isWellFormed(key)) return "it contains a lone surrogate, which UTF-8 cannot encode";
  return undefined;
}

import { isWellFormed } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";

/**
 * Checks a key: segments joined by `/`, none of them empty, `.` or `..`, no leading or trailing slash, nothing that
 * UTF-8 cannot carry. The rules are those of Arrow's object_store.
 *
 * @throws `InvalidPath`
 */
export function checkKey(store: string, key: string): void {
  const problem = problemOf(key);
  if (problem !== undefined) {
    throw new EdgewaterError("InvalidPath", `${JSON.stringify(key)} is not a key: ${problem}`, { store, key });
  }
}

/**
 * One key or several as a list, all of them checked before anything is touched.
 *
 * @throws `InvalidPath`
 */
export function checkKeys(store: string, keys: string | readonly string[]): readonly string[] {
  const all = typeof keys === "string" ? [keys] : keys;
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
 * The prefix as the string that every key below it starts with: empty, or ending with one slash.
 *
 * @throws `InvalidPath`
 */
export function checkPrefix(store: string, prefix: string): string {
  const path = prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
  if (path === "" && prefix === "") return "";
  const problem = problemOf(path);
  if (problem !== undefined) {
    throw new EdgewaterError("InvalidPath", `${JSON.stringify(prefix)} is not a prefix: ${problem}`, { store, key: prefix });
  }
  return `${path}/`;
}

function problemOf(key: string): string | undefined {
  if (typeof key !== "string") return `it is of type ${typeof key}, not a string`;
  if (key === "") return "it is empty";
  if (key.startsWith("/")) return "it starts with a slash";
  if (key.endsWith("/")) return "it ends with a slash";
  for (const segment of key.split("/")) {
    if (segment === "") return "it has an empty segment";
    if (segment === "." || segment === "..") return `it has a segment ${JSON.stringify(segment)}`;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(key)) return "it has a control character";
  if (!isWellFormed(key)) return "it has a lone surrogate, which UTF-8 cannot carry";
  return undefined;
}

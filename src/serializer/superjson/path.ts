/**
 * superjson's paths: keys joined by dots, a dot in a key as `\.`, a backslash as `\\`. Rows of a Map are numbers, then 0
 * for the key or 1 for the value; elements of a Set are numbers.
 *
 * @module
 */

import { damaged } from "./damaged.ts";

export function escapeKey(key: string): string {
  return /[.\\]/.test(key) ? key.replace(/[.\\]/g, "\\$&") : key;
}

/** @throws `SerializationError` for a backslash before anything else */
export function parsePath(path: string, isLegacy: boolean): string[] {
  if (!path.includes("\\")) return path.split(".");
  // Before version 1 only dots were escaped.
  if (isLegacy) return path.split(/(?<!\\)\./).map((key) => key.replaceAll("\\.", "."));
  if (/\\(?![.\\])/.test(path.replace(/\\[.\\]/g, ""))) throw damaged(`${JSON.stringify(path)} is no path`);
  return [...`.${path}`.matchAll(/\.((?:[^.\\]|\\.)*)/gs)].map(([, key]) => (key as string).replace(/\\(.)/gs, "$1"));
}

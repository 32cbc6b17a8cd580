/**
 * What some runtimes have and others lack. Imports nothing, so that it can be part of a bundle for browsers.
 *
 * @module
 */

import type * as nodeUtil from "node:util";

interface Runtimes {
  readonly process?: {
    readonly versions?: Readonly<Record<string, string | undefined>>;
    readonly stderr?: { readonly isTTY?: boolean; readonly write?: (text: string) => unknown };
    /** In Node from 20.16, Deno, Bun, and Workers with the compatibility flag. */
    readonly getBuiltinModule?: (name: string) => unknown;
  };
  readonly navigator?: { readonly userAgent?: string };
}

/**
 * Returns whether `fetch` is Node's own (undici). Workers also list undici among their versions, so the user agent decides;
 * Node before version 21 has none.
 */
export function hasUndici(): boolean {
  const { process, navigator } = globalThis as Runtimes;
  return !!process?.versions?.["undici"] && /^Node/.test(navigator?.userAgent ?? "Node");
}

/**
 * Returns whether `inspect` of Node, Deno and Bun prints two arrays alike: their classes, their lengths and the names of all
 * that is their own, but not their elements. False elsewhere.
 */
export function printsAlike(array: object, other: object): boolean {
  const util = (globalThis as Runtimes).process?.getBuiltinModule?.("node:util") as Partial<typeof nodeUtil> | undefined;
  const print = (each: object): string | undefined =>
    util?.inspect?.(each, { maxArrayLength: 0, depth: 0, customInspect: false, showHidden: true });
  try {
    const text = print(array);
    return text !== undefined && text === print(other);
  } catch {
    return false;
  }
}

/** Returns whether this runtime is Bun. */
export function isBun(): boolean {
  return (globalThis as Runtimes).process?.versions?.["bun"] !== undefined;
}

/** Returns whether this runtime is Deno. */
export function isDeno(): boolean {
  return "Deno" in globalThis;
}

/**
 * Writes a line to the terminal in which this process runs. Undefined without a terminal: in a browser, in a Worker, in a service
 * whose output goes to a file.
 */
export function terminal(): ((line: string) => void) | undefined {
  const { process } = globalThis as Runtimes;
  const stream = process?.stderr;
  if (stream?.isTTY !== true || typeof stream.write !== "function") return undefined;
  return (line) => void stream.write?.(`${line}\n`);
}

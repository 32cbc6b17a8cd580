/**
 * What some runtimes have and others lack. Imports nothing, so that it can be part of a bundle for browsers.
 *
 * @module
 */

import type * as nodeUtil from "node:util";

interface Runtimes {
  readonly process?: {
    readonly versions?: Readonly<Record<string, string | undefined>>;
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
 * What `inspect` of Node, Deno and Bun prints of an array without its elements, such as `[ ... 5 more items, unit: 'm' ]`;
 * undefined elsewhere.
 */
export function inspectOutline(array: object, showHidden: boolean): string | undefined {
  const util = (globalThis as Runtimes).process?.getBuiltinModule?.("node:util") as Partial<typeof nodeUtil> | undefined;
  try {
    return util?.inspect?.(array, { maxArrayLength: 0, depth: 0, customInspect: false, breakLength: 1e6, showHidden });
  } catch {
    return undefined;
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

/**
 * The only place that asks for what Node has and other runtimes may not. Nothing is imported, so that a bundle for
 * browsers has nothing to stumble over.
 *
 * @module
 */

import type * as crypto from "node:crypto";
import type * as nodeUtil from "node:util";

/** One-shot hashes. */
export type NodeHash = typeof crypto.hash;

interface Node {
  readonly versions?: Readonly<Record<string, string | undefined>>;
  /** Node from 20.16, Deno, Bun, and Workers with its compatibility flag. */
  readonly getBuiltinModule?: (name: string) => unknown;
}

interface Runtimes {
  readonly process?: Node;
  readonly navigator?: { readonly userAgent?: string };
}

/** Hashes that are computed in place. */
export function nodeHash(): NodeHash | undefined {
  return ((globalThis as Runtimes).process?.getBuiltinModule?.("node:crypto") as Partial<typeof crypto> | undefined)?.hash;
}

/** Whether `fetch` is Node's, which is called undici: Workers say that they have it too. Before Node 21 nobody names itself. */
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

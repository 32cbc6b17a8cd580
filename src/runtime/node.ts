/**
 * Features of Node that other runtimes may lack. Nothing is imported, so that bundles for browsers work.
 *
 * @module
 */

import type * as crypto from "node:crypto";

/** The type of `hash` of `node:crypto`, which hashes in one call. */
export type NodeHash = typeof crypto.hash;

interface Node {
  readonly versions?: Readonly<Record<string, string | undefined>>;
  /** In Node from 20.16, Deno, Bun, and Workers with the compatibility flag. */
  readonly getBuiltinModule?: (name: string) => unknown;
}

interface Runtimes {
  readonly process?: Node;
  readonly navigator?: { readonly userAgent?: string };
}

/** Returns the synchronous `hash` of `node:crypto`, where the runtime has it. */
export function nodeHash(): NodeHash | undefined {
  return ((globalThis as Runtimes).process?.getBuiltinModule?.("node:crypto") as Partial<typeof crypto> | undefined)?.hash;
}

/**
 * Returns whether `fetch` is Node's own, undici. `process.versions` of Workers names undici too, so the user agent decides;
 * Node before 21 has none.
 */
export function hasUndici(): boolean {
  const { process, navigator } = globalThis as Runtimes;
  return !!process?.versions?.["undici"] && /^Node/.test(navigator?.userAgent ?? "Node");
}

/**
 * What some runtimes have and others lack. Imports nothing, so that it can be part of a bundle for browsers.
 *
 * @module
 */

interface Runtimes {
  readonly process?: { readonly versions?: Readonly<Record<string, string | undefined>> };
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

/** Returns whether this runtime is Bun. */
export function isBun(): boolean {
  return (globalThis as Runtimes).process?.versions?.["bun"] !== undefined;
}

/** Returns whether this runtime is Deno. */
export function isDeno(): boolean {
  return "Deno" in globalThis;
}

/** The most lineages in a cache. */
const maxLineages = 256;

/**
 * The lineages of objects that a store has recently written or read, as the objects carry them. A conditional replacement
 * of one of them needs no extra request to learn its lineage. Drops the least recently stored.
 */
export class LineageCache {
  readonly #lineages = new Map<string, string | null>();

  /** Returns null for an object that has no lineage, and undefined for one that is not cached. */
  recall(key: string, etag: string): string | null | undefined {
    return this.#lineages.get(nameOf(key, etag));
  }

  /** Caches the lineage of an object; null when it has none. Without an etag nothing is cached. */
  remember(key: string, etag: string | undefined, lineage: string | null): void {
    if (etag === undefined) return;
    const name = nameOf(key, etag);
    this.#lineages.delete(name);
    this.#lineages.set(name, lineage);
    if (this.#lineages.size > maxLineages) this.#lineages.delete(this.#lineages.keys().next().value ?? "");
  }
}

/** The separator is unambiguous, because keys have no control characters. */
function nameOf(key: string, etag: string): string {
  return `${key}\n${etag}`;
}

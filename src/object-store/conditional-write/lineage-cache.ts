const most = 256;

/**
 * The histories of the objects that a store has written or read lately, as the objects carry them, so that replacing one
 * of them needs no request to learn its predecessors. Forgets the oldest.
 */
export class Histories {
  readonly #all = new Map<string, string | null>();

  /** Undefined when it is not remembered, null when the object has none. */
  recall(key: string, etag: string): string | null | undefined {
    return this.#all.get(nameOf(key, etag));
  }

  remember(key: string, etag: string | undefined, history: string | null): void {
    if (etag === undefined) return;
    const name = nameOf(key, etag);
    this.#all.delete(name);
    this.#all.set(name, history);
    if (this.#all.size > most) this.#all.delete(this.#all.keys().next().value ?? "");
  }
}

/** Keys hold no control character. */
function nameOf(key: string, etag: string): string {
  return `${key}\n${etag}`;
}

import type { Delete, Get, List, Named, Put } from "../types.ts";
import { type CachedEntry, readEntry, writeEntry } from "./cached-entry.ts";

/** What a cache needs of the store that it keeps its entries in. */
export type CacheStore = Named & Put & Get & Delete & List;

const mostDistrusted = 10_000;

/** A read of the source that may end in the cache. */
export interface Filling {
  readonly key: string;
  readonly startedAt: number;
  /** Whether the object may have been replaced since. */
  isStale: boolean;
}

/** What is known of an entry without reading it. */
interface Known {
  readonly bytes: number;
  /** When the source last said that its object still has this etag. */
  readonly confirmed?: { readonly etag: string; readonly at: number };
}

/**
 * The entries of a cache, as many as fit: those that were used longest ago go first. A cache that fails is as good as an
 * empty one, so nothing here rejects.
 */
export class Cached {
  readonly #store: CacheStore;
  readonly #maxBytes: number;
  /** From the least to the most recently used. */
  readonly #known = new Map<string, Known>();
  #bytes = 0;
  #listed: Promise<void> | undefined;
  readonly #filling = new Map<string, Set<Filling>>();
  /** The last change of each key's entry that is under way: they happen one after another. */
  readonly #changing = new Map<string, Promise<void>>();
  /** Keys whose entries should be gone, and may not be. */
  readonly #distrusted = new Set<string>();

  constructor(store: CacheStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
  }

  async read(key: string, signal: AbortSignal | undefined): Promise<CachedEntry | undefined> {
    if (this.#isDistrusted(key)) return undefined;
    this.#listed ??= this.#list();
    await this.#listed;
    const entry = await this.#store
      .get(key, { signal })
      .then(async (opened) => readEntry(key, await opened.bytes()))
      .catch(() => undefined);
    if (entry === undefined || this.#isDistrusted(key)) return undefined;
    const { confirmed } = this.#known.get(key) ?? {};
    this.#know(key, { bytes: this.#known.get(key)?.bytes ?? entry.bytes.byteLength, ...(confirmed ? { confirmed } : {}) });
    const isConfirmed = confirmed !== undefined && confirmed.etag === entry.meta.etag;
    return isConfirmed ? { ...entry, readAt: Math.max(entry.readAt, confirmed.at) } : entry;
  }

  /** Begins a read of the source. */
  begin(key: string): Filling {
    const filling = { key, startedAt: Date.now(), isStale: false };
    const all = this.#filling.get(key) ?? new Set();
    this.#filling.set(key, all.add(filling));
    return filling;
  }

  end(filling: Filling): void {
    const all = this.#filling.get(filling.key);
    all?.delete(filling);
    if (all?.size === 0) this.#filling.delete(filling.key);
  }

  /** The source has said that its object is still the entry's. */
  confirm({ key, startedAt }: Filling, etag: string): void {
    const known = this.#known.get(key);
    if (known) this.#know(key, { bytes: known.bytes, confirmed: { etag, at: startedAt } });
  }

  /** Keeps what was read, unless the object may have been replaced since, or a later read was faster. */
  async keep(filling: Filling, entry: Omit<CachedEntry, "readAt">): Promise<void> {
    const { key, startedAt } = filling;
    const bytes = writeEntry({ ...entry, readAt: startedAt });
    await this.#change(key, async () => {
      if (filling.isStale || this.#isBroken) return;
      for (const other of this.#filling.get(key) ?? []) if (other.startedAt <= startedAt) other.isStale = other !== filling;
      // Until it is there, an earlier one may be.
      this.#distrusted.add(key);
      const isKept = await this.#store.put(key, bytes).then(
        () => true,
        () => this.#store.delete(key).then(() => false),
      );
      this.#distrusted.delete(key);
      if (isKept) this.#know(key, { bytes: bytes.byteLength });
      else this.#forget(key);
    });
    await this.#shrink();
  }

  /** Forgets the entry of an object that was replaced, and what is being read of it. */
  async drop(key: string): Promise<void> {
    for (const filling of this.#filling.get(key) ?? []) filling.isStale = true;
    await this.#remove(key);
  }

  /** When more has failed than is worth remembering, nothing is trusted any more. */
  get #isBroken(): boolean {
    return this.#distrusted.size >= mostDistrusted;
  }

  #isDistrusted(key: string): boolean {
    return this.#isBroken || this.#distrusted.has(key);
  }

  async #remove(key: string): Promise<void> {
    this.#forget(key);
    if (this.#isBroken) return;
    this.#distrusted.add(key);
    await this.#change(key, async () => {
      await this.#store.delete(key);
      this.#distrusted.delete(key);
    });
  }

  async #shrink(): Promise<void> {
    for (const [key] of this.#known) {
      if (this.#bytes <= this.#maxBytes) return;
      await this.#remove(key);
    }
  }

  /** Learns once what is there already. */
  async #list(): Promise<void> {
    try {
      for await (const { key, size } of this.#store.list()) if (!this.#known.has(key)) this.#know(key, { bytes: size });
    } catch {}
  }

  #know(key: string, known: Known): void {
    this.#forget(key);
    this.#known.set(key, known);
    this.#bytes += known.bytes;
  }

  #forget(key: string): void {
    this.#bytes -= this.#known.get(key)?.bytes ?? 0;
    this.#known.delete(key);
  }

  async #change(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#changing.get(key);
    const change = (async () => {
      await before;
      await work().catch(() => undefined);
    })();
    this.#changing.set(key, change);
    await change;
    if (this.#changing.get(key) === change) this.#changing.delete(key);
  }
}

import type { Delete, FullObjectMeta, Get, List, Named, ObjectMeta, Put } from "../types.ts";

/** What a store needs to hold the entries of a cache. */
export type CacheStore = Named & Put & Get & Delete & List;

/** Where a write-back cache keeps what is only local. These objects are no entries, and are never evicted. */
export const writeBackFolder = ".write-back/";

/** With this many suspects the cache stops serving. */
const maxSuspects = 10_000;

/** An object as it was read from the source. */
export interface CachedEntry {
  readonly meta: ObjectMeta;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970, when the source was asked for it. */
  readonly readAt: number;
}

/** A read of the source whose result may be put into the cache. */
export interface PendingRead {
  readonly key: string;
  readonly startedAt: number;
  /** Whether the object may have been replaced since this read started. */
  isStale: boolean;
}

/** What the cache knows about an entry without reading it. */
interface EntryInfo {
  readonly bytes: number;
  /** When the source last confirmed that the object still has this etag. */
  readonly confirmed?: { readonly etag: string; readonly at: number };
}

/**
 * The entries of a cache. Evicts the least recently used ones to stay within a size. Nothing here rejects: a cache that
 * fails acts like an empty one.
 */
export class CacheEntries {
  readonly #store: CacheStore;
  readonly #maxBytes: number;
  /** Ordered from the least to the most recently used. */
  readonly #info = new Map<string, EntryInfo>();
  #bytes = 0;
  #listed: Promise<void> | undefined;
  readonly #reads = new Map<string, Set<PendingRead>>();
  /** The last pending change of each key. Changes of one key run one after another. */
  readonly #changing = new Map<string, Promise<void>>();
  /** Keys whose entries should have been removed, but may still exist. They are not served. */
  readonly #suspects = new Set<string>();

  constructor(store: CacheStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
  }

  async get(key: string, signal: AbortSignal | undefined): Promise<CachedEntry | undefined> {
    if (this.#isSuspect(key)) return undefined;
    this.#listed ??= this.#list();
    await this.#listed;
    const entry = await this.#store
      .get(key, { signal })
      .then(async (opened) => readEntry(key, await opened.bytes()))
      .catch(() => undefined);
    if (entry === undefined || this.#isSuspect(key)) return undefined;
    const { confirmed } = this.#info.get(key) ?? {};
    this.#remember(key, { bytes: this.#info.get(key)?.bytes ?? entry.bytes.byteLength, ...(confirmed ? { confirmed } : {}) });
    const isConfirmed = confirmed !== undefined && confirmed.etag === entry.meta.etag;
    return isConfirmed ? { ...entry, readAt: Math.max(entry.readAt, confirmed.at) } : entry;
  }

  /** Starts a read of the source. */
  begin(key: string): PendingRead {
    const read = { key, startedAt: Date.now(), isStale: false };
    const all = this.#reads.get(key) ?? new Set();
    this.#reads.set(key, all.add(read));
    return read;
  }

  end(read: PendingRead): void {
    const all = this.#reads.get(read.key);
    all?.delete(read);
    if (all?.size === 0) this.#reads.delete(read.key);
  }

  /** Records that the source confirmed the etag of an entry. */
  confirm({ key, startedAt }: PendingRead, etag: string): void {
    const info = this.#info.get(key);
    if (info) this.#remember(key, { bytes: info.bytes, confirmed: { etag, at: startedAt } });
  }

  /** Stores what was read, unless the object may have been replaced since, or a later read was stored first. */
  async put(read: PendingRead, entry: Omit<CachedEntry, "readAt">): Promise<void> {
    const { key, startedAt } = read;
    if (key.startsWith(writeBackFolder)) return;
    const bytes = writeEntry({ ...entry, readAt: startedAt });
    await this.#change(key, async () => {
      if (read.isStale || this.#isBroken) return;
      for (const other of this.#reads.get(key) ?? []) if (other.startedAt <= startedAt) other.isStale = other !== read;
      // Until the new entry is stored, an old one may still be there.
      this.#suspects.add(key);
      const isStored = await this.#store.put(key, bytes).then(
        () => true,
        () => this.#store.delete(key).then(() => false),
      );
      this.#suspects.delete(key);
      if (isStored) this.#remember(key, { bytes: bytes.byteLength });
      else this.#forget(key);
    });
    await this.#shrink();
  }

  /** Removes the entry of an object that was replaced, and discards the pending reads of it. */
  async drop(key: string): Promise<void> {
    for (const read of this.#reads.get(key) ?? []) read.isStale = true;
    await this.#remove(key);
  }

  /** Too many removals have failed: nothing is served any more. */
  get #isBroken(): boolean {
    return this.#suspects.size >= maxSuspects;
  }

  #isSuspect(key: string): boolean {
    return this.#isBroken || this.#suspects.has(key) || key.startsWith(writeBackFolder);
  }

  async #remove(key: string): Promise<void> {
    this.#forget(key);
    if (this.#isBroken || key.startsWith(writeBackFolder)) return;
    this.#suspects.add(key);
    await this.#change(key, async () => {
      await this.#store.delete(key);
      this.#suspects.delete(key);
    });
  }

  async #shrink(): Promise<void> {
    for (const [key] of this.#info) {
      if (this.#bytes <= this.#maxBytes) return;
      await this.#remove(key);
    }
  }

  /** Finds the entries that exist already. Runs once. */
  async #list(): Promise<void> {
    try {
      for await (const { key, size } of this.#store.list())
        if (!this.#info.has(key) && !key.startsWith(writeBackFolder)) this.#remember(key, { bytes: size });
    } catch {}
  }

  #remember(key: string, info: EntryInfo): void {
    this.#forget(key);
    this.#info.set(key, info);
    this.#bytes += info.bytes;
  }

  #forget(key: string): void {
    this.#bytes -= this.#info.get(key)?.bytes ?? 0;
    this.#info.delete(key);
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

/** Encodes an entry as one object of any store: the metadata as a line of JSON, then the bytes. */
function writeEntry({ meta, bytes, readAt }: CachedEntry): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(`${JSON.stringify({ ...meta, lastModified: meta.lastModified?.getTime(), readAt })}\n`);
  const entry = new Uint8Array(header.byteLength + bytes.byteLength);
  entry.set(header);
  entry.set(bytes, header.byteLength);
  return entry;
}

/** Decodes an entry; undefined if it is damaged, belongs to another key, or is not an entry. */
function readEntry(key: string, entry: Uint8Array<ArrayBuffer>): CachedEntry | undefined {
  try {
    const end = entry.indexOf(0x0a);
    const header = JSON.parse(new TextDecoder().decode(entry.subarray(0, end))) as Header;
    const bytes = entry.slice(end + 1);
    if (end === -1 || header.key !== key || header.size !== bytes.byteLength || typeof header.readAt !== "number") return undefined;
    const { size, etag, lastModified, contentType, metadata, readAt } = header;
    const meta = { key, size, etag, lastModified: lastModified === undefined ? undefined : new Date(lastModified) };
    return { meta: metadata === undefined ? meta : ({ ...meta, contentType, metadata } as FullObjectMeta), bytes, readAt };
  } catch {
    return undefined;
  }
}

interface Header extends Omit<FullObjectMeta, "lastModified" | "metadata"> {
  readonly lastModified?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly readAt: number;
}

import { isEdgewaterError } from "../../errors.ts";
import { openedBytes } from "../body.ts";
import { resolveRange } from "../conditions.ts";
import type { FullGetOptions, FullObjectMeta, GetResult } from "../types.ts";
import { checkVerbOptions } from "../verb-options.ts";
import type { CachedEntry, CacheEntries } from "./cache-entries.ts";
import type { AnyVerbs } from "./wrap.ts";

interface Limits {
  /** The name of the store, for errors. */
  readonly store: string;
  /** Bytes of the largest object that is cached. */
  readonly maxObjectBytes: number;
  /** How long an entry is served without asking the store, in milliseconds. */
  readonly maxAgeMs: number;
  /** Returns whether an entry may be served although the store cannot be reached. Default: never. */
  readonly servesOffline?: (entry: CachedEntry) => Promise<boolean>;
}

/** Reads objects from the cache, and asks the store whether they are current. */
export class ReadThrough {
  readonly #inner: AnyVerbs;
  readonly #entries: CacheEntries;
  readonly #limits: Limits;

  constructor(inner: AnyVerbs, entries: CacheEntries, limits: Limits) {
    this.#inner = inner;
    this.#entries = entries;
    this.#limits = limits;
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkVerbOptions(this.#limits.store, "get", options);
    const { range, ifMatch, ifNoneMatch, signal } = options;
    if (ifMatch !== undefined || ifNoneMatch !== undefined || signal?.aborted) return this.#inner.get(key, options);
    const read = this.#entries.begin(key);
    try {
      const entry = await this.#entries.get(key, signal);
      if (entry && read.startedAt - entry.readAt < this.#limits.maxAgeMs) return this.#served(entry, options);
      if (entry === undefined && range) return await this.#inner.get(key, options);
      const etag = entry?.meta.etag;
      let opened: GetResult<FullObjectMeta>;
      try {
        opened = await this.#inner.get(key, etag === undefined ? { signal } : { signal, ifNoneMatch: etag });
      } catch (error) {
        if (isEdgewaterError(error, "NotModified") && entry && etag !== undefined) {
          this.#entries.confirm(read, etag);
          return this.#served(entry, options);
        }
        if (isEdgewaterError(error, "NotFound")) await this.#entries.drop(key);
        if (isEdgewaterError(error, "Unavailable") && entry && (await this.#limits.servesOffline?.(entry)))
          return this.#served(entry, options);
        throw error;
      }
      const { meta } = opened;
      if (meta.size > this.#limits.maxObjectBytes) {
        if (entry) await this.#entries.drop(key);
        if (range === undefined) return opened;
        await opened.stream().cancel();
        return await this.#inner.get(key, options);
      }
      const bytes = await opened.bytes();
      await this.#entries.put(read, { meta, bytes });
      return this.#served({ meta, bytes }, options);
    } finally {
      this.#entries.end(read);
    }
  }

  #served({ meta, bytes }: Omit<CachedEntry, "readAt">, { range }: FullGetOptions): GetResult<FullObjectMeta> {
    const { start, end } = resolveRange(range, meta.size, { store: this.#limits.store, key: meta.key });
    return openedBytes(meta as FullObjectMeta, bytes.slice(start, end));
  }
}

import { isEdgewaterError } from "../../errors.ts";
import { openedBytes } from "../body.ts";
import { resolveRange } from "../conditions.ts";
import type { FullGetOptions, FullObjectMeta, Get, GetResult, Named } from "../types.ts";
import { Cached, type CacheStore } from "./cached.ts";
import type { CachedEntry } from "./cached-entry.ts";
import { type AnyVerbs, type Wrapped, wrap } from "./wrapped.ts";

export interface CacheOptions {
  /** Bytes of the largest object that is kept: 1 MiB unless given. It is held in memory while it is read. */
  readonly maxObjectBytes?: number;
  /** Bytes that all entries take at most: 64 MiB unless given. What was used longest ago goes first. */
  readonly maxBytes?: number;
}

export interface AgingCacheOptions extends CacheOptions {
  /** Milliseconds for which an object is served without asking the store whether it is still the same. */
  readonly maxAgeMs: number;
}

/** A store that may show what others have written some time later. */
export type Aging<Store> = Omit<Wrapped<Store>, "consistency"> & { readonly consistency: "eventual" };

/**
 * A store whose objects are read through a second one, which is nearer: IndexedDB before S3, memory before a folder.
 *
 * Every `get` asks the store whether the object is still the one that is kept, with `ifNoneMatch`, and reads its bytes
 * only when it is not: what is served is never older than the question. Where an etag names the bytes alone, as on S3 and
 * R2, attributes that someone else has changed without the bytes stay as they were read. A store without conditional reads, or without
 * etags, gives the bytes every time; for it the cache is of no use without `maxAgeMs`.
 *
 * With `maxAgeMs` the store is asked only when what is kept is older than that. Then a write of someone else is seen that
 * much later, and the type says so.
 *
 * Writes, copies and deletes go to the store, and what is kept of the object is forgotten before they resolve. `head`,
 * `list` and conditional reads go to the store; a range is cut from what is kept, or read from the store. A cache that
 * fails is as good as an empty one.
 *
 * @param cache holds the entries, in a form of its own, under the keys of their objects; nothing else may lie there
 *
 * @example
 * ```ts
 * import { withCache, withPrefix } from "edgewater/with";
 *
 * const store = withCache(new S3Store({ bucket, region, credentials }), withPrefix(new IndexedDBStore("cache"), bucket));
 * ```
 */
export function withCache<Store extends Named & Get>(store: Store, cache: CacheStore, options: AgingCacheOptions): Aging<Store>;
export function withCache<Store extends Named & Get>(store: Store, cache: CacheStore, options?: CacheOptions): Wrapped<Store>;
export function withCache<Store extends Named & Get>(
  store: Store,
  cache: CacheStore,
  { maxObjectBytes = 2 ** 20, maxBytes = 2 ** 26, maxAgeMs }: CacheOptions & Partial<AgingCacheOptions> = {},
): Wrapped<Store> {
  const cached = new Cached(cache, maxBytes);
  const made = wrap(store, (inner) => ({
    get: (key, options) => new ReadThrough(inner, cached, { store: store.name, maxObjectBytes, maxAgeMs: maxAgeMs ?? 0 }).get(key, options),
    put: (key, body, options) => inner.put(key, body, options).finally(() => cached.drop(key)),
    copy: (from, to, options) => inner.copy(from, to, options).finally(() => cached.drop(to)),
    delete: (keys, options) => inner.delete(keys, options).finally(() => Promise.all([keys].flat().map((key) => cached.drop(key)))),
  }));
  return maxAgeMs === undefined ? made : { ...made, consistency: "eventual" };
}

interface Limits {
  readonly store: string;
  readonly maxObjectBytes: number;
  readonly maxAgeMs: number;
}

class ReadThrough {
  readonly #inner: AnyVerbs;
  readonly #cached: Cached;
  readonly #limits: Limits;

  constructor(inner: AnyVerbs, cached: Cached, limits: Limits) {
    this.#inner = inner;
    this.#cached = cached;
    this.#limits = limits;
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    const { range, ifMatch, ifNoneMatch, signal } = options;
    if (ifMatch !== undefined || ifNoneMatch !== undefined || signal?.aborted) return this.#inner.get(key, options);
    const filling = this.#cached.begin(key);
    try {
      const entry = await this.#cached.read(key, signal);
      if (entry && filling.startedAt - entry.readAt < this.#limits.maxAgeMs) return this.#served(entry, options);
      if (entry === undefined && range) return await this.#inner.get(key, options);
      const etag = entry?.meta.etag;
      let opened: GetResult<FullObjectMeta>;
      try {
        opened = await this.#inner.get(key, etag === undefined ? { signal } : { signal, ifNoneMatch: etag });
      } catch (error) {
        if (isEdgewaterError(error, "NotModified") && entry && etag !== undefined) {
          this.#cached.confirm(filling, etag);
          return this.#served(entry, options);
        }
        if (isEdgewaterError(error, "NotFound")) await this.#cached.drop(key);
        throw error;
      }
      const { meta } = opened;
      if (meta.size > this.#limits.maxObjectBytes) {
        if (entry) await this.#cached.drop(key);
        if (range === undefined) return opened;
        await opened.stream().cancel();
        return await this.#inner.get(key, options);
      }
      const bytes = await opened.bytes();
      await this.#cached.keep(filling, { meta, bytes });
      return this.#served({ meta, bytes }, options);
    } finally {
      this.#cached.end(filling);
    }
  }

  #served({ meta, bytes }: Omit<CachedEntry, "readAt">, { range }: FullGetOptions): GetResult<FullObjectMeta> {
    const { start, end } = resolveRange(range, meta.size, { store: this.#limits.store, key: meta.key });
    return openedBytes(meta as FullObjectMeta, bytes.slice(start, end));
  }
}

import { isEdgewaterError } from "../../errors.ts";
import { anyValue, checkNumber, checkOptions, checkValue, type OptionKinds, required, withMethods } from "../../options.ts";
import { openedBytes } from "../body.ts";
import { resolveRange } from "../conditions.ts";
import type { FullGetOptions, FullObjectMeta, Get, GetResult, Named } from "../types.ts";
import { checkVerbOptions } from "../verb-options.ts";
import { type CachedEntry, CacheEntries, type CacheStore } from "./cache-entries.ts";
import { type AnyVerbs, checkStore, type Wrapped, wrap } from "./wrap.ts";

/** Options of {@link withCache}. */
export interface CacheOptions {
  /** Bytes of the largest object that is cached; it is held in memory while it is read. Default: 1 MiB. */
  readonly maxObjectBytes?: number;
  /** Largest size of all entries together, in bytes; the least recently used are evicted. Default: 64 MiB. */
  readonly maxBytes?: number;
}

/** Options of a cache that serves entries for a time without asking the store. */
export interface AgingCacheOptions extends CacheOptions {
  /** How long an entry is served without asking the store whether it is current, in milliseconds. */
  readonly maxAgeMs: number;
}

const kinds: OptionKinds<AgingCacheOptions> = { maxObjectBytes: anyValue, maxBytes: anyValue, maxAgeMs: anyValue };

/** A store that may return an older version of an object for some time after another writer replaced it. */
export type Aging<Store> = Omit<Wrapped<Store>, "consistency"> & { readonly consistency: "eventual" };

/**
 * Caches the objects of a store in a second, faster one: IndexedDB before S3, memory before a folder.
 *
 * Every `get` asks the store with `ifNoneMatch` whether the cached object is current, and reads the bytes only if it is
 * not. So it never returns an object that was replaced before the call. On S3 and R2 an etag identifies the bytes only:
 * if another writer changes just the attributes, the cached ones are returned. A store without conditional reads or
 * without etags returns the bytes every time, so it needs `maxAgeMs` to benefit.
 *
 * With `maxAgeMs`, the store is asked only if the entry is older. A write of another writer may then become visible that
 * much later; the type of the result says so (`consistency: "eventual"`).
 *
 * Writes, copies and deletes go to the store and remove the entry before they resolve. `head`, `list` and conditional
 * reads go to the store. A range is taken from a cached object or read from the store. A cache that fails acts like an
 * empty one.
 *
 * @param cache holds the entries under the keys of their objects; nothing else may be stored in it
 * @throws `SettingsError` for a wrong option
 *
 * @example
 * ```ts
 * import { withCache, withPrefix } from "edgewater/with";
 *
 * const store = withCache(new S3Store({ bucket, region, credentials }), withPrefix(new IndexedDBStore("cache"), bucket));
 * ```
 */
export function withCache<Store extends Named & Get>(store: Store, cache: CacheStore, options: AgingCacheOptions): Aging<Store>;
/** As above, without `maxAgeMs`: the store is asked for every read. */
export function withCache<Store extends Named & Get>(store: Store, cache: CacheStore, options?: CacheOptions): Wrapped<Store>;
export function withCache<Store extends Named & Get>(
  store: Store,
  cache: CacheStore,
  options: CacheOptions & Partial<AgingCacheOptions> = {},
): Wrapped<Store> {
  checkStore("withCache", store);
  checkValue("withCache", "cache", cache, required(withMethods("a store", "put", "get", "delete", "list")));
  checkOptions("withCache", options, kinds);
  const { maxObjectBytes = 2 ** 20, maxBytes = 2 ** 26, maxAgeMs } = options;
  const owner = `withCache(${store.name})`;
  checkNumber(owner, "maxObjectBytes", maxObjectBytes, { least: 0, infinite: true, unit: "bytes" });
  checkNumber(owner, "maxBytes", maxBytes, { least: 0, infinite: true, unit: "bytes" });
  checkNumber(owner, "maxAgeMs", maxAgeMs, { least: 0, infinite: true, fractions: true, unit: "milliseconds" });
  const entries = new CacheEntries(cache, maxBytes);
  const wrapped = wrap(store, (inner) => ({
    get: (key, options) =>
      new ReadThrough(inner, entries, { store: store.name, maxObjectBytes, maxAgeMs: maxAgeMs ?? 0 }).get(key, options),
    put: (key, body, options) => inner.put(key, body, options).finally(() => entries.drop(key)),
    copy: (from, to, options) => inner.copy(from, to, options).finally(() => entries.drop(to)),
    delete: (keys, options) => inner.delete(keys, options).finally(() => Promise.all([keys].flat().map((key) => entries.drop(key)))),
  }));
  return maxAgeMs === undefined ? wrapped : { ...wrapped, consistency: "eventual" };
}

interface Limits {
  readonly store: string;
  readonly maxObjectBytes: number;
  readonly maxAgeMs: number;
}

class ReadThrough {
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

import { EdgewaterError } from "../../errors.ts";
import {
  anyValue,
  checkNumber,
  checkOptions,
  checkValue,
  type OptionKind,
  type OptionKinds,
  oneOf,
  required,
  withMethods,
} from "../../options.ts";
import type { Get, Named } from "../types.ts";
import { CacheEntries, type CacheStore } from "./cache-entries.ts";
import { ReadThrough } from "./read-through.ts";
import { checkStore, type Wrapped, wrap } from "./wrap.ts";
import { writeBack } from "./write-back/store.ts";
import type { FarStore, NearStore, WriteBackStore } from "./write-back/types.ts";

/** Options of {@link withCache}. */
export interface CacheOptions {
  /** Writes to the store, and removes the cached object. The default; for the other mode see {@link WriteBackOptions}. */
  readonly mode?: "write-through";
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

/** Options of a cache that is written before the store. */
export interface WriteBackOptions extends Omit<CacheOptions, "mode"> {
  /** Writes to the cache, and uploads in the background. */
  readonly mode: "write-back";
}

interface AnyOptions extends Omit<CacheOptions, "mode">, Partial<Omit<AgingCacheOptions, "mode">> {
  readonly mode?: "write-through" | "write-back";
}

const kinds: OptionKinds<AnyOptions> = {
  mode: oneOf("write-through", "write-back"),
  maxObjectBytes: anyValue,
  maxBytes: anyValue,
  maxAgeMs: anyValue,
};
const writeBackKinds: OptionKinds<WriteBackOptions> = { mode: anyValue, maxObjectBytes: anyValue, maxBytes: anyValue };

const aCache: OptionKind = required(withMethods("a store", "put", "get", "delete", "list"));
const aFullStore: OptionKind = required(withMethods("a store", "put", "get", "head", "delete", "list"));

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
 * @throws `SettingsError` for a wrong option, and for a cache that is the store itself
 *
 * @example
 * ```ts
 * import { withCache, withPrefix } from "edgewater/with";
 *
 * const store = withCache(new S3Store({ bucket, region, credentials }), withPrefix(new IndexedDBStore("cache"), bucket));
 * ```
 */
export function withCache<Store extends Named & Get>(store: Store, cache: CacheStore, options: AgingCacheOptions): Aging<Store>;
/**
 * Writes to a near store first, and uploads to the far one in the background and by `flush`: for work that goes on without a
 * connection.
 *
 * - A `put` or `delete` resolves when the near store has it, and survives what its near store survives. `pending` lists what is not
 *   uploaded yet. Evicting never touches it.
 * - An upload replaces only the object that was last seen here. If another writer has changed it, the write stays pending with the
 *   error `Conflict`, and `resolve` decides. A new write of a key that was never seen replaces what is there, if it is uploaded at
 *   once; if it had to wait, it is a conflict.
 * - What is only local is read from the near store. For the rest, the far store is asked whether the cached object is current; when
 *   it cannot be reached, cached objects are served. Lists join both, and need the far store.
 * - Tabs with the same near store share all of this; where there are Web Locks, one of them uploads at a time.
 * - There are no conditions and no etags: these belong to the far store.
 *
 * @param store needs conditions, attributes and etags, such as S3 or R2; it is tested once for conditions, like `requireConditions`
 * @param cache needs conditions and an etag for every write, such as IndexedDB or OPFS; nothing else may be stored in it
 * @throws `SettingsError` for a wrong option, and for stores that lack what is needed or are the same
 *
 * @example
 * ```ts
 * import { withCache } from "edgewater/with";
 *
 * const store = withCache(new S3Store({ bucket, region, credentials }), new IndexedDBStore("values"), { mode: "write-back" });
 * await store.put("v1/greeting.txt", "hello"); // without a connection, too
 * (await store.pending()).map(({ key }) => key); // ["v1/greeting.txt"], until it is uploaded
 * await store.flush();
 * ```
 */
export function withCache(store: FarStore, cache: NearStore, options: WriteBackOptions): WriteBackStore;
/** As the first, without `maxAgeMs`: the store is asked for every read. */
export function withCache<Store extends Named & Get>(store: Store, cache: CacheStore, options?: CacheOptions): Wrapped<Store>;
export function withCache<Store extends Named & Get>(
  store: Store,
  cache: CacheStore,
  options: AnyOptions = {},
): Wrapped<Store> | WriteBackStore {
  const isWriteBack = options?.mode === "write-back";
  checkStore("withCache", store);
  checkValue("withCache", "store", store, isWriteBack ? aFullStore : required(anyValue));
  checkValue("withCache", "cache", cache, isWriteBack ? aFullStore : aCache);
  checkOptions("withCache", options, isWriteBack ? writeBackKinds : kinds);
  const { maxObjectBytes = 2 ** 20, maxBytes = 2 ** 26, maxAgeMs } = options;
  const owner = `withCache(${store.name})`;
  checkNumber(owner, "maxObjectBytes", maxObjectBytes, { least: 0, infinite: true, unit: "bytes" });
  checkNumber(owner, "maxBytes", maxBytes, { least: 0, infinite: true, unit: "bytes" });
  checkNumber(owner, "maxAgeMs", maxAgeMs, { least: 0, infinite: true, fractions: true, unit: "milliseconds" });
  checkOther(owner, store, cache);
  if (isWriteBack) {
    checkTiers(owner, store as unknown as FarStore, cache as NearStore);
    return writeBack(store as unknown as FarStore, cache as NearStore, { maxObjectBytes, maxBytes });
  }
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

/** Refuses a cache that is the store. Stores of one process have no names of their own, so they are compared by identity. */
function checkOther(owner: string, store: Named, cache: Named): void {
  const isSame = (store as object) === cache || (store.name === cache.name && store.reach === cache.reach && store.reach !== "process");
  if (!isSame) return;
  const message = `Invalid cache of ${owner}: it is the store itself; expected another store, such as new IndexedDBStore("cache")`;
  throw new EdgewaterError("SettingsError", message, { field: "cache", store: store.name });
}

/** Refuses stores that cannot be the two tiers of a write-back cache. */
function checkTiers(owner: string, far: FarStore, near: NearStore): void {
  if (far.etags === undefined || far.consistency !== undefined) {
    const message = `Invalid store of ${owner}: ${far.name} has no reliable conditional writes, so an upload could replace the work of another writer; use a store such as S3 or R2`;
    throw new EdgewaterError("SettingsError", message, { field: "store", store: far.name });
  }
  if (near.etags === "write" && near.consistency === undefined) return;
  const message = `Invalid cache of ${owner}: ${near.name} does not give every write an etag of its own, which mode "write-back" needs; use a store such as new IndexedDBStore("values")`;
  throw new EdgewaterError("SettingsError", message, { field: "cache", store: near.name });
}

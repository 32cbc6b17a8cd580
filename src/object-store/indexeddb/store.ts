import { compareUtf8 } from "../../encoding/utf8.ts";
import { aName, checkOptions, checkValue, type OptionKinds, oneOf, required } from "../../options.ts";
import { checkBody, sizeOf } from "../body.ts";
import { withinQuota } from "../browser/quota.ts";
import { type Call, notFound, perform } from "../call.ts";
import { checkAttributes } from "../conditions.ts";
import { checkLimit } from "../page.ts";
import { checkKey, checkKeys, checkPrefix } from "../path.ts";
import type {
  CommonPrefix,
  ConditionalCopyOptions,
  DeleteOptions,
  DelimitedListOptions,
  FullGetOptions,
  FullObjectMeta,
  FullObjectStore,
  FullPutOptions,
  GetResult,
  HeadOptions,
  ObjectMeta,
  PagedListOptions,
  PutResult,
  StreamBody,
} from "../types.ts";
import { checkVerbOptions } from "../verb-options.ts";
import { Connection, classify, resultOf } from "./connection.ts";
import { open } from "./read.ts";
import { chunkBytes, databaseKey, endOf, fullMetaOf, keysBelow, metaOf, type StoredRecord } from "./record.ts";
import { Writer } from "./write.ts";

/** Options of an {@link IndexedDBStore}. */
export interface IndexedDBStoreOptions {
  /**
   * What a write that has resolved survives. `relaxed` (the default): a crash of the tab and of the browser. `strict`: a
   * power loss as well, because it is synced to the disk. Slower.
   */
  readonly durability?: "relaxed" | "strict";
}

const kinds: OptionKinds<IndexedDBStoreOptions> = { durability: oneOf("relaxed", "strict") };

/** Records that a list reads at once. */
const pageSize = 500;

/**
 * A store that keeps objects in an IndexedDB database. Metadata and bytes of an object are written in one transaction, so
 * a reader sees the old object or the new one. Conditions are checked in the same transaction, so they hold across all
 * tabs and workers of the origin.
 *
 * Writes that are issued in one tick, or while others run, share a transaction: start many at once to write several times
 * as fast. A write that fails does not affect the others. Large objects are stored in chunks, so ranges and streams do
 * not load the whole object. Bodies above 16 MiB are read on demand; if the object is replaced meanwhile, the read fails
 * with `Unavailable`.
 *
 * If the browser drops the connection, it is opened again once. The browser may evict the origin's data when the disk is
 * full, unless `persist` of `edgewater` was granted.
 *
 * @example
 * ```ts
 * import { IndexedDBStore } from "edgewater/indexeddb";
 *
 * const store = new IndexedDBStore("quakes");
 * const { etag } = await store.put("v1/greeting.txt", "hello", { mode: "create", contentType: "text/plain" });
 * ```
 */
export class IndexedDBStore implements FullObjectStore {
  /** Every write gives the object another etag. */
  readonly etags = "write";
  readonly name: string;
  readonly reach = "machine";
  readonly #connection: Connection;
  readonly #writer: Writer;

  /**
   * Creates a store over a database.
   *
   * @param database the name of the database; the first call creates it
   */
  constructor(database: string, options: IndexedDBStoreOptions = {}) {
    checkValue("IndexedDBStore", "database", database, required(aName));
    checkOptions("IndexedDBStore", options, kinds);
    const { durability = "relaxed" } = options;
    this.name = `IndexedDBStore(${database})`;
    this.#connection = new Connection(this.name, database, durability);
    this.#writer = new Writer(this.#connection, `edgewater/indexeddb/${database}`);
  }

  async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "put", options);
    checkKey(this.name, key);
    checkBody(body, { store: this.name, key });
    const { mode = "overwrite", signal } = options;
    const attributes = checkAttributes(options, { store: this.name, key });
    const call = this.#call("write", key, signal);
    let received = 0;
    const count = (bytes: number): void => {
      received += bytes;
    };
    const write = (): Promise<string> => this.#writer.put({ body, mode, attributes, count }, call);
    return { etag: await perform(call, () => withinQuota(call, () => sizeOf(body) ?? received, write), classify) };
  }

  async get(key: string, options: FullGetOptions = {}): Promise<GetResult<FullObjectMeta>> {
    checkVerbOptions(this.name, "get", options);
    checkKey(this.name, key);
    const call = this.#call("read", key, options.signal);
    const found = await perform(call, () => open(this.#connection, call, options), classify);
    if (found === undefined) throw notFound(this.name, key);
    return found;
  }

  async head(key: string, options: HeadOptions = {}): Promise<FullObjectMeta> {
    checkVerbOptions(this.name, "head", options);
    const { signal } = options;
    checkKey(this.name, key);
    const find = (): Promise<StoredRecord | undefined> => this.#connection.value(databaseKey(key));
    const record = await perform(this.#call("read", key, signal), find, classify);
    if (record === undefined) throw notFound(this.name, key);
    return fullMetaOf(record);
  }

  async delete(keys: string | readonly string[], options: DeleteOptions = {}): Promise<void> {
    checkVerbOptions(this.name, "delete", options);
    const { signal } = options;
    const all = checkKeys(this.name, keys);
    const calls = all.map((key) => this.#call("delete", key, signal));
    await perform(this.#call("delete", all.join(", "), signal), () => this.#writer.delete(calls), classify);
  }

  list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta | CommonPrefix, void, void>;
  async *list(prefix = "", options: PagedListOptions | DelimitedListOptions = {}): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    checkVerbOptions(this.name, "list", options);
    const { delimiter, startAfter, limit, signal } = options;
    const start = checkPrefix(this.name, prefix);
    let rest = checkLimit(limit);
    let after = startAfter === undefined ? undefined : databaseKey(startAfter);
    while (rest > 0) {
      const count = Math.min(rest, pageSize);
      const page = await perform(this.#call("list", prefix, signal), () => this.#page(start, after, count), classify);
      for (const record of page) {
        const end = delimiter === undefined ? -1 : record.key.indexOf(delimiter, start.length);
        const entry = end === -1 ? record.key : record.key.slice(0, end + 1);
        const key = databaseKey(record.key);
        // Below a prefix that was listed already or that `startAfter` is in.
        if (after && indexedDB.cmp(key, after) <= 0) continue;
        after = end === -1 ? key : endOf(entry);
        if (startAfter !== undefined && compareUtf8(entry, startAfter) <= 0) continue;
        yield end === -1 ? metaOf(record) : { prefix: entry };
        if (--rest === 0) return;
      }
      if (page.length < count) return;
    }
  }

  /** Copies through this tab; a large object as a stream. */
  async copy(from: string, to: string, options: ConditionalCopyOptions = {}): Promise<PutResult> {
    checkVerbOptions(this.name, "copy", options);
    const { mode = "overwrite", signal } = options;
    checkKey(this.name, to);
    const object = await this.get(from, { signal });
    const { size, contentType, metadata } = object.meta;
    const body = size <= chunkBytes ? await object.bytes() : object.stream();
    return this.put(to, body, { mode, contentType, metadata, signal });
  }

  /** Closes the connection; the next call opens it again. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Closes the store, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #page(start: string, after: Uint8Array<ArrayBuffer> | undefined, count: number): Promise<StoredRecord[]> {
    return this.#connection.transact("readonly", async ({ meta }) => {
      const range = keysBelow(start, after);
      return range === undefined ? [] : resultOf<StoredRecord[]>(meta.getAll(range, count));
    });
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    return { store: this.name, verb, key, signal };
  }
}

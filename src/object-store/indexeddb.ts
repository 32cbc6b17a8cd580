/**
 * `edgewater/indexeddb`: objects in the browser's IndexedDB, in windows and workers.
 *
 * @module
 */
import { get as getValue, promisifyRequest, type UseStore } from "idb-keyval";
import { EdgewaterError } from "../errors.ts";
import { bytesOf, openedBytes } from "./body.ts";
import { type Call, type Classify, notFound, perform } from "./call.ts";
import { checkKey, checkPrefix } from "./path.ts";
import type {
  Body,
  DeleteOptions,
  GetOptions,
  GetResult,
  HeadOptions,
  ListOptions,
  ObjectMeta,
  ObjectStore,
  PutOptions,
  PutResult,
} from "./types.ts";

const pageSize = 1000;

/**
 * Objects in an IndexedDB database of their own. An object's bytes and what is known of them are written in one
 * transaction, so that a reader sees the old object or the new one.
 *
 * Two object stores of one key each: `body` holds the bytes, `meta` the size, etag and time. Their keys are the UTF-8
 * bytes of the object's key, because IndexedDB orders strings by UTF-16.
 *
 * @example
 * ```ts
 * import { IndexedDBStore } from "edgewater/indexeddb";
 *
 * const store = new IndexedDBStore("quakes");
 * ```
 */
export class IndexedDBStore implements ObjectStore {
  readonly name: string;
  readonly #database: string;
  #opened: Promise<IDBDatabase> | undefined;

  /** @param database name of the database; made by the first call */
  constructor(database: string) {
    this.name = `IndexedDBStore(${database})`;
    this.#database = database;
  }

  async put(key: string, body: Body, { signal }: PutOptions = {}): Promise<PutResult> {
    checkKey(this.name, key);
    const bytes = bytesOf(body);
    const etag = `"${crypto.randomUUID()}"`;
    const meta: ObjectMeta = { key, size: bytes.byteLength, etag, lastModified: new Date() };
    await this.#transact(this.#call("write", key, signal), "readwrite", (bodies) => {
      bodies.put(bytes, databaseKey(key));
      bodies.transaction.objectStore("meta").put(meta, databaseKey(key));
      return promisifyRequest(bodies.transaction);
    });
    return { etag };
  }

  async get(key: string, { signal }: GetOptions = {}): Promise<GetResult> {
    checkKey(this.name, key);
    const [meta, bytes] = await this.#transact(this.#call("read", key, signal), "readonly", (bodies) => {
      const found = promisifyRequest<ObjectMeta | undefined>(bodies.transaction.objectStore("meta").get(databaseKey(key)));
      return Promise.all([found, promisifyRequest<Uint8Array<ArrayBuffer> | undefined>(bodies.get(databaseKey(key)))]);
    });
    if (meta === undefined || bytes === undefined) throw notFound(this.name, key);
    return openedBytes(meta, bytes);
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<ObjectMeta> {
    checkKey(this.name, key);
    const meta = await perform(this.#call("read", key, signal), () => getValue<ObjectMeta>(databaseKey(key), this.#use("meta")), classify);
    if (meta === undefined) throw notFound(this.name, key);
    return meta;
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : keys;
    for (const key of all) checkKey(this.name, key);
    await this.#transact(this.#call("delete", all.join(", "), signal), "readwrite", (bodies) => {
      for (const key of all) {
        bodies.delete(databaseKey(key));
        bodies.transaction.objectStore("meta").delete(databaseKey(key));
      }
      return promisifyRequest(bodies.transaction);
    });
  }

  async *list(prefix = "", { signal }: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    const start = checkPrefix(this.name, prefix);
    let after: string | undefined;
    while (true) {
      const page = await this.#transact(this.#call("list", prefix, signal), "readonly", (bodies) =>
        promisifyRequest<ObjectMeta[]>(bodies.transaction.objectStore("meta").getAll(rangeOf(start, after), pageSize)),
      );
      yield* page;
      after = page.at(-1)?.key;
      if (page.length < pageSize) return;
    }
  }

  /** Closes the connection; the next call opens it again. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    (await opened?.catch(() => undefined))?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A `UseStore` is any function that hands out an object store in a transaction; ours spans both object stores. */
  #use(objectStore: "body" | "meta"): UseStore {
    return async (mode, callback) => {
      const database = await this.#open();
      return callback(database.transaction(["body", "meta"], mode).objectStore(objectStore));
    };
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= this.#connect().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #connect(): Promise<IDBDatabase> {
    if (!globalThis.indexedDB)
      throw new EdgewaterError("NotSupported", `${this.name} needs IndexedDB, which this runtime lacks`, { store: this.name });
    const request = indexedDB.open(this.#database, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("body");
      request.result.createObjectStore("meta");
    };
    const database = await promisifyRequest(request);
    const forget = (): void => {
      this.#opened = undefined;
    };
    database.onclose = forget;
    // Another tab wants to change or delete the database: do not stand in its way.
    database.onversionchange = () => {
      forget();
      database.close();
    };
    return database;
  }

  #transact<Value>(call: Call, mode: IDBTransactionMode, work: (bodies: IDBObjectStore) => Promise<Value>): Promise<Value> {
    return perform(call, () => this.#use("body")(mode, work), classify);
  }

  #call(verb: Call["verb"], key: string, signal: AbortSignal | undefined): Call {
    return { store: this.name, verb, key, signal };
  }
}

const classify: Classify = (cause) =>
  (cause as { name?: string } | null)?.name === "QuotaExceededError"
    ? { code: "QuotaExceeded", reason: "the origin's quota is full" }
    : undefined;

function databaseKey(key: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(key);
}

/** The keys that start with `prefix`: up to the same bytes with 0xff behind, which UTF-8 never has. */
function rangeOf(prefix: string, after: string | undefined): IDBKeyRange {
  const end = new Uint8Array([...databaseKey(prefix), 0xff]);
  return IDBKeyRange.bound(databaseKey(after ?? prefix), end, after !== undefined, true);
}

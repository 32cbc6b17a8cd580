import { get, promisifyRequest, type UseStore } from "idb-keyval";
import { EdgewaterError } from "../../errors.ts";
import type { Classify } from "../call.ts";

/** The object stores of a transaction. */
export interface Stores {
  /** A record for each object, under the UTF-8 bytes of its key. */
  readonly meta: IDBObjectStore;
  /** The bytes of large objects, under `[etag, number of the chunk]`. */
  readonly body: IDBObjectStore;
  /** The etags of large objects that are being written. */
  readonly uploads: IDBObjectStore;
  readonly transaction: IDBTransaction;
}

/** Work inside one transaction: awaits the transaction's own requests and nothing else. */
export type Work<Value> = (stores: Stores, isRepeated: boolean) => Promise<Value>;

/** Awaits a request. */
export const answer: typeof promisifyRequest = promisifyRequest;

/** Awaits the end of a transaction. What it failed of may be known of the request alone that it failed at. */
export function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    let cause: unknown = null;
    transaction.onerror = ({ target }) => {
      cause ??= (target as IDBRequest).error;
    };
    transaction.onabort = () => reject(transaction.error ?? cause);
    transaction.oncomplete = () => resolve();
  });
}

/** The connection to a database. It is opened by the first call, and again when the browser has dropped it. */
export class Connection {
  readonly #store: string;
  readonly #database: string;
  readonly #durability: IDBTransactionDurability;
  #opened: Promise<IDBDatabase> | undefined;

  constructor(store: string, database: string, durability: IDBTransactionDurability) {
    this.#store = store;
    this.#database = database;
    this.#durability = durability;
  }

  /** One value of `meta`. */
  value<Value>(key: Uint8Array<ArrayBuffer>): Promise<Value | undefined> {
    const use: UseStore = (mode, callback) => this.transact(mode, async ({ meta }) => callback(meta));
    return get<Value>(key, use);
  }

  /**
   * Does the work in a transaction. On a dead connection it is done once more on a new one, and is told if it had begun:
   * what it wrote may be there already.
   */
  async transact<Value>(mode: IDBTransactionMode, work: Work<Value>): Promise<Value> {
    let hasBegun = false;
    const once = async (opened: Promise<IDBDatabase>): Promise<Value> => {
      const transaction = (await opened).transaction(["meta", "body", "uploads"], mode, { durability: this.#durability });
      const isRepeated = hasBegun;
      hasBegun = true;
      const [meta, body, uploads] = ["meta", "body", "uploads"].map((name) => transaction.objectStore(name));
      return work({ meta, body, uploads, transaction } as Stores, isRepeated);
    };
    const opened = this.#open();
    try {
      return await once(opened);
    } catch (cause) {
      if (!isDead(cause)) throw cause;
      await this.#drop(opened);
      return once(this.#open());
    }
  }

  async close(): Promise<void> {
    if (this.#opened) await this.#drop(this.#opened);
  }

  #open(): Promise<IDBDatabase> {
    if (this.#opened) return this.#opened;
    const opened = this.#connect();
    this.#opened = opened;
    opened.then(
      (database) => {
        database.onclose = () => void this.#drop(opened);
        // Another tab wants to change or delete the database: do not stand in its way.
        database.onversionchange = () => void this.#drop(opened);
      },
      () => this.#drop(opened),
    );
    return opened;
  }

  async #drop(opened: Promise<IDBDatabase>): Promise<void> {
    if (this.#opened === opened) this.#opened = undefined;
    (await opened.catch(() => undefined))?.close();
  }

  async #connect(): Promise<IDBDatabase> {
    if (!globalThis.indexedDB) {
      throw new EdgewaterError("NotSupported", `${this.#store} needs IndexedDB, which this runtime lacks`, { store: this.#store });
    }
    const request = indexedDB.open(this.#database, 1);
    request.onupgradeneeded = () => {
      for (const name of ["body", "uploads"]) request.result.createObjectStore(name);
      request.result.createObjectStore("meta").createIndex("large", "large");
    };
    return promisifyRequest(request);
  }
}

/** As a connection fails that is closed or closing, one that Safari has lost, and a transaction that was cut off with it. */
export function isDead(cause: unknown): boolean {
  // A transaction that the browser has cut off may have no error at all.
  return cause === null || ["InvalidStateError", "UnknownError", "AbortError"].includes((cause as { name?: string }).name ?? "");
}

export const classify: Classify = (cause) => {
  switch ((cause as { name?: string } | null)?.name) {
    case "SecurityError":
      return { code: "PermissionDenied", reason: "the browser's settings forbid it" };
    case "VersionError":
      return { code: "NotSupported", reason: "a newer version of this library has made the database" };
    default:
      return cause === null ? { code: "Unavailable", reason: "the browser ended the transaction" } : undefined;
  }
};

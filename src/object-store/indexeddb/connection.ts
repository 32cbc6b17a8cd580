// idb-keyval serves the object store: it reads a key in a transaction that a `UseStore` provides. The package `idb` serves
// Storage, which needs indexes, cursors and versioned upgrades.
import { get, promisifyRequest, type UseStore } from "idb-keyval";
import { EdgewaterError } from "../../errors.ts";
import type { Classify } from "../call.ts";

/** The IndexedDB object stores of a transaction. */
export interface Stores {
  /** One record per object, under the UTF-8 bytes of its key. */
  readonly meta: IDBObjectStore;
  /** The bytes of large objects, under `[etag, chunk number]`. */
  readonly body: IDBObjectStore;
  /** The keys of large objects that are being written, under their etags. */
  readonly uploads: IDBObjectStore;
  readonly transaction: IDBTransaction;
}

/** Work inside one transaction. It may await only requests of this transaction. */
export type Work<Value> = (stores: Stores, isRepeated: boolean) => Promise<Value>;

/** Resolves with the result of a request. */
export const resultOf: typeof promisifyRequest = promisifyRequest;

/** Resolves when a transaction is committed. Rejects with its error, or that of the request that made it fail. */
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

/** The connection to a database. The first call opens it, and a later call opens it again if the browser dropped it. */
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

  /** Reads one value of `meta`. */
  value<Value>(key: Uint8Array<ArrayBuffer>): Promise<Value | undefined> {
    const use: UseStore = (mode, callback) => this.transact(mode, async ({ meta }) => callback(meta));
    return get<Value>(key, use);
  }

  /**
   * Runs the work in a transaction. If the connection is dead, runs it once more on a new one; `isRepeated` is then true
   * if the first transaction had started, because it may have been committed.
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
        // Another tab wants to change or delete the database, and waits for this connection to close.
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
    const database = await promisifyRequest(request);
    if (isOurs(database)) return database;
    database.close();
    const message = `Cannot open ${this.#store}: a database of this name exists and belongs to something else; use another name`;
    throw new EdgewaterError("Integrity", message, { store: this.#store });
  }
}

/** Returns whether a database has what every database of this store has: another program may have made one of the same name. */
function isOurs(database: IDBDatabase): boolean {
  return ["meta", "body", "uploads"].every((name) => database.objectStoreNames.contains(name));
}

/** Returns whether an error means that the connection is closed, closing, or lost, as it happens in Safari. */
export function isDead(cause: unknown): boolean {
  // A transaction that the browser aborted may have no error at all.
  return cause === null || ["InvalidStateError", "UnknownError", "AbortError"].includes((cause as { name?: string }).name ?? "");
}

/** Maps the errors of IndexedDB. */
export const classify: Classify = (cause) => {
  switch ((cause as { name?: string } | null)?.name) {
    case "SecurityError":
      return { code: "PermissionDenied", reason: "the browser settings forbid it" };
    case "VersionError":
      return { code: "NotSupported", reason: "a newer version of this library created the database; update the library" };
    default:
      return cause === null ? { code: "Unavailable", reason: "the browser aborted the transaction" } : undefined;
  }
};

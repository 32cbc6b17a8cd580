import { compareUtf8 } from "../../encoding/utf8.ts";
import { isEdgewaterError, throwIfAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import { type Connection, committed, isDead, resultOf, type Stores } from "./connection.ts";
import { databaseKey, type StoredRecord } from "./record.ts";

/** One write or delete, which runs synchronously inside a transaction. */
export interface Write {
  readonly call: Call;
  /** Bytes that it writes. */
  readonly size: number;
  /** Whether it depends on the current object. */
  readonly isConditional: boolean;
  /**
   * Writes, and returns the record of the object afterwards. If it throws an EdgewaterError, it must not have written
   * anything; the error rejects this write only.
   *
   * @param found the record of the current object; small objects are passed to conditional writes only
   * @param isRepeated whether this write may have been committed before, on a connection that broke
   */
  readonly apply: (stores: Stores, found: StoredRecord | undefined, isRepeated: boolean) => StoredRecord | undefined;
}

interface Waiting {
  readonly write: Write;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Most bytes of one transaction; a larger write gets its own. */
const batchBytes = 16 * 1024 * 1024;

/** If the keys of a batch span at least this many large objects, each key is looked up instead. */
const maxLarge = 100;

/**
 * Batches writes into shared transactions: writes issued in one tick, and writes that arrive while a transaction runs,
 * which would have to wait for its end anyway. Writes run in the order in which they were issued.
 *
 * A write whose condition fails is rejected alone. If a transaction fails as a whole, each of its writes is repeated in
 * its own transaction.
 */
export class Batch {
  readonly #connection: Connection;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Resolves when the write is committed. */
  add(write: Write): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      if (this.#isRunning) return;
      this.#isRunning = true;
      queueMicrotask(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#next();
      try {
        await this.#commit(batch);
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error);
        else for (const each of batch) await this.#commit([each], isDead(error)).catch(each.reject);
      }
    }
    this.#isRunning = false;
  }

  #next(): Waiting[] {
    let bytes = 0;
    const count = this.#waiting.findIndex(({ write }, index) => {
      bytes += write.size;
      return index > 0 && bytes > batchBytes;
    });
    return this.#waiting.splice(0, count === -1 ? this.#waiting.length : count);
  }

  /**
   * Settles all writes of a batch, or rejects and settles none.
   *
   * @param wasBroken whether they may have been committed before, on a connection that broke
   */
  async #commit(batch: readonly Waiting[], wasBroken = false): Promise<void> {
    const refused = await this.#connection.transact("readwrite", async (stores, isRepeated) => {
      const done = committed(stores.transaction);
      const errors = new Map<Waiting, unknown>();
      try {
        const records = await recordsOf(
          stores,
          batch.map(({ write }) => write),
        );
        for (const each of batch) {
          const { call, apply } = each.write;
          try {
            throwIfAborted(call.signal, { store: call.store, key: call.key });
            records.set(call.key, apply(stores, records.get(call.key), isRepeated || wasBroken));
          } catch (error) {
            if (!isEdgewaterError(error)) throw error;
            errors.set(each, error);
          }
        }
      } catch (error) {
        done.catch(() => undefined);
        const reason = stores.transaction.error;
        abort(stores.transaction);
        throw reason ?? error;
      }
      await done;
      return errors;
    });
    for (const each of batch) refused.has(each) ? each.reject(refused.get(each)) : each.resolve();
  }
}

/** The records under the keys of some writes. Those of small objects are read for conditional writes only. */
async function recordsOf({ meta }: Stores, writes: readonly Write[]): Promise<Map<string, StoredRecord | undefined>> {
  const records = new Map<string, StoredRecord | undefined>();
  let lookedUp = writes;
  if (writes.length > 1) {
    const large = await resultOf<StoredRecord[]>(meta.index("large").getAll(spanOf(writes), maxLarge));
    for (const record of large) records.set(record.key, record);
    if (large.length < maxLarge) lookedUp = writes.filter(({ isConditional }) => isConditional);
  }
  const keys = [...new Set(lookedUp.map(({ call }) => call.key))];
  const found = await Promise.all(keys.map((key) => resultOf<StoredRecord | undefined>(meta.get(databaseKey(key)))));
  for (const [index, key] of keys.entries()) records.set(key, found[index]);
  return records;
}

function spanOf(writes: readonly Write[]): IDBKeyRange {
  const keys = writes.map(({ call }) => call.key);
  const first = keys.reduce((least, key) => (compareUtf8(key, least) < 0 ? key : least));
  const last = keys.reduce((most, key) => (compareUtf8(key, most) > 0 ? key : most));
  return IDBKeyRange.bound(databaseKey(first), databaseKey(last));
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}

import { compareUtf8 } from "../../encoding/utf8.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import { answer, type Connection, committed, isDead, type Stores } from "./connection.ts";
import { databaseKey, type StoredRecord } from "./record.ts";

/** One write, which is decided and done in one go inside a transaction. */
export interface Write {
  readonly call: Call;
  /** How many bytes it brings along. */
  readonly size: number;
  /** Whether it depends on what is there. */
  readonly isConditional: boolean;
  /**
   * Writes, and gives what is there afterwards. An error of the family that it throws has touched nothing and is its
   * caller's alone.
   *
   * @param found what is there, as far as it matters: a small object shows itself only to a conditional write
   * @param isRepeated whether this very write may have been done already, on a connection that broke
   */
  readonly apply: (stores: Stores, found: StoredRecord | undefined, isRepeated: boolean) => StoredRecord | undefined;
}

interface Waiting {
  readonly write: Write;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes of a transaction; a larger write has one of its own. */
const batchBytes = 16 * 1024 * 1024;

/** With more large objects than this among the keys of a batch, each key is asked for. */
const largeMost = 100;

/**
 * Writes that share transactions: those issued in one tick, and those that come while a transaction is under way, which
 * could not begin before its end anyway. They are done in the order in which they were issued.
 *
 * One whose condition fails is rejected alone. When a transaction fails as a whole, nothing of it was done, and each of
 * its writes gets a transaction of its own.
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
   * Settles all writes, or rejects with none of them settled.
   *
   * @param wasBroken whether they may have been done already, on a connection that broke
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

/** What is there under the keys, of small objects only where it matters. */
async function recordsOf({ meta }: Stores, writes: readonly Write[]): Promise<Map<string, StoredRecord | undefined>> {
  const records = new Map<string, StoredRecord | undefined>();
  let asked = writes;
  if (writes.length > 1) {
    const large = await answer<StoredRecord[]>(meta.index("large").getAll(spanOf(writes), largeMost));
    for (const record of large) records.set(record.key, record);
    if (large.length < largeMost) asked = writes.filter(({ isConditional }) => isConditional);
  }
  const keys = [...new Set(asked.map(({ call }) => call.key))];
  const found = await Promise.all(keys.map((key) => answer<StoredRecord | undefined>(meta.get(databaseKey(key)))));
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
    // It ended by itself.
  }
}

/** The verdict of a condition that fails on a second try, when the first may have been what it now finds. */
export function unknownFate({ store, key }: Call): EdgewaterError {
  const message = `The connection of ${store} broke while ${JSON.stringify(key)} was written. Whether it was is not known: read it`;
  return new EdgewaterError("Unavailable", message, { store, key });
}

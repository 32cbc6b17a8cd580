import { EdgewaterError, throwIfAborted } from "../../errors.ts";
import { bytesOf, chunksOf, isBuffered } from "../body.ts";
import { ActiveWriters, etagOf, newId } from "../browser/write.ts";
import type { Call } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { Attributes, PutMode, StreamBody } from "../types.ts";
import { Batch } from "./batch.ts";
import { type Connection, committed, resultOf, type Stores } from "./connection.ts";
import { allChunks, chunkBytes, databaseKey, inlineBytes, owned, type StoredRecord } from "./record.ts";

/** A larger body is written in several transactions, so that none has to hold it whole. */
const uploadBytes = 16 * 1024 * 1024;

/** Bytes of each of these transactions. */
const partBytes = 4 * chunkBytes;

/** An object to write. */
export interface NewObject {
  readonly body: StreamBody;
  readonly mode: PutMode;
  readonly attributes: Attributes | undefined;
  /** Called with the number of bytes of every part that is to be written. */
  readonly count: (bytes: number) => void;
}

/** All writes and deletes of the store. */
export class Writer {
  readonly #connection: Connection;
  readonly #batch: Batch;
  readonly #uploaders: ActiveWriters;
  #swept: Promise<void> | undefined;

  /** @param lock the name of the lock that active uploads hold */
  constructor(connection: Connection, lock: string) {
    this.#connection = connection;
    this.#batch = new Batch(connection);
    this.#uploaders = new ActiveWriters(lock);
  }

  /** Writes an object and returns its etag. */
  async put(object: NewObject, call: Call): Promise<string> {
    await this.#begin();
    const etag = etagOf(newId());
    const { body } = object;
    const buffered = isBuffered(body) ? bytesOf(body) : undefined;
    if (buffered && buffered.byteLength <= uploadBytes) {
      await this.#putWhole(buffered, etag, object, call);
      return etag;
    }
    const parts = inParts(isBuffered(body) ? [bytesOf(body)] : chunksOf(body, call));
    try {
      const { value: first = new Uint8Array() } = await parts.next();
      if (first.byteLength < partBytes) await this.#putWhole(first, etag, object, call);
      else await this.#uploaders.run(() => this.#upload(first, parts, etag, object, call));
    } finally {
      await parts.return();
    }
    return etag;
  }

  /** Deletes the objects under the keys of the calls. */
  async delete(calls: readonly Call[]): Promise<void> {
    await this.#begin();
    const writes = calls.map((call) =>
      this.#batch.add({
        call,
        size: 0,
        isConditional: false,
        apply: (stores, found) => {
          stores.meta.delete(databaseKey(call.key));
          if (found?.large) stores.body.delete(allChunks(found.etag));
          return undefined;
        },
      }),
    );
    await Promise.all(writes);
  }

  async #putWhole(bytes: Uint8Array<ArrayBuffer>, etag: string, object: NewObject, call: Call): Promise<void> {
    object.count(bytes.byteLength);
    const isSmall = bytes.byteLength <= inlineBytes;
    const record = recordOf(call.key, bytes.byteLength, etag, object.attributes, isSmall ? owned(bytes) : undefined);
    await this.#publish(record, object.mode, call, bytes.byteLength, (stores) => {
      if (!isSmall) putChunks(stores, etag, bytes, 0);
    });
  }

  /** Writes the chunks first, which no reader sees, and then the record. */
  async #upload(
    first: Uint8Array<ArrayBuffer>,
    rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
    etag: string,
    { attributes, mode, count }: NewObject,
    call: Call,
  ): Promise<void> {
    let size = 0;
    const add = async (part: Uint8Array<ArrayBuffer>): Promise<void> => {
      throwIfAborted(call.signal, { store: call.store, key: call.key });
      count(part.byteLength);
      await this.#write((stores) => putChunks(stores, etag, part, size));
      size += part.byteLength;
    };
    try {
      await this.#write(({ uploads }) => uploads.put(call.key, etag));
      await add(first);
      for await (const part of rest) await add(part);
      await this.#publish(recordOf(call.key, size, etag, attributes), mode, call, 0, ({ uploads }) => uploads.delete(etag));
    } catch (error) {
      await this.#write((stores) => discard(stores, etag)).catch(() => undefined);
      throw error;
    }
  }

  /** Replaces the record of the object, if the mode allows it, and writes the bytes that come with it. */
  #publish(record: StoredRecord, mode: PutMode, call: Call, size: number, putBytes: (stores: Stores) => void): Promise<void> {
    return this.#batch.add({
      call,
      size,
      isConditional: mode !== "overwrite",
      apply: (stores, found, isRepeated) => {
        if (found?.etag === record.etag) return found;
        try {
          checkMode(mode, found?.etag, call);
        } catch (error) {
          throw isRepeated ? unknownOutcome(call) : error;
        }
        putBytes(stores);
        stores.meta.put(record, databaseKey(call.key));
        if (found?.large) stores.body.delete(allChunks(found.etag));
        return record;
      },
    });
  }

  /** The first write sweeps; every write waits for it, so that writes keep their order. */
  #begin(): Promise<void> {
    this.#swept ??= this.#sweep();
    return this.#swept;
  }

  /** Removes what crashed uploads left behind. */
  async #sweep(): Promise<void> {
    const find = (): Promise<string[]> =>
      this.#connection.transact("readonly", ({ uploads }) => resultOf(uploads.getAllKeys() as IDBRequest<string[]>));
    const removeAll = async (): Promise<void> => {
      const left = await find();
      await this.#write((stores) => {
        for (const etag of left) discard(stores, etag);
      });
    };
    try {
      if ((await find()).length > 0) await this.#uploaders.runIfIdle(removeAll);
    } catch {
      // The write that follows reports the problem.
      this.#swept = undefined;
    }
  }

  #write(work: (stores: Stores) => unknown): Promise<void> {
    return this.#connection.transact("readwrite", async (stores) => {
      const done = committed(stores.transaction);
      work(stores);
      await done;
    });
  }
}

/** The error of a repeated conditional write that is refused: the object that it found may be its own. */
function unknownOutcome({ store, key }: Call): EdgewaterError {
  const message = `Cannot tell whether ${JSON.stringify(key)} was written in ${store}: the connection broke; read the object to find out`;
  return new EdgewaterError("Unavailable", message, { store, key });
}

function recordOf(
  key: string,
  size: number,
  etag: string,
  attributes: Attributes | undefined,
  bytes?: Uint8Array<ArrayBuffer>,
): StoredRecord {
  return { key, size, etag, lastModified: new Date(), ...attributes, ...(bytes ? { bytes } : { large: databaseKey(key) }) };
}

function putChunks({ body }: Stores, etag: string, bytes: Uint8Array<ArrayBuffer>, position: number): void {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    const chunk = owned(bytes, at, Math.min(at + chunkBytes, bytes.byteLength));
    body.put(chunk, [etag, (position + at) / chunkBytes]);
  }
}

function discard({ body, uploads }: Stores, etag: string): void {
  body.delete(allChunks(etag));
  uploads.delete(etag);
}

/** Joins chunks into parts of `partBytes`; the last part may be shorter. */
async function* inParts(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let part = new Uint8Array(partBytes);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; ) {
      const taken = Math.min(partBytes - filled, chunk.byteLength - at);
      part.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < partBytes) continue;
      yield part;
      part = new Uint8Array(partBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

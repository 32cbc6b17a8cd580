import { throwIfAborted } from "../../errors.ts";
import { decodeText, openedBytes } from "../body.ts";
import { type Call, failed, perform } from "../call.ts";
import { checkMatch, resolveRange } from "../conditions.ts";
import type { FullGetOptions, FullObjectMeta, GetResult } from "../types.ts";
import { type Connection, classify, resultOf } from "./connection.ts";
import { chunkBytes, chunksFor, databaseKey, fullMetaOf, owned, type StoredRecord } from "./record.ts";

/** Bodies up to this size are read in the transaction that finds the object. */
const eagerBytes = 16 * 1024 * 1024;

/** The range of a large object that is read on demand. */
interface Source {
  readonly connection: Connection;
  readonly call: Call;
  readonly record: StoredRecord;
  readonly start: number;
  readonly end: number;
}

/** Opens an object; undefined if there is none. */
export function open(connection: Connection, call: Call, options: FullGetOptions): Promise<GetResult<FullObjectMeta> | undefined> {
  return connection.transact("readonly", async ({ meta, body }) => {
    const record = await resultOf<StoredRecord | undefined>(meta.get(databaseKey(call.key)));
    if (record === undefined) return undefined;
    checkMatch(options, record.etag, call);
    const { start, end } = resolveRange(options.range, record.size, call);
    if (record.bytes) return openedBytes(fullMetaOf(record), owned(record.bytes, start, end));
    if (end - start > eagerBytes) return opened({ connection, call, record, start, end });
    const chunks = await resultOf<Uint8Array<ArrayBuffer>[]>(body.getAll(chunksFor(record.etag, start, end)));
    const bytes = join(chunks, start, end);
    if (bytes === undefined) throw failed(call, "Integrity", "some of its chunks are missing; write the object again");
    return openedBytes(fullMetaOf(record), bytes);
  });
}

/** A large object that is read in parts, on demand. Once it is replaced, its bytes are gone. */
function opened(source: Source): GetResult<FullObjectMeta> {
  const { record, start, end } = source;
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const all = new Uint8Array(end - start);
    for (let at = start; at < end; ) {
      const part = await read(source, at, eagerBytes);
      all.set(part, at - start);
      at += part.byteLength;
    }
    return all;
  };
  let at = start;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> => {
    const part = await read(source, at, chunkBytes);
    at += part.byteLength;
    controller.enqueue(part);
    if (at === end) controller.close();
  };
  return {
    meta: fullMetaOf(record),
    bytes,
    text: async () => decodeText(await bytes()),
    stream: () => new ReadableStream({ pull }, { highWaterMark: 0 }),
  };
}

/** Reads from a position to the end of a chunk, about `length` bytes. */
function read({ connection, call, record, end }: Source, at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const to = Math.min(end, Math.floor(at / chunkBytes) * chunkBytes + length);
  const work = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const chunks = await connection.transact("readonly", ({ body }) =>
      resultOf<Uint8Array<ArrayBuffer>[]>(body.getAll(chunksFor(record.etag, at, to))),
    );
    throwIfAborted(call.signal, { store: call.store, key: call.key });
    const bytes = join(chunks, at, to);
    if (bytes === undefined) throw failed(call, "Unavailable", "it was replaced or deleted while it was read; read it again");
    return bytes;
  };
  return perform(call, work, classify);
}

/** The bytes from a start to an end of an object, out of the chunks that hold them; undefined when one is missing. */
function join(chunks: readonly Uint8Array<ArrayBuffer>[], start: number, end: number): Uint8Array<ArrayBuffer> | undefined {
  const skipped = start % chunkBytes;
  const length = end - start;
  if (chunks.reduce((sum, { byteLength }) => sum + byteLength, 0) < skipped + length) return undefined;
  if (chunks.length === 1) return owned(chunks[0] as Uint8Array<ArrayBuffer>, skipped, skipped + length);
  const all = new Uint8Array(length);
  let at = -skipped;
  for (const chunk of chunks) {
    all.set(chunk.subarray(Math.max(0, -at), Math.min(chunk.byteLength, length - at)), Math.max(0, at));
    at += chunk.byteLength;
  }
  return all;
}

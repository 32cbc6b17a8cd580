import type { FullObjectMeta, ObjectMeta } from "../types.ts";

/** Up to here an object's bytes lie in its record: one request to write them, and one to read them. */
export const inlineBytes = 4096;

/** Larger objects are cut into chunks of this size, so that a range or a stream does not load them whole. */
export const chunkBytes: number = 1024 * 1024;

/** What is kept of an object in `meta`. */
export interface StoredRecord extends ObjectMeta {
  readonly etag: string;
  readonly lastModified: Date;
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The bytes of a small object. Those of any other lie in `body`, below its etag. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** The database key once more, if the bytes lie in `body`: the index `large` has only these. */
  readonly large?: Uint8Array<ArrayBuffer>;
}

export function fullMetaOf({ key, size, etag, lastModified, contentType, metadata = {} }: StoredRecord): FullObjectMeta {
  return { key, size, etag, lastModified, contentType, metadata };
}

export function metaOf({ key, size, etag, lastModified }: StoredRecord): ObjectMeta {
  return { key, size, etag, lastModified };
}

/** IndexedDB orders strings by UTF-16, but bytes as they are. */
export function databaseKey(key: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(key);
}

/** The keys that start with a prefix and come after a text: up to the same bytes with 0xff behind, which UTF-8 never has. */
export function keysBelow(prefix: string, after: Uint8Array<ArrayBuffer> | undefined): IDBKeyRange | undefined {
  const start = databaseKey(prefix);
  const end = endOf(prefix);
  if (after === undefined || indexedDB.cmp(after, start) < 0) return IDBKeyRange.bound(start, end, false, true);
  return indexedDB.cmp(after, end) < 0 ? IDBKeyRange.bound(after, end, true, true) : undefined;
}

/** What comes after every key that starts with a prefix. */
export function endOf(prefix: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...databaseKey(prefix), 0xff]);
}

/** The chunks of an object that hold its bytes from a start to an end. */
export function chunksFor(etag: string, start: number, end: number): IDBKeyRange {
  return IDBKeyRange.bound([etag, Math.floor(start / chunkBytes)], [etag, Math.floor((end - 1) / chunkBytes)]);
}

export function allChunks(etag: string): IDBKeyRange {
  return IDBKeyRange.bound([etag], [etag, []]);
}

/** A part of a body that belongs to nobody else: a view would be stored with the whole memory it is a view of. */
export function owned(bytes: Uint8Array<ArrayBuffer>, start = 0, end: number = bytes.byteLength): Uint8Array<ArrayBuffer> {
  return end - start === bytes.buffer.byteLength ? bytes : bytes.slice(start, end);
}

import type { FullObjectMeta, ObjectMeta } from "../types.ts";

/** Up to this size an object's bytes are in its record, so one request writes them and one reads them. */
export const inlineBytes = 4096;

/** Larger objects are split into chunks of this size, so that a range or a stream does not load the whole object. */
export const chunkBytes: number = 1024 * 1024;

/** The record of an object in `meta`. */
export interface StoredRecord extends ObjectMeta {
  readonly etag: string;
  readonly lastModified: Date;
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The bytes of a small object. Those of a large one are in `body`, under its etag. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** The database key again if the bytes are in `body`, so that the index `large` contains large objects only. */
  readonly large?: Uint8Array<ArrayBuffer>;
}

/** The metadata of a record, with its attributes. */
export function fullMetaOf({ key, size, etag, lastModified, contentType, metadata = {} }: StoredRecord): FullObjectMeta {
  return { key, size, etag, lastModified, contentType, metadata };
}

/** The metadata of a record, as a list returns it. */
export function metaOf({ key, size, etag, lastModified }: StoredRecord): ObjectMeta {
  return { key, size, etag, lastModified };
}

/** The database key of an object: its key as UTF-8, because IndexedDB orders strings by UTF-16. */
export function databaseKey(key: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(key);
}

/** The keys that start with a prefix and come after another key; undefined if there can be none. */
export function keysBelow(prefix: string, after: Uint8Array<ArrayBuffer> | undefined): IDBKeyRange | undefined {
  const start = databaseKey(prefix);
  const end = endOf(prefix);
  if (after === undefined || indexedDB.cmp(after, start) < 0) return IDBKeyRange.bound(start, end, false, true);
  return indexedDB.cmp(after, end) < 0 ? IDBKeyRange.bound(after, end, true, true) : undefined;
}

/** The end of all keys that start with a prefix: the prefix and the byte 0xff, which UTF-8 never contains. */
export function endOf(prefix: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...databaseKey(prefix), 0xff]);
}

/** The chunks that contain the bytes of an object from a start to an end. */
export function chunksFor(etag: string, start: number, end: number): IDBKeyRange {
  return IDBKeyRange.bound([etag, Math.floor(start / chunkBytes)], [etag, Math.floor((end - 1) / chunkBytes)]);
}

/** All chunks of an object. */
export function allChunks(etag: string): IDBKeyRange {
  return IDBKeyRange.bound([etag], [etag, []]);
}

/** A range of bytes with a buffer of its own. IndexedDB would store a view together with its whole buffer. */
export function owned(bytes: Uint8Array<ArrayBuffer>, start = 0, end: number = bytes.byteLength): Uint8Array<ArrayBuffer> {
  return end - start === bytes.buffer.byteLength ? bytes : bytes.slice(start, end);
}

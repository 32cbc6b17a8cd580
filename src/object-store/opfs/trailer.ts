import { etagOf, idBytes } from "../browser/write.ts";
import type { Attributes } from "../types.ts";

/**
 * What follows the bytes of an object in its file, because the Origin Private File System keeps no attributes and nothing
 * else that tells two writes apart: the attributes as JSON, if there are any, and then
 *
 * | bytes | content |
 * |-|-|
 * | 16 | the etag |
 * | 8 | size of the object, a little-endian double |
 * | 4 | size of the JSON, little-endian |
 * | 4 | `ewo1` |
 *
 * Bytes and trailer are published in one move. A file whose length does not match its trailer is damaged.
 */
export interface Trailer {
  readonly etag: string;
  /** Bytes of the object. */
  readonly size: number;
  readonly attributes: Attributes | undefined;
}

const fixedBytes = idBytes + 16;
const magic = 0x65776f31;

/** Bytes that are read to find the trailer; nearly every trailer is shorter. */
const tailBytes = 1024;

/** Encodes a trailer. */
export function trailerOf(id: Uint8Array, size: number, attributes: Attributes | undefined): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(attributes ? JSON.stringify(attributes) : "");
  const bytes = new Uint8Array(json.byteLength + fixedBytes);
  bytes.set(json);
  bytes.set(id, json.byteLength);
  const view = new DataView(bytes.buffer, json.byteLength + idBytes);
  view.setFloat64(0, size, true);
  view.setUint32(8, json.byteLength, true);
  view.setUint32(12, magic);
  return bytes;
}

/** Reads the trailer of a file; undefined if the file is damaged. */
export async function readTrailer(file: Blob): Promise<Trailer | undefined> {
  const tail = await tailOf(file, tailBytes);
  const length = jsonBytes(tail) + fixedBytes;
  return parseTrailer(length > tail.byteLength && length <= file.size ? await tailOf(file, length) : tail, file.size);
}

/** As {@link readTrailer}, from the last bytes of the file. */
export function parseTrailer(tail: Uint8Array<ArrayBuffer>, fileSize: number): Trailer | undefined {
  const start = tail.byteLength - fixedBytes;
  if (start < 0) return undefined;
  const view = new DataView(tail.buffer, tail.byteOffset + start + idBytes);
  const size = view.getFloat64(0, true);
  const json = jsonBytes(tail);
  if (view.getUint32(12) !== magic || size + json + fixedBytes !== fileSize || json > start) return undefined;
  const attributes = json === 0 ? undefined : (JSON.parse(new TextDecoder().decode(tail.subarray(start - json, start))) as Attributes);
  return { etag: etagOf(tail.subarray(start, start + idBytes)), size, attributes };
}

function jsonBytes(tail: Uint8Array<ArrayBuffer>): number {
  if (tail.byteLength < fixedBytes) return 0;
  return new DataView(tail.buffer, tail.byteOffset + tail.byteLength - 8).getUint32(0, true);
}

async function tailOf(file: Blob, length: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(-length).arrayBuffer());
}

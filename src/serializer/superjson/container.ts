/**
 * The form of values with large buffers: superjson's text, followed by the bytes as they are. `docs/format.md` describes it
 * byte by byte.
 *
 * @module
 */
import { damaged } from "./failures.ts";

/** No UTF-8 text begins like this. */
const magic = [0x93, 0x45, 0x57, 0x53, 0x4a, 0x0d, 0x0a, 0x1a];
const version = 1;
const headerSize = 24;
const entrySize = 16;

/** Every number of every type may begin at a multiple of this. */
const alignment = 8;

/** Puts text and buffers into a container, or returns the text when there are no buffers. */
export function pack(text: Uint8Array<ArrayBuffer>, buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (buffers.length === 0) return text;
  const start = headerSize + entrySize * buffers.length;
  let end = start + text.length;
  const offsets = buffers.map(({ byteLength }) => {
    const offset = aligned(end);
    end = offset + byteLength;
    return offset;
  });
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(8, version, true);
  view.setUint32(12, buffers.length, true);
  view.setBigUint64(16, BigInt(text.length), true);
  bytes.set(text, start);
  for (const [index, buffer] of buffers.entries()) {
    const offset = offsets[index] as number;
    view.setBigUint64(headerSize + entrySize * index, BigInt(offset), true);
    view.setBigUint64(headerSize + entrySize * index + 8, BigInt(buffer.byteLength), true);
    bytes.set(buffer, offset);
  }
  return bytes;
}

/** The text, and views of the buffers. */
export function unpack(bytes: Uint8Array<ArrayBuffer>): { text: Uint8Array<ArrayBuffer>; buffers: Uint8Array<ArrayBuffer>[] } {
  if (bytes[0] !== magic[0]) return { text: bytes, buffers: [] };
  if (bytes.length < headerSize || magic.some((byte, index) => bytes[index] !== byte))
    throw damaged("it begins like a container and is not one", 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = view.getUint32(8, true);
  if (found !== version) throw damaged(`it is a container of version ${found}, and this release reads version ${version}`, 8);
  const count = view.getUint32(12, true);
  const start = headerSize + entrySize * count;
  let end = start + Number(view.getBigUint64(16, true));
  if (end > bytes.length) throw damaged("it ends too soon", bytes.length);
  const text = bytes.subarray(start, end);
  const buffers: Uint8Array<ArrayBuffer>[] = [];
  for (let entry = headerSize; entry < start; entry += entrySize) {
    const offset = Number(view.getBigUint64(entry, true));
    if (offset !== aligned(end)) throw damaged("a buffer is not where it must be", entry);
    end = offset + Number(view.getBigUint64(entry + 8, true));
    if (end > bytes.length) throw damaged("it ends too soon", bytes.length);
    buffers.push(bytes.subarray(offset, end));
  }
  if (end !== bytes.length) throw damaged("there are bytes behind its end", end);
  return { text, buffers };
}

function aligned(offset: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

import { bitsAt, type Cursor, readVarint, readZigzag } from "./bits.ts";
import type { ByteValues } from "./encodings.ts";
import { Damage, Unsupported } from "./failure.ts";

/** The values that share prefixes may take so many bytes, or so many times those of their page. */
const mostBytes = 64 * 1024 * 1024;
const mostTimes = 100;

/** Decodes numbers that are stored as the differences of neighbours, in blocks of miniblocks of one width each. */
export function decodeDeltas(cursor: Cursor, output: Int32Array | BigInt64Array): void {
  if (output.length === 0) return;
  const { bytes } = cursor;
  const blockSize = readVarint(cursor);
  const miniblocks = readVarint(cursor);
  const total = readVarint(cursor);
  let value = readZigzag(cursor);
  const size = blockSize / miniblocks;
  if (!Number.isInteger(size) || size % 8 !== 0 || size === 0 || miniblocks > bytes.length) {
    throw new Damage(`a page has blocks of ${blockSize} differences in ${miniblocks} parts`);
  }
  const count = output.length;
  if (total !== count) throw new Damage(`a page has ${total} instead of ${count} numbers`);
  const put = output instanceof Int32Array ? setNumber : setBigint;
  put(output, 0, value);
  let at = 1;
  while (at < count) {
    const least = readZigzag(cursor);
    const widths = cursor.position;
    cursor.position += miniblocks;
    if (cursor.position > bytes.length) throw new Damage(`a page ends after ${at} of ${count} numbers`);
    for (let part = 0; part < miniblocks && at < count; part++) {
      const width = bytes[widths + part] as number;
      const from = cursor.position;
      const wanted = Math.min(size, count - at);
      if (width > 64) throw new Damage(`a page has differences of ${width} bits`);
      if (from + Math.ceil((wanted * width) / 8) > bytes.length) throw new Damage(`a page ends after ${at} of ${count} numbers`);
      for (let index = 0; index < wanted; index++) {
        value = BigInt.asIntN(64, value + least + wideBitsAt(bytes, from, index * width, width));
        put(output, at++, value);
      }
      cursor.position = from + (size * width) / 8;
    }
  }
}

function setNumber(output: Int32Array | BigInt64Array, at: number, value: bigint): void {
  output[at] = Number(BigInt.asIntN(32, value));
}

function setBigint(output: Int32Array | BigInt64Array, at: number, value: bigint): void {
  output[at] = value;
}

function wideBitsAt(bytes: Uint8Array, from: number, bit: number, width: number): bigint {
  if (width === 0) return 0n;
  if (width <= 32) return BigInt(bitsAt(bytes, from, bit, width));
  return BigInt(bitsAt(bytes, from, bit, 32)) | (BigInt(bitsAt(bytes, from, bit + 32, width - 32)) << 32n);
}

/** Values of bytes that follow their lengths. */
export function decodeDeltaLengths(bytes: Uint8Array, count: number): ByteValues {
  const cursor: Cursor = { bytes, position: 0 };
  return lengthsAndBytes(cursor, count);
}

function lengthsAndBytes(cursor: Cursor, count: number): ByteValues {
  const lengths = new Int32Array(count);
  decodeDeltas(cursor, lengths);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let position = cursor.position;
  for (let index = 0; index < count; index++) {
    const length = lengths[index] as number;
    if (length < 0 || position + length > cursor.bytes.length) throw new Damage(`a page ends after ${index} of ${count} values`);
    starts[index] = position;
    position += length;
    ends[index] = position;
  }
  return { bytes: cursor.bytes, starts, ends };
}

/** Values of bytes that begin as the one before. */
export function decodeDeltaBytes(page: Uint8Array, count: number): ByteValues {
  const cursor: Cursor = { bytes: page, position: 0 };
  const prefixes = new Int32Array(count);
  decodeDeltas(cursor, prefixes);
  const suffixes = lengthsAndBytes(cursor, count);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let size = 0;
  let length = 0;
  for (let index = 0; index < count; index++) {
    const prefix = prefixes[index] as number;
    if (prefix < 0 || prefix > length) throw new Damage(`a value begins with ${prefix} bytes of one that has ${length}`);
    length = prefix + (suffixes.ends[index] as number) - (suffixes.starts[index] as number);
    starts[index] = size;
    size += length;
    ends[index] = size;
    if (size > Math.max(mostBytes, mostTimes * page.length))
      throw new Unsupported(`a page of ${page.length} bytes holds values of more than ${mostBytes} bytes`);
  }
  const bytes = new Uint8Array(size);
  for (let index = 0; index < count; index++) {
    const start = starts[index] as number;
    const prefix = prefixes[index] as number;
    if (prefix > 0) bytes.copyWithin(start, starts[index - 1] as number, (starts[index - 1] as number) + prefix);
    bytes.set(page.subarray(suffixes.starts[index] as number, suffixes.ends[index] as number), start + prefix);
  }
  return { bytes, starts, ends };
}

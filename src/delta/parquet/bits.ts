import { Damage } from "./failure.ts";

/** Positions in bytes that decoders move on. */
export interface Cursor {
  readonly bytes: Uint8Array;
  position: number;
}

/** An unsigned number of up to 32 bits, seven of them a byte. */
export function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = cursor.bytes[cursor.position++];
    if (byte === undefined) throw new Damage("a page ends early");
    value |= (byte & 127) << shift;
    if (byte < 128) return value >>> 0;
  }
  throw new Damage("a page has a number of more than 32 bits");
}

/** A signed number of up to 64 bits in zigzag form. */
export function readZigzag(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[cursor.position++];
    if (byte === undefined) throw new Damage("a page ends early");
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }
  throw new Damage("a page has a number of more than 64 bits");
}

/**
 * Decodes runs of equal numbers and of bit-packed ones, up to `end`: levels, indices of dictionaries, booleans.
 *
 * @param width the bits of a number, 0 to 32
 * @param output is filled
 */
export function decodeRuns(cursor: Cursor, end: number, width: number, output: Uint8Array | Int32Array): void {
  if (width > 32) throw new Damage(`a page has numbers of ${width} bits`);
  if (width === 0) {
    output.fill(0);
    return;
  }
  const { bytes } = cursor;
  const count = output.length;
  const runBytes = (width + 7) >> 3;
  let at = 0;
  while (at < count) {
    if (cursor.position >= end) throw new Damage(`a page ends after ${at} of ${count} numbers`);
    const header = readVarint(cursor);
    const values = Math.min(header >>> 1, count - at);
    if ((header & 1) === 0) {
      let value = 0;
      for (let index = 0; index < runBytes; index++) value |= (bytes[cursor.position++] ?? 0) << (8 * index);
      if (cursor.position > end) throw new Damage(`a page ends after ${at} of ${count} numbers`);
      output.fill(value, at, at + values);
      at += values;
    } else {
      const packed = Math.min((header >>> 1) * 8, count - at);
      unpack(bytes, cursor.position, end, width, output, at, packed);
      cursor.position += (header >>> 1) * width;
      at += packed;
    }
  }
}

/** Unpacks numbers that follow each other without gaps, the lowest bits first. */
function unpack(
  bytes: Uint8Array,
  from: number,
  end: number,
  width: number,
  output: Uint8Array | Int32Array,
  start: number,
  count: number,
): void {
  // Writers may leave out the padding of the last group.
  if (from + Math.ceil((count * width) / 8) > end) throw new Damage(`a page ends before its ${count} packed numbers`);
  if (width === 1) {
    for (let index = 0; index < count; index++) output[start + index] = ((bytes[from + (index >> 3)] as number) >> (index & 7)) & 1;
    return;
  }
  if (width === 8) {
    for (let index = 0; index < count; index++) output[start + index] = bytes[from + index] as number;
    return;
  }
  if (width > 24) {
    for (let index = 0; index < count; index++) output[start + index] = bitsAt(bytes, from, index * width, width);
    return;
  }
  const mask = (1 << width) - 1;
  let buffer = 0;
  let buffered = 0;
  let position = from;
  for (let index = 0; index < count; index++) {
    while (buffered < width) {
      buffer |= (bytes[position++] as number) << buffered;
      buffered += 8;
    }
    output[start + index] = buffer & mask;
    buffer >>>= width;
    buffered -= width;
  }
}

/** The `width` bits, at most 32, from a position of bits on. */
export function bitsAt(bytes: Uint8Array, from: number, bit: number, width: number): number {
  let value = 0;
  let position = from + Math.floor(bit / 8);
  let shift = -(bit % 8);
  while (shift < width) {
    const byte = bytes[position++] ?? 0;
    value += shift < 0 ? byte >> -shift : byte * 2 ** shift;
    shift += 8;
  }
  return value % 2 ** width;
}

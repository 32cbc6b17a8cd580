import { type Cursor, decodeRuns } from "./bits.ts";
import { decodeDeltaBytes, decodeDeltaLengths, decodeDeltas } from "./delta-encodings.ts";
import { Damage, Unsupported } from "./failure.ts";
import type { SchemaNode } from "./schema-tree.ts";

/** Values of bytes within one buffer. */
export interface ByteValues {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Values as they are stored: numbers, 0 and 1 for booleans, bytes. Those of INT96 are microseconds since 1970. */
export type Raw = Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array | ByteValues;

export const encodings = {
  plain: 0,
  plainDictionary: 2,
  runs: 3,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  deltaByteArray: 7,
  dictionary: 8,
  byteStreamSplit: 9,
} as const;

/** Decodes the values of a page, except those that are indices of a dictionary. */
export function decodeValues(node: SchemaNode, encoding: number, bytes: Uint8Array, count: number): Raw {
  const { type } = node;
  if (encoding === encodings.plain) return decodePlain(node, bytes, count);
  if (encoding === encodings.runs && type === "BOOLEAN") {
    const output = new Uint8Array(count);
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    decodeRuns({ bytes, position: 4 }, Math.min(4 + length, bytes.length), 1, output);
    return output;
  }
  if (encoding === encodings.deltaBinaryPacked && (type === "INT32" || type === "INT64")) {
    const output = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
    decodeDeltas({ bytes, position: 0 }, output);
    return output;
  }
  if (encoding === encodings.deltaLengthByteArray && type === "BYTE_ARRAY") return decodeDeltaLengths(bytes, count);
  if (encoding === encodings.deltaByteArray && (type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY")) {
    return decodeDeltaBytes(bytes, count);
  }
  if (encoding === encodings.byteStreamSplit) return decodePlain(node, joinStreams(node, bytes, count), count);
  throw new Unsupported(`the column ${JSON.stringify(node.name)} of ${type} has the unknown encoding ${encoding}`);
}

const widths = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8, INT96: 12 } as const;

function decodePlain(node: SchemaNode, bytes: Uint8Array, count: number): Raw {
  const { type } = node;
  if (type === "BOOLEAN") {
    if (Math.ceil(count / 8) > bytes.length) throw shortPage(node, count);
    const output = new Uint8Array(count);
    for (let index = 0; index < count; index++) output[index] = ((bytes[index >> 3] as number) >> (index & 7)) & 1;
    return output;
  }
  if (type === "BYTE_ARRAY") return decodePlainBytes(bytes, count);
  if (type === "FIXED_LEN_BYTE_ARRAY") return decodeFixed(node, bytes, count);
  const width = widths[type as keyof typeof widths];
  if (count * width > bytes.length) throw shortPage(node, count);
  if (type === "INT96") return decodeInt96(bytes, count);
  // A copy is aligned, and keeps no page in memory.
  const { buffer } = bytes.slice(0, count * width);
  if (type === "INT32") return new Int32Array(buffer);
  if (type === "INT64") return new BigInt64Array(buffer);
  return type === "FLOAT" ? new Float32Array(buffer) : new Float64Array(buffer);
}

function decodePlainBytes(bytes: Uint8Array, count: number): ByteValues {
  if (count * 4 > bytes.length) throw new Damage(`a page of ${bytes.length} bytes ends before its ${count} values`);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  for (let index = 0; index < count; index++) {
    const end = position + 4 <= bytes.length ? position + 4 + view.getUint32(position, true) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw new Damage(`a page ends after ${index} of ${count} values`);
    starts[index] = position + 4;
    ends[index] = end;
    position = end;
  }
  return { bytes, starts, ends };
}

function decodeFixed(node: SchemaNode, bytes: Uint8Array, count: number): ByteValues {
  const width = node.typeLength;
  if (width <= 0) throw new Damage(`the column ${JSON.stringify(node.name)} has values of ${width} bytes`);
  if (count * width > bytes.length) throw shortPage(node, count);
  const starts = Int32Array.from({ length: count }, (_, index) => index * width);
  return { bytes, starts, ends: starts.map((start) => start + width) };
}

const microsOfDay = 86_400_000_000n;
/** The day of 1970-01-01 among those of Julian's calendar. */
const firstDay = 2_440_588;

/** A timestamp of INT96: the nanoseconds of the day and the day. Fractions of microseconds are cut off downwards, as Spark does. */
function decodeInt96(bytes: Uint8Array, count: number): BigInt64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const output = new BigInt64Array(count);
  for (let index = 0; index < count; index++) {
    const nanos = view.getBigInt64(index * 12, true);
    const micros = nanos >= 0n ? nanos / 1000n : -((999n - nanos) / 1000n);
    output[index] = BigInt(view.getInt32(index * 12 + 8, true) - firstDay) * microsOfDay + micros;
  }
  return output;
}

/** The first bytes of all values come first, then the second ones, and so on. */
function joinStreams(node: SchemaNode, bytes: Uint8Array, count: number): Uint8Array {
  const width = node.type === "FIXED_LEN_BYTE_ARRAY" ? node.typeLength : widths[node.type as keyof typeof widths];
  if (!(width > 0) || node.type === "INT96") throw new Damage(`the column ${JSON.stringify(node.name)} of ${node.type} is split by bytes`);
  if (count * width > bytes.length) throw shortPage(node, count);
  const output = new Uint8Array(count * width);
  for (let byte = 0; byte < width; byte++) {
    for (let index = 0; index < count; index++) output[index * width + byte] = bytes[byte * count + index] as number;
  }
  return output;
}

/**
 * Decodes the indices of values in a dictionary.
 *
 * @throws `Damage` if one lies outside the dictionary
 */
export function decodeIndices(bytes: Uint8Array, count: number, size: number): Int32Array {
  const output = new Int32Array(count);
  if (count === 0) return output;
  const cursor: Cursor = { bytes, position: 1 };
  decodeRuns(cursor, bytes.length, bytes[0] ?? 0, output);
  let largest = 0;
  for (let index = 0; index < count; index++) {
    // Negative numbers are large unsigned ones.
    const each = (output[index] as number) >>> 0;
    if (each > largest) largest = each;
  }
  if (largest >= size) throw new Damage(`a page has the index ${largest} of a dictionary of ${size} values`);
  return output;
}

function shortPage(node: SchemaNode, count: number): Damage {
  return new Damage(`a page of the column ${JSON.stringify(node.name)} ends before its ${count} values`);
}

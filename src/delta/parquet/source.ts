import { EdgewaterError } from "../../errors.ts";
import type { RangeGet } from "../../object-store/types.ts";

/** The bytes of a Parquet file, read by range. */
export interface ParquetSource {
  /** The key of the file, for messages. */
  readonly name: string;
  readonly byteLength: number;
  /** Reads the bytes from `start` up to `end`, all of them. */
  readonly read: (start: number, end: number, signal?: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;
}

/** Some bytes of a file. */
export interface Range {
  readonly start: number;
  /** The position after the last byte. */
  readonly end: number;
}

/** Ranges that are at most so far apart are read in one request: bytes in between cost less than another round trip. */
const largestGap = 128 * 1024;
/** Requests are joined up to this size, so that large files are read in several at once. */
const largestRequest = 16 * 1024 * 1024;

/**
 * The bytes of an object, whose size is known from the log.
 *
 * @param byteLength the size in bytes
 */
export function objectSource(store: RangeGet, key: string, byteLength: number): ParquetSource {
  const read: ParquetSource["read"] = async (start, end, signal) => {
    const object = await store.get(key, { range: { start, end }, signal });
    return complete(key, await object.bytes(), end - start);
  };
  return { name: key, byteLength, read };
}

/** The bytes of a file that is in memory. */
export function bytesSource(name: string, bytes: Uint8Array<ArrayBuffer>): ParquetSource {
  const read: ParquetSource["read"] = async (start, end) => complete(name, bytes.subarray(start, end), end - start);
  return { name, byteLength: bytes.byteLength, read };
}

/** A file whose last bytes are in memory, which are read together with the footer. */
export function withTail(source: ParquetSource, tail: Uint8Array<ArrayBuffer>): ParquetSource {
  const tailStart = source.byteLength - tail.byteLength;
  const read: ParquetSource["read"] = async (start, end, signal) =>
    start >= tailStart ? tail.subarray(start - tailStart, end - tailStart) : source.read(start, end, signal);
  return { ...source, read };
}

/** Reads ranges in as few requests as is sensible, and returns the bytes of each, in the order of the ranges. */
export async function readRanges(
  source: ParquetSource,
  ranges: readonly Range[],
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const requests = joined(ranges);
  const bytesOf = new Map<Range, Uint8Array<ArrayBuffer>>();
  const fetch = async ({ start, end, ranges }: Request): Promise<void> => {
    const bytes = await source.read(start, end, signal);
    for (const range of ranges) bytesOf.set(range, bytes.subarray(range.start - start, range.end - start));
  };
  await Promise.all(requests.map(fetch));
  return ranges.map((range) => bytesOf.get(range) as Uint8Array<ArrayBuffer>);
}

/** One request and the ranges that it answers. */
interface Request {
  readonly start: number;
  end: number;
  readonly ranges: Range[];
}

/** The requests that cover all ranges. */
function joined(ranges: readonly Range[]): Request[] {
  const requests: Request[] = [];
  for (const range of [...ranges].sort((left, right) => left.start - right.start)) {
    const last = requests.at(-1);
    const isNear = last !== undefined && range.start - last.end <= largestGap && range.end - last.start <= largestRequest;
    // Ranges that overlap are always read together: a file never costs more bytes than it has.
    if (last === undefined || !(isNear || range.start < last.end)) {
      requests.push({ ...range, ranges: [range] });
      continue;
    }
    last.end = Math.max(last.end, range.end);
    last.ranges.push(range);
  }
  return requests;
}

function complete(name: string, bytes: Uint8Array<ArrayBuffer>, expected: number): Uint8Array<ArrayBuffer> {
  if (bytes.byteLength === expected) return bytes;
  const message = `Cannot read ${JSON.stringify(name)}: it ended ${expected - bytes.byteLength} bytes before the size that the log has of it; restore the file`;
  throw new EdgewaterError("Integrity", message, { key: name });
}

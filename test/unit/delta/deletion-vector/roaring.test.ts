import { describe, expect, it } from "vitest";
import { type RowSet, readRowSet } from "../../../../src/delta/deletion-vector/roaring.ts";
import { randomOf } from "../../../support/random.ts";

describe("a roaring bitmap", () => {
  it("has the rows of lists, bits and runs, in every range", () => {
    const random = randomOf(64);
    const list = [...new Set(Array.from({ length: 100 }, () => Math.floor(random() * 65536)))].sort((left, right) => left - right);
    const bits = Array.from({ length: 65536 }, (_, row) => row).filter(() => random() < 0.3);
    const runs = [
      [0, 9],
      [100, 0],
      [65000, 535],
    ] as const;
    const inRuns = runs.flatMap(([first, more]) => Array.from({ length: more + 1 }, (_, index) => first + index));
    const bucket = 5 * 2 ** 32;
    const expected = [...list, ...bits.map((row) => row + 65536), ...inRuns.map((row) => row + 3 * 65536 + bucket)];
    const set = readRowSet(bitmapOf(list, bits, runs, 5));
    expect(set.count).toBe(expected.length);
    const ranges = [
      [0, 200_000],
      [65_000, 1000],
      [131_071, 1],
      [bucket, 4 * 65536],
      [bucket + 3 * 65536 + 105, 64_000],
    ] as const;
    for (const [from, count] of ranges) {
      expect(rowsOf(set, from, count)).toEqual(expected.filter((row) => row >= from && row < from + count));
    }
  });

  it("of hostile bytes is refused, and never expanded", () => {
    const random = randomOf(65);
    const valid = bitmapOf(
      [1, 2, 3],
      Array.from({ length: 5000 }, (_, row) => row),
      [[0, 65535]],
      1,
    );
    expect(readRowSet(valid).count).toBe(3 + 5000 + 65536);
    for (let round = 0; round < 1000; round++) {
      const bytes = valid.slice(0, random() < 0.3 ? Math.floor(random() * valid.length) : undefined);
      for (let changes = 1 + random() * 4; changes > 0 && bytes.length > 0; changes--) {
        // Most changes are in the headers.
        bytes[Math.floor(random() ** 4 * bytes.length)] = Math.floor(random() * 256);
      }
      try {
        readRowSet(bytes).mask(0, 1000);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });
});

function rowsOf(set: RowSet, from: number, count: number): number[] {
  return Array.from(set.mask(from, count) ?? []).flatMap((bit, index) => (bit === 1 ? [from + index] : []));
}

/** A set with a list and bits in the first bucket, and runs in another. */
function bitmapOf(
  list: readonly number[],
  bits: readonly number[],
  runs: readonly (readonly [number, number])[],
  bucket: number,
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const put = (value: number, size: number): void => {
    for (let index = 0; index < size; index++) bytes.push(Math.floor(value / 2 ** (8 * index)) % 256);
  };
  put(1_681_511_377, 4);
  put(2, 8);
  put(0, 4);
  put(12_346, 4);
  put(2, 4);
  for (const [key, rows] of [list, bits].entries()) {
    put(key, 2);
    put(rows.length - 1, 2);
  }
  put(0, 8);
  for (const row of list) put(row, 2);
  const words = new Uint8Array(8192);
  for (const row of bits) words[row >>> 3] = (words[row >>> 3] ?? 0) | (1 << (row & 7));
  bytes.push(...words);
  put(bucket, 4);
  put(12_347, 4);
  put(1, 1);
  put(3, 2);
  put(runs.reduce((sum, [, more]) => sum + more + 1, 0) - 1, 2);
  put(runs.length, 2);
  for (const [first, more] of runs) {
    put(first, 2);
    put(more, 2);
  }
  return Uint8Array.from(bytes);
}

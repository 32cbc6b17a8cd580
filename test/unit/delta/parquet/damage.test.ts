import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openParquet } from "../../../../src/delta/parquet/read.ts";
import { bytesSource, objectSource, type ParquetSource } from "../../../../src/delta/parquet/source.ts";
import { isEdgewaterError } from "../../../../src/errors.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { columnsOf, parquetOf } from "../../../support/delta/parquet.ts";
import { array, field, map, struct } from "../../../support/delta/schema.ts";

const schema = struct(
  field("id", "long"),
  field("text", "string"),
  field("list", array(struct(field("x", "integer")))),
  field("map", map("string", "double")),
);
const rowCount = 200;
const columns = [
  Array.from({ length: rowCount }, (_, row) => (row % 5 === 0 ? null : BigInt(row))),
  Array.from({ length: rowCount }, (_, row) => `text ${row % 7}`),
  Array.from({ length: rowCount }, (_, row) => Array.from({ length: row % 3 }, (_, x) => ({ x }))),
  Array.from({ length: rowCount }, (_, row) => (row % 4 === 0 ? null : [["k", row]])),
];
const bytes = parquetOf([{ schema, rowCount, columns }], { schema, rowGroupRows: 50 });

/** The footer, and the length of it. */
const footerStart = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);

const altered = (change: (copy: Uint8Array<ArrayBuffer>) => void): Uint8Array<ArrayBuffer> => {
  const copy = bytes.slice();
  change(copy);
  return copy;
};

const changed = (changes: readonly { readonly at: number; readonly to: number }[]): Uint8Array<ArrayBuffer> =>
  altered((copy) => {
    for (const { at, to } of changes) copy[at] = to;
  });

/** Reads, and returns the code of the error; other errors than ours are thrown. */
const read = async (damaged: Uint8Array<ArrayBuffer>): Promise<string> => {
  try {
    await columnsOf(damaged, { schema });
    return "read";
  } catch (error) {
    if (isEdgewaterError(error, "Integrity", "NotSupported")) return error.code;
    throw error;
  }
};

describe("a damaged Parquet file", () => {
  it("is told from a whole one wherever it was cut", async () => {
    for (let length = 0; length < bytes.length; length += 211) expect(await read(bytes.slice(0, length))).toBe("Integrity");
  });

  it("gives a clear error, or other values, whatever byte is changed", async () => {
    const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), to: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        await read(changed(changes));
      }),
      { numRuns: 120, seed: 23 },
    );
  });

  it("gives a clear error, or other values, whatever byte of its footer is changed", async () => {
    const change = fc.record({
      at: fc.integer({ min: footerStart, max: bytes.length - 9 }),
      to: fc.constantFrom(0, 1, 0x7f, 0x80, 0xf9, 0xfc, 0xff),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        await read(changed(changes));
      }),
      { numRuns: 120, seed: 24 },
    );
  });

  it("is refused with what is wrong and which file it is", async () => {
    const message = 'Cannot read "a/b.parquet": it does not end with the letters PAR1; the file is damaged or no Parquet: restore it';
    await expect(openParquet(bytesSource("a/b.parquet", new Uint8Array(100)))).rejects.toMatchObject({
      code: "Integrity",
      message,
      key: "a/b.parquet",
    });
    const long = altered((copy) => new DataView(copy.buffer).setUint32(copy.length - 8, 2 ** 31, true));
    await expect(openParquet(bytesSource("a", long))).rejects.toThrow(/its footer should have 2147483648 bytes, more than the file has/);
  });

  it("is refused when it is shorter than the log says, and when it is missing", async () => {
    const store = new MemoryStore();
    await store.put("a.parquet", bytes.slice(0, -10));
    await expect(openParquet(objectSource(store, "a.parquet", bytes.length))).rejects.toMatchObject({
      code: "Integrity",
      key: "a.parquet",
    });
    await expect(openParquet(objectSource(store, "b.parquet", 100))).rejects.toMatchObject({ code: "NotFound" });
  });
});

describe("the source of a Parquet file", () => {
  const counted = (): { source: ParquetSource; requests: string[] } => {
    const requests: string[] = [];
    const inner = bytesSource("a", bytes);
    return { requests, source: { ...inner, read: (start, end) => inner.read(start, end).finally(() => requests.push(`${start}-${end}`)) } };
  };

  it("is read in one request if it is small", async () => {
    const { source, requests } = counted();
    const file = await openParquet(source);
    for await (const batch of file.read({ schema })) expect(batch.rowCount).toBe(50);
    expect(requests).toEqual([`0-${bytes.length}`]);
  });

  it("is read by the ranges of the columns that are wanted, near ones together", async () => {
    const wide = struct(...["a", "b", "c", "d"].map((name) => field(name, "double")));
    const values = Float64Array.from({ length: 60_000 }, (_, index) => Math.sin(index));
    const large = parquetOf([{ schema: wide, rowCount: values.length, columns: [values, values, values, values] }], { schema: wide });
    const requests: number[] = [];
    const inner = bytesSource("a", large);
    const source: ParquetSource = { ...inner, read: (start, end) => inner.read(start, end).finally(() => requests.push(end - start)) };
    const file = await openParquet(source);
    for await (const batch of file.read({ schema: struct(field("a", "double"), field("b", "double")) }))
      expect(batch.rowCount).toBe(60_000);
    expect(requests.length).toBe(2);
    expect(requests[1]).toBeLessThan(1_100_000);
  });

  it("is read no longer once the signal is aborted", async () => {
    const file = await openParquet(bytesSource("a", bytes));
    const controller = new AbortController();
    const batches = file.read({ schema, signal: controller.signal });
    await batches.next();
    controller.abort();
    await expect(batches.next()).rejects.toMatchObject({ code: "Aborted" });
  });
});

import {
  field as arrowField,
  columnFromValues,
  dateDay,
  dictionary,
  int64,
  type Table,
  TimeUnit,
  tableFromArrays,
  tableFromColumns,
  tableFromIPC,
  tableToIPC,
  timestamp,
  uint32,
  uint64,
  utf8,
} from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { batchesFromArrow, isArrow } from "../../../../src/delta/arrow/from-arrow.ts";
import { arrowSchema } from "../../../../src/delta/arrow/schema-message.ts";
import { arrowFromBatches } from "../../../../src/delta/arrow/to-arrow.ts";
import type { Batch } from "../../../../src/delta/batch.ts";
import { tableSchema } from "../../../../src/delta/schema/declare.ts";
import { typeText } from "../../../../src/delta/schema/widening.ts";
import { batchFromRows } from "../../../../src/delta/values/from-rows.ts";
import { rowsFromBatch } from "../../../../src/delta/values/to-rows.ts";

const schema = tableSchema({
  id: "long not null",
  whole: "integer",
  small: "short",
  tiny: "byte",
  ratio: "double",
  single: "float",
  name: "string",
  bytes: "binary",
  ok: "boolean",
  price: "decimal(38,4)",
  day: "date",
  at: "timestamp",
  clock: "timestamp_ntz",
  tags: "array<string>",
  times: "array<timestamp>",
  counts: "map<string, long>",
  days: "map<long, date>",
  place: "struct<x: double, since: date, seen: timestamp>",
});

const full = {
  id: 2n ** 63n - 1n,
  whole: -(2 ** 31),
  small: 32_767,
  tiny: -128,
  ratio: -0.1,
  single: 0.5,
  name: "Zürich 😀",
  bytes: Uint8Array.of(0, 255),
  ok: true,
  price: "1234567890123456789012345678901234.5678",
  day: "1969-12-31",
  at: 253_402_300_799_999_999n,
  clock: -1n,
  tags: ["a", null, ""],
  times: [1n, null],
  counts: new Map([["a", 2n ** 60n]]),
  days: new Map([[1n, "2024-02-29"]]),
  place: { x: 1.5, since: "2024-01-15", seen: 1_705_276_800_123_456n },
};

async function* each(...batches: readonly Batch[]): AsyncGenerator<Batch> {
  yield* batches;
}

const empty = Object.fromEntries(schema.fields.map(({ name }) => [name, name === "id" ? 0n : null]));

describe("Arrow", () => {
  it("has every type without loss, also through the bytes of IPC", async () => {
    const batches = [batchFromRows([full, empty], schema), batchFromRows([full], schema)];
    const table = await arrowFromBatches(each(...batches), schema);
    expect(table.numRows).toBe(3);
    for (const data of [table, tableToIPC(table, { format: "stream" }), tableToIPC(table, { format: "file" })] as const) {
      const { schema: read, batches: again } = await batchesFromArrow(data as Table);
      expect(read.fields.map(({ name, type, nullable }) => [name, typeText(type), nullable])).toEqual(
        schema.fields.map(({ name, type, nullable }) => [name, typeText(type), nullable]),
      );
      const rows = [...again].flatMap((batch) => rowsFromBatch(batch, { int64: "bigint", timestamp: "micros" }));
      expect(rows).toEqual([full, empty, full]);
    }
  });

  it("has the schema of a table without rows", async () => {
    const table = await arrowFromBatches(each(), schema);
    expect(table.numRows).toBe(0);
    expect(table.names).toEqual(schema.fields.map(({ name }) => name));
    const { schema: read, batches } = await batchesFromArrow(table);
    expect(read.fields).toHaveLength(schema.fields.length);
    expect([...batches]).toEqual([]);
  });

  it("gives values in the forms of Flechette that were asked for", async () => {
    const rows = [{ id: 5n, at: new Date("2024-01-15T00:00:00Z") }];
    const small = tableSchema({ id: "long", at: "timestamp" });
    const exact = await arrowFromBatches(each(batchFromRows(rows, small)), small);
    expect(exact.toArray()).toEqual([{ id: 5n, at: 1_705_276_800_000_000n }]);
    const plain = await arrowFromBatches(each(batchFromRows(rows, small)), small, {
      useBigInt: false,
      useBigIntTimestamp: false,
      useDate: true,
    });
    expect(plain.toArray()).toEqual([{ id: 5, at: new Date("2024-01-15T00:00:00Z") }]);
  });

  it("reads types that a table has not as the next one that holds them", async () => {
    const table = tableFromColumns({
      word: columnFromValues(["a", "b", "a"], dictionary(utf8())),
      count: columnFromValues([1, 2, 4_294_967_295], uint32()),
      large: columnFromValues([1n, 2n, 2n ** 64n - 1n], uint64()),
      day: columnFromValues([0, 86_400_000, null], dateDay()),
      second: columnFromValues([1000, 2000, null], timestamp(TimeUnit.SECOND, "UTC")),
    });
    const { schema: read, batches } = await batchesFromArrow(table);
    expect(read.fields.map(({ type }) => typeText(type))).toEqual(["string", "long", "decimal(20,0)", "date", "timestamp"]);
    expect([...batches].flatMap((batch) => rowsFromBatch(batch))).toEqual([
      { word: "a", count: 1, large: "1", day: "1970-01-01", second: new Date(1000) },
      { word: "b", count: 2, large: "2", day: "1970-01-02", second: new Date(2000) },
      { word: "a", count: 4_294_967_295, large: "18446744073709551615", day: null, second: null },
    ]);
  });

  it("refuses bytes that are no Arrow, and types without a counterpart", async () => {
    await expect(batchesFromArrow(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: "SerializationError" });
    const nanos = tableFromColumns({ at: columnFromValues([0.001_5], timestamp(TimeUnit.NANOSECOND, "UTC")) });
    const { batches } = await batchesFromArrow(nanos);
    expect(() => [...batches]).toThrow(/"at".*nanoseconds/);
  });

  it("is told from other values", () => {
    expect(isArrow(tableFromArrays({ id: [1] }))).toBe(true);
    expect(isArrow({ id: [1] })).toBe(false);
    expect(isArrow(undefined)).toBe(false);
  });

  it("names a schema in a message that readers of Arrow take", () => {
    const { schema: read } = tableFromIPC(arrowSchema(schema));
    const decimal = read.fields.find(({ name }) => name === "price")?.type;
    expect(decimal).toMatchObject({ precision: 38, scale: 4, bitWidth: 128 });
    expect(read.fields.map(({ name, nullable }) => [name, nullable])).toEqual(schema.fields.map(({ name, nullable }) => [name, nullable]));
    expect(read.fields.find(({ name }) => name === "id")?.type).toEqual(int64());
    expect(read.fields.find(({ name }) => name === "at")?.type).toEqual(timestamp(TimeUnit.MICROSECOND, "UTC"));
    expect(read.fields.find(({ name }) => name === "clock")?.type).toMatchObject({ timezone: null });
    expect(read.fields.find(({ name }) => name === "tags")?.type).toMatchObject({ children: [arrowField("element", utf8())] });
  });
});

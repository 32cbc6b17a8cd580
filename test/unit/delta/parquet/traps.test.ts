/** What Parquet files have that is easily lost: each was lost by some reader or writer. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openParquet } from "../../../../src/delta/parquet/read.ts";
import { bytesSource } from "../../../../src/delta/parquet/source.ts";
import type { DeltaType, StructType } from "../../../../src/delta/schema/types.ts";
import { columnsOf, parquetOf } from "../../../support/delta/parquet.ts";
import { array, decimal, field, map, requiredField, struct } from "../../../support/delta/schema.ts";

const written = (schema: StructType, columns: readonly (readonly unknown[])[], rowGroupRows = 100): Uint8Array<ArrayBuffer> =>
  parquetOf([{ schema, rowCount: columns[0]?.length ?? 0, columns }], { schema, rowGroupRows });

const roundTrip = async (type: DeltaType, values: readonly unknown[]): Promise<unknown> => {
  const schema = struct(field("a", type));
  return (await columnsOf(written(schema, [values]), { schema }))[0];
};

describe("a Parquet file keeps", () => {
  it.each([
    ["every digit of a decimal (trap 2)", decimal(38, 18), [12_345_678_901_234_567_890_123_456_789_012_345_678n, -1n, null]],
    ["every digit of a decimal of 64 bits (trap 2)", decimal(18, 4), [90_071_992_547_409_931n, -90_071_992_547_409_931n]],
    ["integers beyond 2^53", "long", [9_007_199_254_740_993n, 2n ** 63n - 1n, -(2n ** 63n)]],
    ["microseconds (trap 4)", "timestamp", [1_700_000_000_123_456n, -1n]],
    ["microseconds of wall-clock times (trap 4)", "timestamp_ntz", [-62_135_596_800_000_000n, 253_402_300_799_999_999n]],
    [
      "the order and the type of the keys of a map (trap 3)",
      map("integer", "string"),
      [
        [
          [2, "b"],
          [1, null],
        ],
        [],
        null,
      ],
    ],
    ["null lists beside empty ones (trap 4)", array("long"), [null, [], [null], [1n, null]]],
    ["null structs beside structs of nulls (trap 4)", struct(field("x", "long")), [null, { x: null }, { x: 1n }]],
    ["lists of lists", array(array("string")), [[[], null, ["a"]], [], null, [[null]]]],
    ["bytes that are no text (trap 5)", "binary", [Uint8Array.of(0xff, 0xfe), Uint8Array.of(), null]],
    ["byte order marks", "string", ["\ufeffa", "a\ufeff", ...new Array(20).fill("\ufeff")]],
    ["texts of every length", "string", Array.from({ length: 60 }, (_, length) => "é".repeat(length % 3) + "x".repeat(length))],
    ["the sign of zero among equal numbers", "double", [0, -0, 0, -0, Number.NaN, 0, 0, 0, 0, 0, 0, 0]],
    [
      "the sign of zero within lists",
      array("float"),
      [
        [-0, 0],
        [0, 0, 0, 0, 0, 0, 0],
      ],
    ],
    [
      "fields with names of an object",
      struct(field("constructor", "long"), field("hasOwnProperty", "long")),
      [{ constructor: 1n, hasOwnProperty: 2n }],
    ],
  ] as const)("%s", async (_, type, values) => expect(fc.stringify(await roundTrip(type, values))).toBe(fc.stringify(values)));

  it("more rows than a stack has arguments (trap 6)", async () => {
    const values = Int32Array.from({ length: 300_000 }, (_, index) => index);
    const schema = struct(field("a", "integer"));
    const bytes = parquetOf([{ schema, rowCount: values.length, columns: [values] }], { schema, rowGroupRows: 200_000 });
    const [column] = await columnsOf(bytes, { schema });
    expect([column?.length, column?.[299_999]]).toEqual([300_000, 299_999]);
  });

  it("numbers without nulls as typed arrays", async () => {
    const schema = struct(field("i", "integer"), field("l", "long"), field("d", "double"), field("t", "timestamp"), field("b", "date"));
    const bytes = written(schema, [[1], [1n], [1], [1n], [1]]);
    const file = await openParquet(bytesSource("a", bytes));
    const { value } = await file.read({ schema }).next();
    expect(value?.columns).toEqual([Int32Array.of(1), BigInt64Array.of(1n), Float64Array.of(1), BigInt64Array.of(1n), Int32Array.of(1)]);
  });
});

describe("the columns of a Parquet file", () => {
  it.each([
    ["byte", "long", [1, -128], [1n, -128n]],
    ["integer", "double", [1, -(2 ** 31)], [1, -(2 ** 31)]],
    ["float", "double", [0.5], [0.5]],
    ["date", "timestamp_ntz", [-1, 1], [-86_400_000_000n, 86_400_000_000n]],
    ["integer", decimal(12, 2), [5], [500n]],
    ["long", decimal(21, 1), [2n ** 62n], [2n ** 62n * 10n]],
    [decimal(4, 2), decimal(30, 5), [-125n], [-125_000n]],
  ] as const)("of %j are read as the wider %j", async (from, to, values, expected) => {
    const bytes = written(struct(field("a", from)), [values]);
    expect((await columnsOf(bytes, { schema: struct(field("a", to)) }))[0]).toEqual(expected);
  });

  it.each([
    ["long", "integer"],
    ["string", "long"],
    ["timestamp", "long"],
    [decimal(10, 4), decimal(10, 2)],
    ["long", array("long")],
    [array("long"), "long"],
  ] as const)("of %j are not read as %j", async (from, to) => {
    const bytes = written(struct(field("a", from)), [[null]]);
    const error = { code: "NotSupported", message: expect.stringMatching(/the column "a" .* type/) };
    await expect(columnsOf(bytes, { schema: struct(field("a", to)) })).rejects.toMatchObject(error);
  });

  it("are null where the file lacks them, also within structs and lists", async () => {
    const bytes = written(struct(field("s", struct(field("x", "long"))), field("l", array(struct(field("x", "long"))))), [
      [null, { x: 1n }],
      [[{ x: 1n }, null], []],
    ]);
    const schema = struct(
      field("z", "string"),
      field("s", struct(field("y", "long"))),
      field("l", array(struct(field("y", "long"), field("x", "long")))),
    );
    expect(await columnsOf(bytes, { schema })).toEqual([
      [null, null],
      [null, { y: null }],
      [[{ y: null, x: 1n }, null], []],
    ]);
  });

  it("have physical names and ids where they are mapped", async () => {
    const mapped = (name: string, id: number, type: DeltaType) =>
      field(name, type, { "delta.columnMapping.id": id, "delta.columnMapping.physicalName": `col-${id}` });
    const schema = struct(
      mapped("a", 1, "long"),
      mapped("s", 2, struct(mapped("x", 3, "string"))),
      mapped("m", 4, map("string", struct(mapped("y", 5, "long")))),
    );
    const columns = [[1n], [{ x: "one" }], [[["k", { y: 2n }]]]];
    const bytes = parquetOf([{ schema, rowCount: 1, columns }], { schema, mapping: "id" });
    const file = await openParquet(bytesSource("a", bytes));
    expect(file.schema.fields.map(({ name, metadata }) => [name, metadata])).toEqual(
      [1, 2, 4].map((id) => [`col-${id}`, { "parquet.field.id": id }]),
    );
    expect(await columnsOf(bytes, { schema, mapping: "name" })).toEqual(columns);
    const renamed = struct(
      ...schema.fields.map((each) => ({
        ...each,
        name: `new ${each.name}`,
        metadata: { "delta.columnMapping.id": each.metadata["delta.columnMapping.id"] },
      })),
    );
    expect(await columnsOf(bytes, { schema: renamed, mapping: "id" })).toEqual(columns);
    expect(await columnsOf(bytes, { schema, mapping: "none" })).toEqual([[null], [null], [null]]);
  });

  it("are not looked for when they are mapped and the log has no id or name of one", async () => {
    const schema = struct(field("a", "long"));
    const bytes = written(schema, [[1n]]);
    const error = { code: "Integrity", message: expect.stringMatching(/the log has no delta\.columnMapping/) };
    await expect(columnsOf(bytes, { schema, mapping: "id" })).rejects.toMatchObject(error);
    await expect(columnsOf(bytes, { schema, mapping: "name" })).rejects.toMatchObject(error);
  });

  it("have statistics, exact or wider", async () => {
    const schema = struct(
      field("l", "long"),
      field("t", "string"),
      field("d", decimal(30, 2)),
      field("f", "double"),
      field("s", struct(field("x", "date"))),
    );
    const long = "é".repeat(40);
    const bytes = written(schema, [
      [9_007_199_254_740_993n, null],
      ["a", long],
      [5n, -7n],
      [Number.NaN, 1],
      [{ x: 3 }, null],
    ]);
    const [group] = (await openParquet(bytesSource("a", bytes))).rowGroups;
    const statistics = (...path: string[]) => group?.statistics(path, schema);
    expect(statistics("l")).toEqual({ min: 9_007_199_254_740_993n, max: 9_007_199_254_740_993n, nullCount: 1 });
    expect(statistics("d")).toEqual({ min: -7n, max: 5n, nullCount: 0 });
    expect(statistics("f")).toEqual({ min: 1, max: 1, nullCount: 0 });
    expect(statistics("s", "x")).toEqual({ min: 3, max: 3, nullCount: 1 });
    expect(statistics("t")?.min).toBe("a");
    expect(String(statistics("t")?.max) > long).toBe(true);
    expect(statistics("unknown")).toBeUndefined();
  });
});

describe("a writer", () => {
  const schema = struct(requiredField("id", "long"));

  it("refuses a null in a column that has none", () =>
    expect(() => written(schema, [[1n, null]])).toThrow(expect.objectContaining({ code: "SerializationError", field: "id" })));

  it.each([
    ["integer", "text"],
    ["integer", 2 ** 31],
    ["integer", 0.5],
    ["long", 1],
    ["long", 2n ** 63n],
    ["boolean", 1],
    ["double", 1n],
    ["string", 1],
    ["binary", "text"],
    [decimal(9, 2), 1],
    [decimal(9, 2), 2n ** 31n],
    [decimal(38, 2), 2n ** 127n],
  ] as const)("refuses in a column of %j the value %s", (type, value) => {
    const error = { code: "SerializationError", field: "a", message: expect.stringMatching(/does not fit the type/) };
    expect(() => written(struct(field("a", type)), [[value]])).toThrow(expect.objectContaining(error));
  });

  it("refuses a null within a value that has none", () =>
    expect(() => written(struct(field("a", { type: "array", elementType: "long", containsNull: false })), [[[1n, null]]])).toThrow(
      expect.objectContaining({ code: "SerializationError", field: "element" }),
    ));

  it("gives its bytes while it goes on, and makes groups of large rows smaller (trap 12)", async () => {
    const large = struct(field("text", "string"));
    const { ParquetWriter } = await import("../../../../src/delta/parquet/write.ts");
    const writer = new ParquetWriter({ schema: large, compression: "none" });
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (let batch = 0; batch < 3; batch++) {
      writer.write({
        schema: large,
        rowCount: 5,
        columns: [Array.from({ length: 5 }, (_, row) => String.fromCharCode(97 + row).repeat(8 * 1024 * 1024))],
      });
      parts.push(writer.take());
    }
    writer.finish();
    parts.push(writer.take());
    expect(writer.rowCount).toBe(15);
    expect(parts.filter(({ length }) => length > 1024 * 1024).length).toBeGreaterThan(1);
    const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
    expect(whole.length).toBe(writer.byteLength);
    expect((await openParquet(bytesSource("a", whole))).rowGroups.map(({ rowCount }) => rowCount)).toEqual([8, 7]);
  });
});

import { describe, expect, it } from "vitest";
import type { DeltaType } from "../../../../src/delta/schema/types.ts";
import { batchFromRows } from "../../../../src/delta/values/from-rows.ts";
import { type RowOptions, rowsFromBatch } from "../../../../src/delta/values/to-rows.ts";
import { array, decimal, field, map, requiredField, struct } from "../../../support/delta/schema.ts";

const putInto = (type: DeltaType, value: unknown): unknown => batchFromRows([{ a: value }], struct(field("a", type))).columns[0]?.[0];

describe("rows", () => {
  it("come back as they were written", () => {
    const schema = struct(
      field("id", "long"),
      field("price", decimal(10, 2)),
      field("day", "date"),
      field("at", "timestamp"),
      field("wall", "timestamp_ntz"),
      field("bytes", "binary"),
      field("tags", map("string", array("long"))),
      field("place", struct(field("x", "double"), field("on", "date"))),
      field("__proto__", "string"),
    );
    const row = JSON.parse('{"__proto__": "text"}');
    Object.assign(row, {
      id: 7,
      price: "-0.50",
      day: "2024-02-29",
      at: new Date(1_700_000_000_123),
      wall: new Date(0),
      bytes: Uint8Array.of(1, 2),
      tags: new Map([["k", [1, null]]]),
      place: { x: 1.5, on: "1969-12-31" },
    });
    const empty = Object.fromEntries(schema.fields.map(({ name }) => [name, null]));
    const rows = rowsFromBatch(batchFromRows([row, {}], schema));
    expect(rows).toEqual([row, empty]);
    expect(Object.keys(rows[0] ?? {})).toContain("__proto__");
  });

  it("are given in the forms that are chosen", () => {
    const schema = struct(field("id", "long"), field("at", "timestamp"), field("day", "date"), field("ids", array("long")));
    const batch = batchFromRows([{ id: 2n ** 60n, at: 1_500n, day: "2024-01-01", ids: [1] }], schema);
    expect(rowsFromBatch(batch, { int64: "bigint", timestamp: "micros", date: "date" })).toEqual([
      { id: 2n ** 60n, at: 1_500n, day: new Date("2024-01-01"), ids: [1n] },
    ]);
  });

  it("never lose digits: what has no exact usual form has another, or is refused where the form is chosen", () => {
    const schema = struct(field("s", struct(field("id", "long"), field("at", "timestamp"))));
    const rows = (value: object, options: RowOptions = {}) => rowsFromBatch(batchFromRows([{ s: value }], schema), options);
    expect(rows({ id: 9_007_199_254_740_993n, at: 1_500n })).toEqual([{ s: { id: 9_007_199_254_740_993n, at: 1_500n } }]);
    expect(rows({ id: 9_007_199_254_740_991n, at: 2_000n })).toEqual([{ s: { id: 9_007_199_254_740_991, at: new Date(2) } }]);
    const lost = (value: object, options: RowOptions) => () => rows(value, options);
    expect(lost({ id: 9_007_199_254_740_993n }, { int64: "number" })).toThrow(
      /"s.id" as rows: 9007199254740993 is not exact.* int64: "bigint"/,
    );
    expect(lost({ at: 1_500n }, { timestamp: "date" })).toThrow(/timestamp: "micros"/);
    expect(lost({ at: 2n ** 63n - 1n }, { timestamp: "date" })).toThrow(expect.objectContaining({ code: "NotSupported" }));
  });

  it.each([
    ["long", 5, 5n],
    ["long", -(2n ** 63n), -(2n ** 63n)],
    ["byte", -128, -128],
    ["integer", 7n, 7],
    ["float", 0.1, Math.fround(0.1)],
    [decimal(4, 2), 12.5, 1250n],
    [decimal(38, 38), "1e-38", 1n],
    [decimal(5, 0), { unscaled: 1200n, scale: 2 }, 12n],
    ["date", new Date("2024-01-15"), 19_737],
    ["timestamp", "2024-01-15T06:00:00.123456+01:00", 1_705_294_800_123_456n],
    ["timestamp_ntz", "2024-01-15 06:00:00", 1_705_298_400_000_000n],
    [map("string", "long"), { k: 1 }, [["k", 1n]]],
  ] as const)("are put into %j: %s", (type, value, expected) => expect(putInto(type, value)).toEqual(expected));

  it.each([
    ["long", 2 ** 53, /no whole number that is exact/],
    ["long", 2n ** 63n, /does not fit the type long/],
    ["long", "1", /a string; expected long/],
    ["byte", 128, /does not fit the type byte, which ends at 127/],
    ["integer", 0.5, /no whole number/],
    ["float", 1e300, /use double/],
    ["double", 1n, /expected double/],
    ["string", "\ud800", /lone surrogate/],
    ["string", 1, /expected string/],
    ["binary", [1], /an array; expected binary/],
    [decimal(4, 2), "1.234", /more than 2 digits after the point/],
    [decimal(4, 2), 100, /does not fit the type decimal\(4,2\)/],
    [decimal(4, 2), "one", /the text is no number/],
    [decimal(4, 2), Number.NaN, /expected decimal/],
    ["date", "2024-02-30", /no date/],
    ["date", new Date(1), /time of the day/],
    ["date", 19_737, /expected date/],
    ["timestamp", "2024-01-15T06:00:00", /with its zone/],
    ["timestamp_ntz", "2024-01-15T06:00:00Z", /without a zone/],
    ["timestamp", new Date(Number.NaN), /invalid/],
    [array("long"), new Set(), /expected array<long>/],
    [map("long", "long"), { 1: 1 }, /expected map<long, long>/],
    [struct(field("x", "long")), { y: 1 }, /"a.y" of row 0: the schema has no such column/],
    [struct(requiredField("x", "long")), {}, /"a.x" of row 0: undefined; it is not nullable/],
    [array(array("byte")), [[1], [1000]], /"a.element.element" of row 0/],
  ] as const)("are refused by $0: $2", (type, value, message) => {
    expect(() => putInto(type, value)).toThrow(
      expect.objectContaining({ code: "ValidationError", message: expect.stringMatching(message) }),
    );
  });

  it("are refused with unknown columns, and the nearest known one", () => {
    expect(() => batchFromRows([{}, { prize: 1 }], struct(field("price", "double")), 10)).toThrow(
      /"prize" of row 11: the schema has no such column; did you mean "price"\?/,
    );
    expect(() => batchFromRows([null as never], struct(field("a", "long")))).toThrow(/null is no row/);
  });
});

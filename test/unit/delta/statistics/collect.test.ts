import { describe, expect, it } from "vitest";
import type { DeltaType, StructType } from "../../../../src/delta/schema/types.ts";
import { lowerTextBound, upperTextBound } from "../../../../src/delta/statistics/bounds.ts";
import { StatisticsCollector } from "../../../../src/delta/statistics/collect.ts";
import { indexedColumnsOf, indexedLeaves } from "../../../../src/delta/statistics/indexed-columns.ts";
import { compareUtf8 } from "../../../../src/encoding/utf8.ts";
import { randomOf } from "../../../support/random.ts";

const field = (name: string, type: DeltaType, metadata = {}): StructType["fields"][number] => ({ name, type, nullable: true, metadata });
const struct = (...fields: StructType["fields"]): StructType => ({ type: "struct", fields });

/** The statistics of a column with these values. */
function statisticsOf(type: DeltaType, values: readonly unknown[]): string {
  const schema = struct(field("c", type));
  const collector = new StatisticsCollector(schema);
  collector.add({ schema, rowCount: values.length, columns: [values] });
  return collector.print();
}

function boundsOf(type: DeltaType, ...values: readonly unknown[]): readonly (string | undefined)[] {
  const text = statisticsOf(type, values);
  return ["minValues", "maxValues"].map((name) => new RegExp(`"${name}":\\{"c":("(?:[^"\\\\]|\\\\.)*"|[^}]*)\\}`).exec(text)?.[1]);
}

describe("statistics of a file", () => {
  it("count rows and nulls, and say that their bounds are tight", () => {
    expect(statisticsOf("integer", [3, null, -1])).toBe(
      '{"numRecords":3,"minValues":{"c":-1},"maxValues":{"c":3},"nullCount":{"c":1},"tightBounds":true}',
    );
    expect(statisticsOf("integer", [null])).toBe('{"numRecords":1,"minValues":{},"maxValues":{},"nullCount":{"c":1},"tightBounds":true}');
    expect(statisticsOf("integer", [])).toBe('{"numRecords":0,"minValues":{},"maxValues":{},"nullCount":{"c":0},"tightBounds":true}');
  });

  it("print longs and decimals with all their digits (trap 1: int64 statistics)", () => {
    expect(boundsOf("long", 9007199254740993n, 2n ** 63n - 1n, -(2n ** 63n))).toEqual(["-9223372036854775808", "9223372036854775807"]);
    expect(boundsOf({ type: "decimal", precision: 38, scale: 2 }, 12345678901234567890123n, -5n)).toEqual([
      "-0.05",
      "123456789012345678901.23",
    ]);
  });

  it("have no NaN, no infinity and no -0 (trap 9)", () => {
    expect(boundsOf("double", -0, 0.5)).toEqual(["0", "0.5"]);
    expect(boundsOf("double", 1, Number.NaN, 2)).toEqual(["1", undefined]);
    expect(boundsOf("double", Number.NaN)).toEqual([undefined, undefined]);
    expect(boundsOf("double", Number.NEGATIVE_INFINITY, 3)).toEqual([undefined, "3"]);
    expect(boundsOf("float", 1, Number.POSITIVE_INFINITY)).toEqual(["1", undefined]);
  });

  it("round times to milliseconds, away from the values (trap 9)", () => {
    expect(boundsOf("timestamp", 1_705_305_600_123_456n)).toEqual(['"2024-01-15T08:00:00.123Z"', '"2024-01-15T08:00:00.124Z"']);
    expect(boundsOf("timestamp_ntz", -1n)).toEqual(['"1969-12-31T23:59:59.999"', '"1970-01-01T00:00:00.000"']);
    expect(boundsOf("timestamp", -(10n ** 17n), 10n ** 18n)).toEqual([undefined, undefined]);
    expect(boundsOf("date", 19_737, -1)).toEqual(['"1969-12-31"', '"2024-01-15"']);
    expect(boundsOf("date", 10_000_000)).toEqual([undefined, undefined]);
  });

  it("cut texts to 32 code points, the upper one rounded up (trap 9)", () => {
    const smile = "\u{1f600}";
    expect(boundsOf("string", "x".repeat(40))).toEqual([`"${"x".repeat(32)}"`, `"${"x".repeat(31)}y"`]);
    expect(boundsOf("string", smile.repeat(40))).toEqual([`"${smile.repeat(32)}"`, `"${smile.repeat(31)}\u{1f601}"`]);
    expect(boundsOf("string", "\u{10ffff}".repeat(40))).toEqual([`"${"\u{10ffff}".repeat(32)}"`, undefined]);
    expect(boundsOf("string", "a\ud800")).toEqual([undefined, undefined]);
  });

  it("have no bounds of bytes, booleans, lists and maps, but count their nulls", () => {
    const list: DeltaType = { type: "array", elementType: "integer", containsNull: true };
    for (const [type, value] of [
      ["binary", Uint8Array.of(1)],
      ["boolean", true],
      [list, [1]],
    ] as const) {
      expect(statisticsOf(type, [value, null])).toBe(
        '{"numRecords":2,"minValues":{},"maxValues":{},"nullCount":{"c":1},"tightBounds":true}',
      );
    }
  });

  it("take the fields of structs apart, and count a null struct as a null of each", () => {
    const schema = struct(field("place", struct(field("id", "long"), field("geo", struct(field("lat", "double"))))));
    const collector = new StatisticsCollector(schema);
    collector.add({ schema, rowCount: 2, columns: [[{ id: 5n, geo: { lat: 1.5 } }, null]] });
    expect(JSON.parse(collector.print())).toEqual({
      numRecords: 2,
      minValues: { place: { id: 5, geo: { lat: 1.5 } } },
      maxValues: { place: { id: 5, geo: { lat: 1.5 } } },
      nullCount: { place: { id: 1, geo: { lat: 1 } } },
      tightBounds: true,
    });
  });

  it("have the physical names of mapped columns", () => {
    const schema = struct(field("c", "integer", { "delta.columnMapping.physicalName": "col-7" }));
    const collector = new StatisticsCollector(schema, { mapping: "name" });
    collector.add({ schema, rowCount: 1, columns: [Int32Array.of(5)] });
    expect(JSON.parse(collector.print())).toMatchObject({ minValues: { "col-7": 5 }, nullCount: { "col-7": 0 } });
  });

  it("add up the batches of a file, with typed arrays too", () => {
    const schema = struct(field("a", "long"), field("b", "double"));
    const collector = new StatisticsCollector(schema);
    collector.add({ schema, rowCount: 2, columns: [BigInt64Array.of(5n, -5n), Float64Array.of(0.5, 1)] });
    collector.add({ schema, rowCount: 1, columns: [[null], Float64Array.of(-1)] });
    expect(collector.rowCount).toBe(3);
    expect(JSON.parse(collector.print())).toEqual({
      numRecords: 3,
      minValues: { a: -5, b: -1 },
      maxValues: { a: 5, b: 1 },
      nullCount: { a: 1, b: 0 },
      tightBounds: true,
    });
  });
});

describe("bounds of texts", () => {
  it("are at most 32 code points, well-formed, and on the right side", () => {
    const random = randomOf(5);
    const alphabet = ["a", "z", "\u007f", "\u0080", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"];
    for (let round = 0; round < 3_000; round++) {
      const length = 25 + Math.floor(random() * 20);
      const text = Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
      const [lower, upper] = [lowerTextBound(text), upperTextBound(text)];
      expect(compareUtf8(lower, text)).toBeLessThanOrEqual(0);
      expect(Array.from(lower).length).toBeLessThanOrEqual(32);
      expect(upper === undefined || compareUtf8(upper, text) >= 0).toBe(true);
      expect(Array.from(upper ?? "").length).toBeLessThanOrEqual(32);
      expect(upper ?? "").toBe(new TextDecoder().decode(new TextEncoder().encode(upper)));
    }
  });
});

describe("the columns with statistics", () => {
  const schema = struct(
    field("a", "integer"),
    field("s", struct(field("b", "integer"), field("t", struct(field("c", "integer"))))),
    field("m", { type: "map", keyType: "string", valueType: "integer", valueContainsNull: true }),
    field("a.b", "integer"),
  );
  const namesOf = (columns: Parameters<typeof indexedLeaves>[1]): readonly string[] =>
    indexedLeaves(schema, columns).map((path) => path.map(({ name }) => name).join("/"));

  it("are the first 32, counted with the fields of structs", () => {
    const wide = struct(...Array.from({ length: 40 }, (_, index) => field(`c${index}`, "integer")));
    expect(indexedLeaves(wide, {})).toHaveLength(32);
    expect(indexedLeaves(wide, { indexedColumns: -1 })).toHaveLength(40);
    expect(namesOf({ indexedColumns: 3 })).toEqual(["a", "s/b", "s/t/c"]);
    expect(namesOf({ indexedColumns: 0 })).toEqual([]);
  });

  it("are those that the table names", () => {
    expect(namesOf(indexedColumnsOf({ "delta.dataSkippingStatsColumns": "m, s.t" }))).toEqual(["s/t/c", "m"]);
    expect(namesOf(indexedColumnsOf({ "delta.dataSkippingStatsColumns": "`a.b`" }))).toEqual(["a.b"]);
    expect(indexedColumnsOf({ "delta.dataSkippingNumIndexedCols": "5" })).toEqual({ indexedColumns: 5, named: undefined });
    expect(indexedColumnsOf({ "delta.dataSkippingNumIndexedCols": "some" })).toEqual({ indexedColumns: undefined, named: undefined });
  });
});

import { describe, expect, it } from "vitest";
import type { DeltaType } from "../../../../src/delta/schema/types.ts";
import { parsePartitionValue, printPartitionValue } from "../../../../src/delta/values/partition.ts";
import { randomOf } from "../../../support/random.ts";

const decimal: DeltaType = { type: "decimal", precision: 38, scale: 18 };

describe("a partition value in the log", () => {
  it.each<[DeltaType, string, unknown]>([
    ["string", "a/b =%é#?:'", "a/b =%é#?:'"],
    ["boolean", "true", true],
    ["boolean", "False", false],
    ["byte", "-128", -128],
    ["short", "32767", 32767],
    ["integer", "-2147483648", -2147483648],
    ["long", "9223372036854775807", 9223372036854775807n],
    ["float", "1.1", Math.fround(1.1)],
    ["double", "1.0E-10", 1e-10],
    ["double", "NaN", Number.NaN],
    ["double", "-Infinity", Number.NEGATIVE_INFINITY],
    ["binary", "hello", new TextEncoder().encode("hello")],
    [decimal, "12345678901234567890.123456789012345678", 12345678901234567890123456789012345678n],
    [decimal, "1E+2", 100000000000000000000n],
    [decimal, "-0.50", -500000000000000000n],
    ["date", "1969-12-31", -1],
    ["date", "0001-01-01", -719162],
    ["timestamp_ntz", "1970-01-01 00:00:00.123456", 123456n],
  ])("of type %j is read as it was written: %s", (type, text, value) => {
    expect(parsePartitionValue(text, type, "c")).toEqual(value);
  });

  it("of a timestamp is read in both forms, and without a zone it is in UTC (trap 8)", () => {
    for (const text of ["2021-09-08 11:11:11", "2021-09-08T11:11:11Z", "2021-09-08T11:11:11.000000Z", "2021-09-08T13:11:11+02:00"]) {
      expect(parsePartitionValue(text, "timestamp", "c")).toBe(1631099471000000n);
    }
    expect(printPartitionValue(1631099471123456n, "timestamp", "c")).toBe("2021-09-08T11:11:11.123456Z");
  });

  it("is null where it is missing or empty", () => {
    for (const text of [null, undefined, ""]) expect(parsePartitionValue(text, "string", "c")).toBeNull();
    expect(printPartitionValue(null, "integer", "c")).toBeNull();
  });

  it.each<[DeltaType, string]>([
    ["byte", "128"],
    ["long", "9223372036854775808"],
    ["integer", "1.0"],
    ["integer", "0x10"],
    ["double", "1e"],
    ["boolean", "1"],
    ["date", "2021-02-30"],
    ["date", "today"],
    ["timestamp", "2021-09-08 25:00:00"],
    [{ type: "decimal", precision: 3, scale: 1 }, "12.34"],
    [{ type: "decimal", precision: 3, scale: 1 }, "123.4"],
    [decimal, "1e999999999"],
  ])("of type %j is refused by name when it is invalid: %s", (type, text) => {
    expect(() => parsePartitionValue(text, type, "the column")).toThrow(/Cannot read the partition value ".*" of the column "the column"/);
  });

  it("that the log cannot hold is refused", () => {
    expect(() => printPartitionValue("", "string", "c")).toThrow("would be read as null");
    expect(() => printPartitionValue(new Uint8Array([0xff]), "binary", "c")).toThrow("no UTF-8");
    expect(() => printPartitionValue([], { type: "array", elementType: "string", containsNull: true }, "c")).toThrow("Cannot partition by");
  });

  it("is what is read of what was printed, for random values of every type", () => {
    const random = randomOf(8);
    const whole = (bits: number): bigint =>
      BigInt.asIntN(bits, BigInt(Math.floor(random() * 2 ** 52)) * BigInt(Math.floor(random() * 2 ** 52)));
    const makers: readonly [DeltaType, () => unknown][] = [
      ["long", () => whole(64)],
      ["integer", () => Number(whole(32))],
      ["double", () => (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300)],
      ["float", () => Math.fround((random() - 0.5) * 10 ** Math.floor(random() * 60 - 30))],
      ["double", () => (random() < 0.5 ? -0 : Number.NEGATIVE_INFINITY)],
      ["date", () => Math.floor(random() * 3_000_000) - 700_000],
      ["timestamp", () => BigInt(Math.floor((random() - 0.2) * 2 ** 52))],
      ["timestamp_ntz", () => BigInt(Math.floor((random() - 0.2) * 2 ** 52))],
      [decimal, () => whole(100)],
      ["boolean", () => random() < 0.5],
      ["string", () => String.fromCodePoint(1 + Math.floor(random() * 0xd000), 0x1f600)],
    ];
    for (let round = 0; round < 200; round++) {
      for (const [type, make] of makers) {
        const value = make();
        expect(parsePartitionValue(printPartitionValue(value, type, "c"), type, "c")).toEqual(value);
      }
    }
  });
});

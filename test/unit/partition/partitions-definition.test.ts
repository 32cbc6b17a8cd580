import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dynamicPartitions } from "../../../src/partition/dynamic-partitions.ts";
import { multiPartitions } from "../../../src/partition/multi-partitions.ts";
import { PartitionContext } from "../../../src/partition/partition-context.ts";
import { PartitionKey } from "../../../src/partition/partition-key.ts";
import {
  checkPartition,
  isPartitionsDefinition,
  type PartitionLoadingContext,
  sameDefinition,
} from "../../../src/partition/partitions-definition.ts";
import { staticPartitions } from "../../../src/partition/static-partitions.ts";
import { dailyPartitions, intervalPartitions } from "../../../src/partition/time-partitions.ts";

const loadingContext: PartitionLoadingContext = { now: "2024-01-04", dynamicKeys: (name) => (name === "customers" ? ["zoe", "adam"] : []) };
const regions = staticPartitions(["us", "eu"]);
const days = dailyPartitions({ start: "2024-01-01" });
const customers = dynamicPartitions("customers");
const sales = multiPartitions({ region: regions, date: days });
const refused = (message = ""): unknown => expect.objectContaining({ code: "PartitionError", message: expect.stringContaining(message) });

describe("definitions", () => {
  it.each([
    ["static partitions", regions, ["us", "eu"]],
    ["dynamic partitions", customers, ["zoe", "adam"]],
    ["dynamic partitions without keys", dynamicPartitions("others"), []],
    [
      "multi partitions",
      sales,
      ["01|region=us", "01|region=eu", "02|region=us", "02|region=eu", "03|region=us", "03|region=eu"].map(
        (rest) => `date=2024-01-${rest}`,
      ),
    ],
  ])("enumerate the keys of %s in order and contain them", (_, definition, expected) => {
    expect(definition.keys(loadingContext).map(String)).toEqual(expected);
    expect(expected.every((key) => definition.has(key, loadingContext))).toBe(true);
    expect(isPartitionsDefinition(definition)).toBe(true);
  });

  it.each([
    [regions, "asia"],
    [regions, ""],
    [regions, "eu,us"],
    [regions, PartitionKey.single(["eu", "us"])],
    [regions, PartitionKey.multi({ region: "eu" })],
    [customers, "eve"],
    [customers, ""],
    [sales, "date=2024-01-04|region=eu"],
    [sales, "date=2024-01-03|region=asia"],
    [sales, "date=2024-01-03"],
    [sales, "date=2024-01-03|region=eu|shop=a"],
    [sales, "date=2024-01-03|shop=a"],
    [sales, "date=2024-01-03|region=eu,us"],
    [sales, "2024-01-03"],
    [sales, ""],
    [sales, PartitionKey.single("date=2024-01-03|region=eu".replace("|", "-"))],
  ])("%o does not contain %s", (definition, key) => expect(definition.has(key, loadingContext)).toBe(false));

  it("list the names of the dynamic partitions that they use", () => {
    expect(regions.dynamicNames).toEqual([]);
    expect(multiPartitions({ a: customers, b: customers, c: dynamicPartitions("others"), d: days }).dynamicNames).toEqual([
      "customers",
      "others",
    ]);
  });

  it.each([
    ["no keys", () => staticPartitions([])],
    ["an empty key", () => staticPartitions(["a", ""])],
    ["a repeated key", () => staticPartitions(["a", "b", "a"])],
    ["the character NUL in a key", () => staticPartitions(["a\0b"])],
    ["the character NUL in the name of a dimension", () => multiPartitions({ "a\0b": staticPartitions(["a"]) })],
    ["a comma", () => staticPartitions(["a,b"])],
    ["a vertical bar", () => staticPartitions(["a|b"])],
    ["a nested list", () => staticPartitions([["a", "b"]] as never)],
    ["no dimensions", () => multiPartitions({})],
    ["nested dimensions", () => multiPartitions({ a: sales as never })],
    ["a dimension without a definition", () => multiPartitions({ a: ["x"] as never })],
    ["a reserved character in a dimension", () => multiPartitions({ "a=b": regions })],
    ["an empty name", () => dynamicPartitions("")],
    [
      "too many combinations",
      () => {
        const minutes = intervalPartitions({ start: "2024-01-01", end: "2024-01-02", every: 60 });
        return multiPartitions({ a: minutes, b: minutes }).keys(loadingContext);
      },
    ],
  ])("refuse %s", (_, make) => expect(make).toThrow(refused()));

  it.each([
    [regions, "us", "eu", ["us", "eu"]],
    [customers, "adam", "adam", ["adam"]],
    [
      sales,
      "date=2024-01-02|region=us",
      PartitionKey.multi({ region: "eu", date: "2024-01-03" }),
      ["date=2024-01-02|region=us", "date=2024-01-02|region=eu", "date=2024-01-03|region=us", "date=2024-01-03|region=eu"],
    ],
  ])("return the keys of a range, case %#", (definition, from, to, expected) => {
    expect(definition.between(from, to, loadingContext).map(String)).toEqual(expected);
  });

  it.each([
    [regions, "eu", "us"],
    [regions, "us", "asia"],
    [sales, "2024-01-01", "2024-01-02"],
    [sales, "date=2024-01-02|region=us", "date=2024-01-01|region=us"],
  ])("refuse an invalid range, case %#", (definition, from, to) =>
    expect(() => definition.between(from, to, loadingContext)).toThrow(refused()),
  );

  it("are compared by structure", () => {
    expect(
      sameDefinition(sales, multiPartitions({ date: dailyPartitions({ start: "2024-01-01" }), region: staticPartitions(["us", "eu"]) })),
    ).toBe(true);
    expect(sameDefinition(regions, staticPartitions(["eu", "us"]))).toBe(false);
    expect(sameDefinition(sales, multiPartitions({ day: days, region: regions }))).toBe(false);
    expect(sameDefinition(customers, dynamicPartitions("others"))).toBe(false);
    expect(sameDefinition(customers, staticPartitions(["customers"]))).toBe(false);
    expect(sameDefinition(undefined, regions)).toBe(false);
    expect(sameDefinition(undefined, undefined)).toBe(true);
  });

  it("contain every combination of several dimensions once", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9_]{1,4}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z0-9]{1,3}$/), names, { minKeys: 1, maxKeys: 3 }), (dimensions) => {
        const definition = multiPartitions(
          Object.fromEntries(Object.entries(dimensions).map(([name, keys]) => [name, staticPartitions(keys)])),
        );
        const keys = definition.keys(loadingContext);
        const product = Object.values(dimensions).reduce((size, values) => size * values.length, 1);
        expect(new Set(keys.map(String)).size).toBe(product);
        expect(keys.every((key) => definition.has(key, loadingContext) && definition.has(String(key), loadingContext))).toBe(true);
      }),
    );
  });
});

describe("checkPartition", () => {
  it("parses text as a key of the definition", () => {
    expect(checkPartition(sales, "region=eu|date=2024-01-02", loadingContext, "sales")).toStrictEqual(
      PartitionKey.multi({ date: "2024-01-02", region: "eu" }),
    );
    expect(checkPartition(multiPartitions({ d: regions }), "d=eu", loadingContext, "a").kind).toBe("multi");
    expect(checkPartition(staticPartitions(["d=eu"]), "d=eu", loadingContext, "a").kind).toBe("single");
  });

  it.each([
    [regions, "asia", '"asia" is not a partition of "sales", which has "us", "eu"'],
    [days, "2024-01-04", '"2024-01-04" is not a partition of "sales", which has the days from "2024-01-01" to "2024-01-03"'],
    [dailyPartitions({ start: "2030-01-01" }), "2030-01-01", 'the days from "2030-01-01", of which none has started'],
    [customers, "eve", 'which has the dynamic partitions "customers", now "zoe", "adam"'],
    [regions, "eu,us", '"eu,us" is not a partition of "sales": it stands for 2 partitions'],
    [sales, "eu", '"eu" is not a partition of "sales": '],
    [staticPartitions([..."abcdefghijkl"]), "z", '"j" and 2 more'],
  ])("says which partitions exist, case %#", (definition, key, message) => {
    const check = (): unknown => checkPartition(definition, key, loadingContext, "sales");
    expect(check).toThrow(refused(message));
    expect(check).toThrow(expect.objectContaining({ asset: "sales" }));
  });
});

describe("PartitionContext", () => {
  const [first, second] = [PartitionKey.single("2024-01-01"), PartitionKey.single("2024-01-02")];

  it("has the key and the time window of one partition", () => {
    const context = new PartitionContext({ keys: [first], definition: days });
    expect(context.key).toBe(first);
    expect(context.timeWindow()).toEqual({ start: "2024-01-01T00:00:00", end: "2024-01-02T00:00:00" });
  });

  it.each([
    ["several keys", [first, second], days],
    ["a key of several partitions", [PartitionKey.single(["2024-01-01", "2024-01-02"])], days],
    ["dimensions", [PartitionKey.multi({ date: "2024-01-01", region: "eu" })], sales],
    ["partitions that are not over time", [PartitionKey.single("eu")], regions],
  ])("has no time window for %s", (_, keys, definition) => {
    expect(new PartitionContext({ keys, definition }).timeWindow()).toBeUndefined();
  });

  it("refuses an empty list of keys, and `key` when there are several", () => {
    expect(() => new PartitionContext({ keys: [], definition: days })).toThrow(refused());
    expect(() => new PartitionContext({ keys: [first, second], definition: days }).key).toThrow(refused());
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dynamicPartitions } from "../../../src/partition/dynamic-partitions.ts";
import { checkEdge, isPartitionMapping, type Mapped } from "../../../src/partition/mapping/make-mapping.ts";
import { PartitionMapping } from "../../../src/partition/mapping/partition-mapping.ts";
import { multiPartitions } from "../../../src/partition/multi-partitions.ts";
import { PartitionKey } from "../../../src/partition/partition-key.ts";
import type { PartitionLoadingContext, PartitionsDefinition } from "../../../src/partition/partitions-definition.ts";
import { staticPartitions } from "../../../src/partition/static-partitions.ts";
import { dailyPartitions, hourlyPartitions } from "../../../src/partition/time-partitions.ts";

const loadingContext: PartitionLoadingContext = { now: "2024-01-04", dynamicKeys: () => ["zoe", "adam"] };
const names = { owner: "report", input: "sales" };
const regions = staticPartitions(["us", "eu"]);
const world = staticPartitions(["us", "eu", "asia"]);
const days = dailyPartitions({ start: "2024-01-01" });
const hours = hourlyPartitions({ start: "2024-01-01" });
const customers = dynamicPartitions("customers");
const sales = multiPartitions({ date: days, region: regions });
const refused = (...parts: string[]): unknown =>
  expect.objectContaining({ code: "PartitionError", asset: "report", message: expect.stringMatching(new RegExp(parts.join(".*"), "s")) });

const shown = (mapped: Mapped): unknown => (typeof mapped === "string" ? mapped : [mapped.arity, ...mapped.keys.map(String)]);

interface Row {
  readonly mapping: PartitionMapping;
  readonly downstream: PartitionsDefinition | undefined;
  readonly key: string | undefined;
  readonly upstream: PartitionsDefinition | undefined;
}

const resolve = ({ mapping, downstream, upstream, key }: Row): Mapped =>
  mapping.resolve({
    ...names,
    loadingContext,
    downstream,
    upstream,
    key: key === undefined ? undefined : PartitionKey.parse(key, downstream?.kind === "multi" ? "multi" : "single"),
  });

const row = (
  mapping: PartitionMapping,
  downstream: PartitionsDefinition | undefined,
  key: string | undefined,
  upstream: PartitionsDefinition | undefined,
): Row => ({ mapping, downstream, key, upstream });

const { identity, all, specific, forKeys, subset, timeWindow, multi, multiToSingle } = PartitionMapping;
const joined = multi({ date: timeWindow({ offset: -1 }), region: all() });
const eu2 = "date=2024-01-02|region=eu";

describe("PartitionMapping", () => {
  it.each<[Row, unknown]>([
    [row(identity(), regions, "eu", regions), ["one", "eu"]],
    [row(identity(), regions, "eu", world), ["one", "eu"]],
    [row(identity(), regions, "eu", undefined), "unpartitioned"],
    [row(identity(), undefined, undefined, undefined), "unpartitioned"],
    [row(identity(), sales, eu2, sales), ["one", eu2]],
    [row(all(), undefined, undefined, regions), ["many", "us", "eu"]],
    [row(all(), days, "2024-01-01", customers), ["many", "zoe", "adam"]],
    [row(all(), undefined, undefined, days), ["many", "2024-01-01", "2024-01-02", "2024-01-03"]],
    [row(PartitionMapping.static({ eu: "asia" }), regions, "eu", world), ["one", "asia"]],
    [row(PartitionMapping.static({ eu: "asia" }), regions, "us", world), ["one", "us"]],
    [row(PartitionMapping.static({ eu: PartitionKey.multi({ region: "eu", date: "2024-01-02" }) }), regions, "eu", sales), ["one", eu2]],
    [row(PartitionMapping.static({ "region=eu|date=2024-01-02": "asia" }), sales, eu2, world), ["one", "asia"]],
    [row(PartitionMapping.static({ eu: "region=eu|date=2024-01-02" }), regions, "eu", sales), ["one", eu2]],
    [row(specific(["asia", "us", "asia"]), undefined, undefined, world), ["many", "asia", "us"]],
    [row(specific([PartitionKey.single(["us", "eu"])]), undefined, undefined, world), ["many", "eu", "us"]],
    [
      row(specific(["date=2024-01-01|region=eu,us"]), undefined, undefined, sales),
      ["many", "date=2024-01-01|region=eu", "date=2024-01-01|region=us"],
    ],
    [row(specific(["asia"]), regions, "eu", world), ["many", "asia"]],
    [row(forKeys(["eu", "asia"]), world, "eu", undefined), "unpartitioned"],
    [row(forKeys(["eu", "asia"]), world, "us", undefined), "nothing"],
    [row(forKeys(["date=2024-01-02|region=eu,us"]), sales, eu2, undefined), "unpartitioned"],
    [row(subset(), world, "eu", regions), ["maybe", "eu"]],
    [row(subset(), world, "asia", regions), "nothing"],
    [row(timeWindow({ offset: 0 }), days, "2024-01-02", days), ["one", "2024-01-02"]],
    [row(timeWindow({ offset: -1 }), days, "2024-01-02", days), ["one", "2024-01-01"]],
    [row(timeWindow({ from: -1, to: 1 }), days, "2024-01-02", days), ["many", "2024-01-01", "2024-01-02", "2024-01-03"]],
    [row(timeWindow({ from: 0, to: 0 }), days, "2024-01-02", days), ["many", "2024-01-02"]],
    [
      row(timeWindow({ from: 22, to: 24 }), days, "2024-01-01", hours),
      ["many", "2024-01-01T22:00", "2024-01-01T23:00", "2024-01-02T00:00"],
    ],
    [row(timeWindow({ offset: 0 }), hours, "2024-01-02T23:00", days), ["one", "2024-01-02"]],
    [row(timeWindow({ offset: -1 }), hours, "2024-01-02T23:00", days), ["one", "2024-01-01"]],
    [row(multiToSingle("region"), sales, eu2, regions), ["one", "eu"]],
    [row(multiToSingle("date", { arity: "one" }), sales, eu2, days), ["one", "2024-01-02"]],
    [row(multiToSingle("region", PartitionMapping.static({ eu: "asia" })), sales, eu2, world), ["one", "asia"]],
    [row(multiToSingle("date", { mapping: timeWindow({ offset: -1 }), arity: "one" }), sales, eu2, days), ["one", "2024-01-01"]],
    [row(multiToSingle("region", all()), sales, eu2, regions), ["many", "us", "eu"]],
    [
      row(multiToSingle("region", PartitionMapping.static({ asia: "us" })), world, "asia", sales),
      ["many", "date=2024-01-01|region=us", "date=2024-01-02|region=us", "date=2024-01-03|region=us"],
    ],
    [row(specific(["zoe"]), undefined, undefined, customers), ["many", "zoe"]],
    [row(multiToSingle("date"), days, "2024-01-02", sales), ["many", "date=2024-01-02|region=us", eu2]],
    [
      row(multiToSingle("region", { arity: "many" }), regions, "eu", sales),
      ["many", "date=2024-01-01|region=eu", eu2, "date=2024-01-03|region=eu"],
    ],
    [row(joined, sales, eu2, sales), ["many", "date=2024-01-01|region=us", "date=2024-01-01|region=eu"]],
    [row(multi({}), sales, eu2, sales), ["one", eu2]],
    [
      row(multi({ day: ["date", timeWindow({ offset: 1 })] }), sales, eu2, multiPartitions({ day: days, region: world })),
      ["one", "day=2024-01-03|region=eu"],
    ],
    [row(multi({ region: subset() }), multiPartitions({ date: days, region: world }), "date=2024-01-02|region=asia", sales), "nothing"],
    [row(multi({ region: subset() }), multiPartitions({ date: days, region: world }), eu2, sales), ["maybe", eu2]],
    [
      row(multi({ region: specific(["eu"]), date: all() }), undefined, undefined, sales),
      ["many", "date=2024-01-01|region=eu", eu2, "date=2024-01-03|region=eu"],
    ],
  ])("maps a key to upstream keys, case %#", (given, expected) => {
    expect(shown(resolve(given))).toEqual(expected);
    expect(given.mapping.problem({ ...names, ...given })).toBeUndefined();
    expect(isPartitionMapping(given.mapping)).toBe(true);
  });

  it.each<[Row, ...string[]]>([
    [row(identity(), world, "asia", regions), '"sales" of "report"', '"asia"', '"us", "eu"'],
    [
      row(timeWindow({ offset: -1 }), days, "2024-01-01", days),
      'maps "2024-01-01" to "2023-12-31"',
      '"sales"',
      '"2024-01-01" to "2024-01-03"',
    ],
    [row(timeWindow({ from: 0, to: 1 }), days, "2024-01-03", days), "2024-01-04"],
    [row(multi({ date: timeWindow({ offset: 1 }) }), sales, "date=2024-01-03|region=eu", sales), "2024-01-04"],
    [row(multiToSingle("region"), world, "asia", sales), "region=asia"],
    [row(identity(), regions, "eu,us", regions), "one partition at a time"],
  ])("refuses to map to a key that the upstream asset does not have, case %#", (given, ...parts) =>
    expect(() => resolve(given)).toThrow(refused(...parts)),
  );

  it.each<[Row, ...string[]]>([
    [row(identity(), undefined, undefined, regions), '"report" has no partitions', "PartitionMapping.all"],
    [row(identity(), regions, undefined, sales), "multiToSingle"],
    [row(all(), regions, undefined, undefined), '"sales" has no partitions', "no mapping"],
    [row(specific(["eu"]), undefined, undefined, undefined), "no mapping"],
    [row(subset(), regions, undefined, undefined), "no mapping"],
    [row(forKeys(["eu"]), regions, undefined, regions), "without partitions"],
    [row(forKeys(["eu"]), undefined, undefined, undefined), '"report" has no partitions'],
    [row(specific(["eu"]), undefined, undefined, sales), '"eu", which is not a multi key'],
    [row(specific([PartitionKey.multi({ d: "eu" })]), undefined, undefined, regions), "not a single key"],
    [row(forKeys(["eu"]), sales, undefined, undefined), '"eu", which is not a multi key'],
    [row(PartitionMapping.static({ eu: "us" }), regions, undefined, sales), '"us", which is not a multi key'],
    [row(timeWindow({ offset: 1 }), regions, undefined, days), "over time"],
    [row(timeWindow({ offset: 1 }), days, undefined, regions), "over time"],
    [row(multi({ region: all() }), regions, undefined, regions), "multi partitions"],
    [row(multi({ shop: all() }), sales, undefined, sales), '"shop"'],
    [row(multi({ region: ["shop", identity()] }), sales, undefined, sales), '"region"'],
    [row(multi({ region: timeWindow({ offset: 1 }) }), sales, undefined, sales), '"region": timeWindow needs'],
    [row(multi({}), days, undefined, sales), '"date"'],
    [row(multiToSingle("date"), days, undefined, days), "multi partitions on one side"],
    [row(multiToSingle("date"), sales, undefined, sales), "multi partitions on one side"],
    [row(multiToSingle("shop"), sales, undefined, days), '"shop"'],
    [row(multiToSingle("date", { arity: "many" }), sales, undefined, days), 'arity "one" here'],
    [row(PartitionMapping.static({ eu: "mars" }), regions, undefined, world), '"mars", which is not a partition of "sales"'],
    [row(PartitionMapping.static({ EU: "us" }), regions, undefined, world), '"EU", which is not a partition of "report"'],
    [row(specific(["us", "mars"]), undefined, undefined, world), '"mars", which is not a partition of "sales"'],
    [row(specific(["2023-12-31"]), undefined, undefined, days), '"2023-12-31", which is not a partition'],
    [row(specific(["date=2024-01-02|region=EU"]), undefined, undefined, sales), '"date=2024-01-02\\|region=EU", which is not'],
    [row(specific(["date=2024-01-02"]), undefined, undefined, sales), '"date=2024-01-02", which is not'],
    [row(forKeys(["EU"]), regions, undefined, undefined), '"EU", which is not a partition of "report"'],
    [row(multi({ region: PartitionMapping.static({ EU: "us" }) }), sales, undefined, sales), '"region": static names "EU"'],
    [row(multiToSingle("region", PartitionMapping.static({ EU: "us" })), sales, undefined, world), '"region": static names "EU"'],
    [row(multiToSingle("region", { mapping: subset() }), sales, undefined, world), "cannot use subset"],
  ])("refuses an input that it does not fit, case %#", (given, ...parts) => {
    expect(() => checkEdge({ ...names, ...given })).toThrow(refused(...parts));
    expect(() => resolve(given)).toThrow(refused(...parts));
  });

  it.each([
    ["specific without keys", () => specific([])],
    ["forKeys without keys", () => forKeys([])],
    ["an empty key", () => specific([""])],
    ["a table with a key of several partitions", () => PartitionMapping.static({ a: PartitionKey.single(["a", "b"]) })],
    ["an offset of half a window", () => timeWindow({ offset: 0.5 })],
    ["a range that starts past its end", () => timeWindow({ from: 1, to: 0 })],
    ["a missing offset", () => timeWindow({} as never)],
    ["too many windows", () => timeWindow({ from: 0, to: 1_000_000 })],
    ["an invalid dimension name", () => multi({ "a=b": all() })],
    ["an invalid arity", () => multiToSingle("a", { arity: "maybe" as never })],
  ])("refuses %s", (_, make) => expect(make).toThrow(expect.objectContaining({ code: "PartitionError" })));

  it("takes the widest arity of its dimensions", () => {
    expect(multi({ a: identity(), b: subset() }).arity).toBe("maybe");
    expect(multi({ a: all(), b: ["c", subset()] }).arity).toBe("many");
    expect(multi({ a: identity() }).arity).toBe("one");
  });

  it("maps only to partitions of the upstream asset, or throws an error that names both assets", () => {
    const definitions = [regions, world, days, hours, customers, sales, multiPartitions({ date: hours, region: world }), undefined];
    const mappings = [
      identity(),
      all(),
      subset(),
      forKeys(["eu"]),
      specific(["eu"]),
      specific(["2024-01-02"]),
      PartitionMapping.static({ us: "asia", asia: "zoe" }),
      timeWindow({ offset: -1 }),
      timeWindow({ offset: 5 }),
      timeWindow({ from: -2, to: 2 }),
      joined,
      multi({ region: specific(["asia"]) }),
      multi({ date: timeWindow({ from: 0, to: 3 }) }),
      multiToSingle("date"),
      multiToSingle("region"),
    ];
    let mapped = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...definitions),
        fc.constantFrom(...definitions),
        fc.constantFrom(...mappings),
        fc.nat(),
        (downstream, upstream, mapping, pick) => {
          const keys = downstream?.keys(loadingContext) ?? [];
          const key = keys[pick % Math.max(keys.length, 1)];
          try {
            const result = mapping.resolve({ ...names, loadingContext, downstream, upstream, key });
            if (typeof result === "string") return;
            mapped++;
            expect(result.keys.every((each) => each.size === 1 && upstream?.has(each, loadingContext))).toBe(true);
            expect(new Set(result.keys.map(String)).size).toBe(result.keys.length);
            if (result.arity !== "many") expect(result.keys).toHaveLength(1);
          } catch (error) {
            expect(error).toEqual(refused("sales"));
            expect((error as Error).message).toContain('"report"');
          }
        },
      ),
      // With another seed fewer may be mapped.
      { numRuns: 1000, seed: 1 },
    );
    expect(mapped).toBeGreaterThan(100);
  });
});

describe("checkEdge without a mapping", () => {
  it.each([
    ["the same partitions", sales, multiPartitions({ date: dailyPartitions({ start: "2024-01-01" }), region: regions })],
    ["no partitions", undefined, undefined],
    ["an input without partitions", regions, undefined],
  ])("accepts %s", (_, downstream, upstream) => expect(() => checkEdge({ ...names, downstream, upstream })).not.toThrow());

  it.each([
    [undefined, regions, '"sales" has partitions and "report" has none.*PartitionMapping.all\\(\\)'],
    [regions, world, "different partitions.*PartitionMapping.identity\\(\\)"],
    [days, sales, "different partitions"],
  ])("says which mapping to declare, case %#", (downstream, upstream, message) => {
    expect(() => checkEdge({ ...names, downstream, upstream })).toThrow(refused(message));
  });

  it("accepts a mapping that fits", () => {
    expect(() => checkEdge({ ...names, downstream: undefined, upstream: regions, mapping: all() })).not.toThrow();
  });
});

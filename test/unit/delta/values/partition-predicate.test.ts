import { describe, expect, it } from "vitest";
import { bindCondition } from "../../../../src/delta/expression/bind.ts";
import { compile, matchingRows } from "../../../../src/delta/expression/evaluate.ts";
import { parseExpression } from "../../../../src/delta/expression/parse.ts";
import type { DeltaType, StructType } from "../../../../src/delta/schema/types.ts";
import { type PartitionExpression, partitionPredicate } from "../../../../src/delta/values/partition-predicate.ts";
import { multiPartitions } from "../../../../src/partition/multi-partitions.ts";
import { PartitionKey } from "../../../../src/partition/partition-key.ts";
import type { PartitionsDefinition } from "../../../../src/partition/partitions-definition.ts";
import { staticPartitions } from "../../../../src/partition/static-partitions.ts";
import { dailyPartitions, hourlyPartitions, monthlyPartitions } from "../../../../src/partition/time-partitions.ts";
import { randomOf } from "../../../support/random.ts";

const regions = staticPartitions(["eu", "us", "o'hare"]);
const days = dailyPartitions({ start: "2024-01-01" });
const both = multiPartitions({ region: regions, day: days });

function predicate(
  definition: PartitionsDefinition,
  keys: readonly PartitionKey[],
  expression?: PartitionExpression,
  instants?: string[],
): string {
  return partitionPredicate({ definition, keys }, expression, new Set(instants));
}
const single = (...keys: (string | string[])[]): PartitionKey[] => keys.map((key) => PartitionKey.single(key));
const multi = (...keys: Record<string, string | string[]>[]): PartitionKey[] => keys.map((key) => PartitionKey.multi(key));

describe("the condition of partitions", () => {
  it("is an equation for one value, and IN for several", () => {
    expect(predicate(regions, single("eu"), "region")).toBe("region = 'eu'");
    expect(predicate(regions, single(["us", "eu"]), "region")).toBe("region IN ('eu', 'us')");
    expect(predicate(regions, single("us", "eu"), "region")).toBe("region IN ('us', 'eu')");
  });

  it("doubles quotes in values, and quotes names only if they need it", () => {
    expect(predicate(regions, single("o'hare"), "region")).toBe("region = 'o''hare'");
    expect(predicate(regions, single("eu"), "my region")).toBe("`my region` = 'eu'");
    expect(predicate(days, single("2024-01-15"), "date")).toBe("date >= '2024-01-15' AND date < '2024-01-16'");
  });

  it("is a half-open range for a window of time, in the format of the keys", () => {
    expect(predicate(days, single("2024-01-31"), "day")).toBe("day >= '2024-01-31' AND day < '2024-02-01'");
    const hours = hourlyPartitions({ start: "2024-01-01", format: "%Y/%m/%d %H" });
    expect(predicate(hours, single("2024/12/31 23"), "at")).toBe("at >= '2024/12/31 23' AND at < '2025/01/01 00'");
    const months = monthlyPartitions({ start: "2024-01-01", format: "%Y%m" });
    expect(predicate(months, single("202412"), "month")).toBe("month >= '202412' AND month < '202501'");
  });

  it("is an OR of ranges for several windows", () => {
    expect(predicate(days, single("2024-01-01", "2024-01-03"), "day")).toBe(
      "(day >= '2024-01-01' AND day < '2024-01-02') OR (day >= '2024-01-03' AND day < '2024-01-04')",
    );
  });

  it("compares instants with windows in a time zone in UTC, on days that are not 24 hours long too", () => {
    const zoned = dailyPartitions({ start: "2024-01-01", timeZone: "Europe/Berlin" });
    expect(predicate(zoned, single("2024-03-31"), "day")).toBe("day >= '2024-03-31' AND day < '2024-04-01'");
    expect(predicate(zoned, single("2024-03-31"), "at", ["at"])).toBe("at >= '2024-03-30T23:00:00Z' AND at < '2024-03-31T22:00:00Z'");
  });

  it("has a condition for each dimension, by their names, if the keys are every combination", () => {
    const columns = { day: "day", region: "region" };
    expect(predicate(both, multi({ region: "eu", day: "2024-01-01" }), columns)).toBe(
      "day >= '2024-01-01' AND day < '2024-01-02' AND region = 'eu'",
    );
    const product = multi({ region: "eu", day: "2024-01-01" }, { region: "us", day: "2024-01-01" });
    expect(predicate(both, product, columns)).toBe("day >= '2024-01-01' AND day < '2024-01-02' AND region IN ('eu', 'us')");
    expect(predicate(both, multi({ region: ["eu", "us"], day: ["2024-01-01", "2024-01-02"] }), columns)).toBe(
      "((day >= '2024-01-01' AND day < '2024-01-02') OR (day >= '2024-01-02' AND day < '2024-01-03')) AND region IN ('eu', 'us')",
    );
  });

  it("is an OR of the conditions of each key, if they are other combinations", () => {
    const keys = multi({ region: "eu", day: "2024-01-01" }, { region: "us", day: "2024-01-02" });
    expect(predicate(both, keys, { day: "day", region: "region" })).toBe(
      "(day >= '2024-01-01' AND day < '2024-01-02' AND region = 'eu') OR (day >= '2024-01-02' AND day < '2024-01-03' AND region = 'us')",
    );
  });

  it.each<[PartitionsDefinition, PartitionKey[], PartitionExpression | undefined, RegExp]>([
    [regions, single("eu"), undefined, /^PartitionExpr is required if a partition definition is defined\.$/],
    [regions, single("eu"), { region: "region" }, /string column name is required for single-key/],
    [both, multi({ region: "eu", day: "2024-01-01" }), "region", /dict mapping .* is required for multi-key/],
    [both, multi({ region: "eu", day: "2024-01-01" }), { region: "region" }, /Missing column of the dimension "day"/],
    [
      both,
      multi({ region: "eu", city: "x" }),
      { region: "region", day: "day" },
      /Unknown dimension "city"; the definition has day, region/,
    ],
    [days, single("no day"), "day", /Invalid partition key "no day" for a condition: it is no window of "day"/],
    [days, multi({ day: "2024-01-01" }), "day", /it has dimensions/],
  ])("refuses what does not fit (%#)", (definition, keys, expression, message) => {
    expect(() => predicate(definition, keys, expression)).toThrow(message);
    expect(() => predicate(definition, keys, expression)).toThrow(expect.objectContaining({ code: "PartitionError" }));
  });

  it("holds for the rows of its partitions and for no others, whatever the keys are", () => {
    const random = randomOf(11);
    const values = ["eu", "u's", "a=b/c", "\u{1f600}", "NULL", "%_\\"];
    const definition = multiPartitions({ region: staticPartitions(values), day: days });
    const dates = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"];
    const cells = values.flatMap((region) => dates.map((day) => ({ region, day })));
    for (const type of ["string", "date", "timestamp"] as const satisfies readonly DeltaType[]) {
      const schema: StructType = {
        type: "struct",
        fields: [
          { name: "region", type: "string", nullable: true, metadata: {} },
          { name: "on", type, nullable: true, metadata: {} },
        ],
      };
      const dayValue = {
        string: (day: string) => day,
        date: epochDay,
        timestamp: (day: string) => BigInt(epochDay(day)) * 86_400_000_000n + 1n,
      }[type];
      const batch = { schema, rowCount: cells.length, columns: [cells.map(({ region }) => region), cells.map(({ day }) => dayValue(day))] };
      for (let round = 0; round < 60; round++) {
        const chosen = cells.filter(() => random() < 0.3);
        if (chosen.length === 0) continue;
        const text = predicate(
          definition,
          chosen.map((cell) => PartitionKey.multi(cell)),
          { region: "region", day: "on" },
        );
        const rows = matchingRows(compile(bindCondition(parseExpression(text), schema)), batch);
        expect(rows.map((row) => cells[row])).toEqual(chosen);
      }
    }
  });
});

function epochDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000;
}

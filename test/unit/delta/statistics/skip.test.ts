import { describe, expect, it } from "vitest";
import type { Batch } from "../../../../src/delta/batch.ts";
import { bindCondition } from "../../../../src/delta/expression/bind.ts";
import { compile, matchingRows } from "../../../../src/delta/expression/evaluate.ts";
import { parseExpression } from "../../../../src/delta/expression/parse.ts";
import { printExpression } from "../../../../src/delta/expression/print.ts";
import type { DeltaType, StructType } from "../../../../src/delta/schema/types.ts";
import { StatisticsCollector } from "../../../../src/delta/statistics/collect.ts";
import { type FactsOfTable, fileFacts, rowCountOf } from "../../../../src/delta/statistics/file-facts.ts";
import { rowGroupFacts } from "../../../../src/delta/statistics/row-group-facts.ts";
import { matchesAll, mayMatch } from "../../../../src/delta/statistics/skip.ts";
import { printPartitionValue } from "../../../../src/delta/values/partition.ts";
import { placesOf, randomCondition, randomValue } from "../../../support/delta/conditions.ts";
import { randomOf } from "../../../support/random.ts";

const field = (name: string, type: DeltaType): StructType["fields"][number] => ({ name, type, nullable: true, metadata: {} });
const inner: StructType = { type: "struct", fields: [field("id", "long"), field("name", "string")] };
const schema: StructType = {
  type: "struct",
  fields: [
    field("id", "long"),
    field("other", "long"),
    field("n", "integer"),
    field("x", "double"),
    field("f", "float"),
    field("price", { type: "decimal", precision: 38, scale: 3 }),
    field("name", "string"),
    field("day", "date"),
    field("at", "timestamp"),
    field("wall", "timestamp_ntz"),
    field("ok", "boolean"),
    field("raw", "binary"),
    field("place", inner),
    field("region", "string"),
    field("hour", "timestamp"),
  ],
};
const partitionColumns = ["region", "hour"];
const table: FactsOfTable = { schema, partitionColumns, mapping: "none" };
const dataFields = schema.fields.filter(({ name }) => !partitionColumns.includes(name));

type Rows = readonly Readonly<Record<string, unknown>>[];

function batchOf(fields: StructType["fields"], rows: Rows): Batch {
  return { schema: { type: "struct", fields }, rowCount: rows.length, columns: fields.map(({ name }) => rows.map((row) => row[name])) };
}

/** What a careful writer prints. */
function statisticsOf(rows: Rows): string {
  const collector = new StatisticsCollector({ type: "struct", fields: dataFields }, { indexedColumns: -1 });
  const middle = Math.floor(rows.length / 2);
  for (const part of [rows.slice(0, middle), rows.slice(middle)]) collector.add(batchOf(dataFields, part));
  return collector.print();
}

/** What less careful writers print: numbers through doubles, times cut to milliseconds. */
function rounded(statistics: string): string {
  return JSON.stringify(JSON.parse(statistics)).replace(/(\.\d{3})\d*(Z?")/g, "$1$2");
}

function randomRows(random: () => number): Rows {
  const count = Math.floor(random() * 5);
  const constant = { region: randomValue(random, "string", 0.3) || null, hour: randomValue(random, "timestamp", 0.3) };
  // Files of similar values are those that can be skipped.
  const nulls = [0, 0.2, 1][Math.floor(random() * 3)] ?? 0;
  const first = Object.fromEntries(dataFields.map(({ name, type }) => [name, randomValue(random, type, nulls)]));
  return Array.from({ length: count }, () => ({
    ...Object.fromEntries(dataFields.map(({ name, type }) => [name, random() < 0.5 ? first[name] : randomValue(random, type, nulls)])),
    ...constant,
  }));
}

function partitionValuesOf(rows: Rows): Record<string, string | null> {
  return {
    region: printPartitionValue(rows[0]?.["region"] ?? null, "string", "region"),
    hour: printPartitionValue(rows[0]?.["hour"] ?? null, "timestamp", "hour"),
  };
}

describe("skipping files", () => {
  it("never leaves out a file with a row that matches, nor takes one whole with a row that does not", () => {
    const random = randomOf(3);
    const places = placesOf(schema);
    let [skipped, whole, checked] = [0, 0, 0];
    for (let file = 0; file < 250; file++) {
      const rows = randomRows(random);
      const partitionValues = partitionValuesOf(rows);
      const careful = statisticsOf(rows);
      for (const stats of [careful, rounded(careful)]) {
        const facts = fileFacts({ partitionValues, stats }, table);
        for (let each = 0; each < 20; each++) {
          const expression = randomCondition(random, places, 3);
          const condition = bindCondition(expression, schema);
          const batch = batchOf(schema.fields, rows);
          const matching = matchingRows(compile(condition), batch).length;
          const shown = `${printExpression(expression)} over ${stats}`;
          checked++;
          if (!mayMatch(condition, facts)) {
            expect(matching, shown).toBe(0);
            skipped++;
          }
          if (matchesAll(condition, facts)) {
            expect(matching, shown).toBe(rows.length);
            whole++;
          }
        }
      }
    }
    // The statistics are of use: many files are decided without reading them.
    expect(skipped).toBeGreaterThan(checked / 10);
    expect(whole).toBeGreaterThan(checked / 20);
  });

  it("decides a file with a deletion vector by the statistics of all its rows", () => {
    const facts = fileFacts(
      { partitionValues: {}, stats: '{"numRecords":4,"minValues":{"n":1},"maxValues":{"n":4},"nullCount":{"n":2},"tightBounds":false}' },
      table,
    );
    expect(decide("n > 4", facts)).toBe("none");
    expect(decide("n IS NULL", facts)).toBe("some");
    expect(decide("n <= 4", facts)).toBe("some");
    expect(decide("n <= 4 OR n IS NULL", facts)).toBe("some");
  });

  it("keeps the file of trap 1: a long beyond 2^53 whose statistics were rounded", () => {
    const stats = '{"numRecords":1,"minValues":{"id":9007199254740992},"maxValues":{"id":9007199254740992},"nullCount":{"id":0}}';
    expect(decide("id = 9007199254740993", fileFacts({ partitionValues: {}, stats }, table))).toBe("some");
    const largest = '{"numRecords":1,"minValues":{"id":9223372036854776000},"maxValues":{"id":9223372036854776000},"nullCount":{"id":0}}';
    expect(decide("id = 9223372036854775807", fileFacts({ partitionValues: {}, stats: largest }, table))).toBe("some");
    expect(decide("id = 5", fileFacts({ partitionValues: {}, stats: largest }, table))).toBe("none");
  });

  it("keeps a file whose timestamps were cut to milliseconds (trap 9)", () => {
    const stats =
      '{"numRecords":1,"minValues":{"at":"2024-01-15T08:00:00.123Z"},"maxValues":{"at":"2024-01-15T08:00:00.123Z"},"nullCount":{"at":0}}';
    const facts = fileFacts({ partitionValues: {}, stats }, table);
    expect(decide("at = '2024-01-15T08:00:00.123999Z'", facts)).toBe("some");
    expect(decide("at > '2024-01-15T08:00:00.124001Z'", facts)).toBe("none");
  });

  it("keeps a file of doubles for conditions that NaN meets, whatever the bounds say (trap 9)", () => {
    const facts = fileFacts(
      { partitionValues: {}, stats: '{"numRecords":2,"minValues":{"x":1},"maxValues":{"x":2},"nullCount":{"x":0}}' },
      table,
    );
    expect(decide("x > 5", facts)).toBe("some");
    expect(decide("x < 0", facts)).toBe("none");
    expect(decide("x = 5", facts)).toBe("none");
  });

  it("keeps a file whose longest text was cut without being rounded up", () => {
    const max = "x".repeat(32);
    const stats = JSON.stringify({ numRecords: 1, minValues: { name: max }, maxValues: { name: max }, nullCount: { name: 0 } });
    expect(decide(`name = '${max}z'`, fileFacts({ partitionValues: {}, stats }, table))).toBe("some");
    expect(decide("name > 'y'", fileFacts({ partitionValues: {}, stats }, table))).toBe("none");
  });

  it("keeps a file of floats whose statistics are the shortest text of a float", () => {
    const stats = '{"numRecords":1,"minValues":{"f":0.1},"maxValues":{"f":0.1},"nullCount":{"f":0}}';
    expect(decide(`f = ${Math.fround(0.1)}e0`, fileFacts({ partitionValues: {}, stats }, table))).toBe("some");
  });

  it.each([
    undefined,
    "",
    "no JSON",
    "null",
    "[]",
    "5",
    '{"stats_json":"{}"}',
    '{"numRecords":"many","minValues":[1],"maxValues":"x","nullCount":null}',
    '{"numRecords":3,"minValues":{"n":{"n":1},"name":5,"at":"soon","price":"NaN","id":true},"maxValues":{"n":[]},"nullCount":{"n":-1}}',
    '{"numRecords":1,"minValues":{"n":5},"maxValues":{"n":1},"nullCount":{"n":7}}',
    '{"numRecords":1,"minValues":{"__proto__":{"n":5}},"maxValues":{"constructor":1}}',
  ])("takes malformed statistics for none: %s", (stats) => {
    const facts = fileFacts({ partitionValues: {}, ...(stats === undefined ? {} : { stats }) }, table);
    for (const text of ["n = 1000", "n IS NULL", "name = 'x'", "at > '2024-01-01'", "price = 1", "id = 1", "place.id = 1"]) {
      expect(decide(text, facts)).toBe("some");
    }
  });

  it("uses partition values without parsing statistics, also those of mapped columns", () => {
    const mapped: StructType = {
      type: "struct",
      fields: [{ ...field("region", "string"), metadata: { "delta.columnMapping.physicalName": "col-1" } }],
    };
    const file = {
      partitionValues: { "col-1": "eu" },
      get stats(): string {
        throw new Error("parsed");
      },
    };
    const facts = fileFacts(file, { schema: mapped, partitionColumns: ["region"], mapping: "name" });
    expect(mayMatch(bindCondition(parseExpression("region = 'us'"), mapped), facts)).toBe(false);
    expect(matchesAll(bindCondition(parseExpression("region IN ('us', 'eu')"), mapped), facts)).toBe(true);
  });

  it("finds statistics of mapped columns and of fields in structs by their physical names", () => {
    const named = (name: string) => ({ "delta.columnMapping.physicalName": name });
    const nested: StructType = {
      type: "struct",
      fields: [
        { ...field("place", { type: "struct", fields: [{ ...field("id", "long"), metadata: named("col-2") }] }), metadata: named("col-1") },
      ],
    };
    const stats = '{"numRecords":1,"minValues":{"col-1":{"col-2":5}},"maxValues":{"col-1":{"col-2":7}},"nullCount":{"col-1":{"col-2":0}}}';
    const facts = fileFacts({ partitionValues: {}, stats }, { schema: nested, partitionColumns: [], mapping: "name" });
    expect(mayMatch(bindCondition(parseExpression("place.id > 7"), nested), facts)).toBe(false);
    expect(mayMatch(bindCondition(parseExpression("place.id >= 7"), nested), facts)).toBe(true);
  });

  it("counts the rows of a file, if it says how many", () => {
    expect(rowCountOf({ stats: '{"numRecords":12}' })).toBe(12);
    expect(rowCountOf({ stats: '{"numRecords":1.5}' })).toBeUndefined();
    expect(rowCountOf({})).toBeUndefined();
  });

  it("decides a file by a long list of partitions at once", () => {
    const list = Array.from({ length: 20_000 }, (_, index) => `'${index}'`).join(", ");
    const condition = bindCondition(parseExpression(`region IN (${list})`), schema);
    const files = Array.from({ length: 2_000 }, (_, index) => fileFacts({ partitionValues: { region: `${index * 20}` } }, table));
    expect(files.filter((facts) => mayMatch(condition, facts))).toHaveLength(1_000);
  });
});

describe("skipping row groups", () => {
  const facts = rowGroupFacts(
    {
      rowCount: 3,
      statistics: ([name, inside]) =>
        name === "n" ? { min: 1, max: 4, nullCount: 0 } : inside === "id" ? { min: 5n, max: 4n } : undefined,
    },
    schema,
    "none",
  );
  it.each([
    ["n > 4", "none"],
    ["n >= 1", "all"],
    ["n = 2", "some"],
    ["id = 1", "some"],
    ["place.id = 100", "some"],
  ])("%s matches %s", (text, expected) => {
    expect(decide(text, facts)).toBe(expected);
  });
});

function decide(text: string, facts: Parameters<typeof mayMatch>[1]): "none" | "all" | "some" {
  const condition = bindCondition(parseExpression(text), schema);
  if (!mayMatch(condition, facts)) return "none";
  return matchesAll(condition, facts) ? "all" : "some";
}

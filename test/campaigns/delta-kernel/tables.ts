/** The tables that the kernel reads: each uses what a reader can get wrong. */
import { type Batch, DeltaTable, type StructType, type TableStore } from "edgewater/delta";
import * as fc from "fast-check";
import { aBatch, aSchema } from "../../support/delta/arbitrary.ts";
import { array, decimal, field, map, struct } from "../../support/delta/schema.ts";

/** A table, and conditions on it that skip files. */
export interface TableCase {
  readonly name: string;
  readonly make: (store: TableStore, path: string) => Promise<unknown>;
  /** In the SQL of both. */
  readonly conditions: readonly string[];
}

const everyType: StructType = struct(
  field("id", "long"),
  field("text", "string"),
  field("whole", "integer"),
  field("small", "short"),
  field("tiny", "byte"),
  field("single", "float"),
  field("number", "double"),
  field("flag", "boolean"),
  field("raw", "binary"),
  field("day", "date"),
  field("at", "timestamp"),
  field("price", decimal(9, 2)),
  field("large", decimal(38, 10)),
  field("list", array("integer")),
  field("pair", struct(field("left", "integer"), field("right", "string"))),
  field("names", map("string", "integer")),
);

const everyRow = (id: bigint | number): Record<string, unknown> => ({
  id,
  text: `text ${id} ü😀`,
  whole: -2_147_483_648,
  small: 32_767,
  tiny: -128,
  single: 0.1,
  number: 1e308,
  flag: true,
  raw: new Uint8Array([0, 255, 128]),
  day: "1970-01-01",
  at: new Date("2024-02-29T23:59:59.999Z"),
  price: "-1234567.89",
  large: "1234567890123456789012345678.0123456789",
  list: [1, 2, 3],
  pair: { left: 1, right: "r" },
  names: { one: 1 },
});

const noRow = (id: number): Record<string, unknown> => ({ id, list: [], pair: { left: null, right: null }, names: {} });

/** Whole numbers that a `number` would round. */
const unsafe = [9_007_199_254_740_993n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n];

const region = struct(field("id", "integer"), field("region", "string"), field("amount", "double"));
const strange = ["eu", "a/b =%é#?:", "with space", "Ünïcode", "\\back", null];
const regionRows = (first: number, count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => ({
    id: first + index,
    region: strange[(first + index) % strange.length],
    amount: (first + index) / 4,
  }));

const ofRegion = ["region = 'a/b =%é#?:'", "region IS NULL", "id < 10", "amount >= 5.25 AND id > 20", "id = 12 OR region = 'eu'"];

export const tableCases: readonly TableCase[] = [
  {
    name: "every type, and nulls of every type",
    make: async (store, path) => {
      await DeltaTable.write(store, path, [everyRow(1), everyRow(2)], { schema: everyType });
      await DeltaTable.write(store, path, [noRow(3), everyRow(4)], { mode: "append" });
    },
    conditions: ["id = 3", "text = 'text 4 ü😀'", "day = '1970-01-01'", "price < 0", "flag = true"],
  },
  {
    name: "numbers beyond 2^53, each in a file of its own",
    make: async (store, path) => {
      for (const id of unsafe) await DeltaTable.write(store, path, [everyRow(id)], { mode: "append", schema: everyType });
    },
    conditions: unsafe.map((id) => `id = ${id}`),
  },
  {
    name: "partitions with strange names, one of them replaced",
    make: async (store, path) => {
      await DeltaTable.write(store, path, regionRows(0, 30), { schema: region, partitionBy: ["region"] });
      await DeltaTable.write(store, path, regionRows(30, 30), { mode: "append" });
      const [, name] = strange;
      await DeltaTable.write(store, path, [{ id: 1000, region: name, amount: 1 }], {
        mode: "overwrite",
        replaceWhere: `region = '${name}'`,
      });
    },
    conditions: ofRegion,
  },
  {
    name: "a checkpoint, and commits before and after it",
    make: async (store, path) => {
      const properties = { "delta.checkpointInterval": "4" };
      for (let version = 0; version < 11; version++) {
        await DeltaTable.write(store, path, regionRows(version * 4, 4), {
          mode: "append",
          schema: region,
          partitionBy: ["region"],
          properties,
        });
      }
    },
    conditions: ofRegion,
  },
  {
    name: "rows that were deleted, updated and merged",
    make: async (store, path) => {
      await DeltaTable.write(store, path, regionRows(0, 40), { schema: region, partitionBy: ["region"] });
      const table = await DeltaTable.open(store, path);
      await table.delete("id < 5");
      await table.update({ amount: "amount * 2", region: "'moved'" }, { where: "id % 7 = 0" });
      const changes = [...regionRows(30, 20), { id: 10, region: null, amount: -1 }];
      await table.merge(changes, { mergeType: "upsert", predicate: { on: ["id"] } });
      await table.merge([{ id: 11 }], { mergeType: "custom", predicate: { on: ["id"] }, operations: { matchedDelete: [{}] } });
    },
    conditions: ofRegion,
  },
  {
    name: "columns that are mapped by name, and added later",
    make: async (store, path) => {
      const properties = { "delta.columnMapping.mode": "name" };
      await DeltaTable.write(store, path, regionRows(0, 12), { schema: region, partitionBy: ["region"], properties });
      const rows = regionRows(12, 12).map((row) => ({ ...row, note: `note ${row["id"]}` }));
      await DeltaTable.write(store, path, rows, { mode: "append", schemaMode: "merge" });
    },
    conditions: [...ofRegion, "note = 'note 15'", "note IS NULL"],
  },
  {
    name: "texts that are longer than their statistics",
    make: async (store, path) => {
      for (const letter of ["a", "é", "😀", "\uffff", "\u{10ffff}"]) {
        const rows = [{ text: letter.repeat(50) }, { text: `${letter.repeat(40)}z` }];
        await DeltaTable.write(store, path, rows, { mode: "append", schema: struct(field("text", "string")) });
      }
    },
    conditions: ["a", "é", "😀", "\uffff", "\u{10ffff}"].map((letter) => `text = '${letter.repeat(50)}'`),
  },
];

/** Types that the kernel reads otherwise, or refuses. */
const leftOut = new Set(["timestamp_ntz", "binary"]);

/** The days that the kernel's type for dates has: 1900 to 2299. */
const days = { min: -25_567, max: 120_530 };

/** Tables of random schemas and rows, in several files. */
export function randomTable(seed: number): TableCase {
  const schemas = aSchema(0).map(({ fields }) =>
    struct(...fields.filter(({ type }) => typeof type !== "string" || !leftOut.has(type)).map((each) => ({ ...each, nullable: true }))),
  );
  const [found] = fc.sample(
    schemas
      .filter(({ fields }) => fields.length > 0)
      .chain((schema) => fc.tuple(fc.constant(schema), fc.array(aBatch(schema, 8, days), { minLength: 1, maxLength: 4 }))),
    { seed, numRuns: 1 },
  );
  const [schema, batches] = found as [StructType, Batch[]];
  // Only mapped columns may have such names.
  const isMapped = schema.fields.some(({ name }) => /[ ,;{}()=]/.test(name));
  const properties = { ...(isMapped && { "delta.columnMapping.mode": "name" }) };
  // The kernel takes a dot in the name of a condition's column for a nested field.
  const numbers = schema.fields.filter(({ name, type }) => (type === "long" || type === "integer") && !name.includes("."));
  return {
    name: `random rows of the seed ${seed}`,
    make: async (store, path) => {
      for (const batch of batches) await DeltaTable.write(store, path, [batch], { mode: "append", schema, properties });
    },
    conditions: numbers.flatMap(({ name }, index) => {
      const column = schema.fields.indexOf(numbers[index] as (typeof numbers)[number]);
      const value = batches[0]?.columns[column]?.[0];
      return value === null || value === undefined ? [] : [`\`${name}\` = ${value}`];
    }),
  };
}

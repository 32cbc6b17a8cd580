import { describe, expect, it } from "vitest";
import type { StructType } from "../../../../src/delta/schema/types.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { batchFromRows } from "../../../../src/delta/values/from-rows.ts";
import type { WriteTableOptions } from "../../../../src/delta/write/options.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { field, struct } from "../../../support/delta/schema.ts";
import { rowsOf, sortedRows } from "../../../support/delta/tables.ts";
import { randomOf } from "../../../support/random.ts";

type Row = Readonly<Record<string, unknown>>;

const base = struct(field("id", "long"), field("region", "string"), field("x", "double"), field("s", "string"));

/** Values that statistics and file names get wrong most easily. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  id: [0, 1, 2, 3, -1, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), null],
  region: ["eu", "us", "a/b =%é#?:", "__HIVE_DEFAULT_PARTITION__", null],
  x: [0, 0.5, -1.25, 1e308, Number.NaN, Number.NEGATIVE_INFINITY, null],
  s: ["", "a", "b", "x".repeat(40), "\u{10ffff}".repeat(33), null],
};

/** A condition, and the same for rows of the model: null where it is not known. */
interface Condition {
  readonly text: string;
  readonly holds: (row: Row) => boolean | null;
}

const compared = (name: string, other: unknown, test: (value: never, other: never) => boolean) => (row: Row) =>
  row[name] === null || row[name] === undefined ? null : test(row[name] as never, other as never);
const isNumberAbove = (value: number, other: number): boolean => Number.isNaN(value) || value > other;

const conditions: readonly Condition[] = [
  { text: "region = 'eu'", holds: compared("region", "eu", (value, other) => value === other) },
  {
    text: "region IN ('us', 'a/b =%é#?:')",
    holds: compared("region", ["us", "a/b =%é#?:"], (value, other: never[]) => other.includes(value)),
  },
  { text: "region IS NULL", holds: (row) => row["region"] === null },
  { text: "id = 9007199254740993", holds: compared("id", 2n ** 53n + 1n, (value, other) => BigInt(value) === other) },
  { text: "id >= 2", holds: compared("id", 2n, (value, other) => BigInt(value) >= other) },
  { text: "x > 0.25", holds: compared("x", 0.25, isNumberAbove as never) },
  {
    text: "s = 'a' OR id = 1",
    holds: (row) => row["s"] === "a" || Number(row["id"] ?? Number.NaN) === 1 || (row["s"] === null || row["id"] === null ? null : false),
  },
];

/** The rows and columns of a table at one version. */
interface Model {
  readonly schema: StructType;
  readonly rows: readonly Row[];
}

class Sequence {
  readonly store = new MemoryStore();
  readonly #random: () => number;
  readonly versions: Model[] = [];
  readonly #created: WriteTableOptions;
  #columns = 0;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.#created = {
      partitionBy: this.#some([[], ["region"]]),
      properties: {
        "delta.checkpointInterval": this.#some(["1", "3", "100"]),
        "delta.columnMapping.mode": this.#some(["none", "name", "id"]),
        "delta.dataSkippingNumIndexedCols": this.#some(["-1", "2", "0"]),
      },
    };
  }

  async start(): Promise<void> {
    const rows = this.#rows(base);
    await DeltaTable.write(this.store, "t", rows, { schema: base, ...this.#created });
    this.versions.push({ schema: base, rows });
  }

  async step(): Promise<void> {
    const { schema, rows } = this.versions.at(-1) as Model;
    const table = await DeltaTable.open(this.store, "t");
    const added = this.#rows(schema);
    const files = { writerProperties: { targetFileSize: 1, maxRowGroupSize: 2 } };
    const kind = this.#some([
      "append",
      "append",
      "overwrite",
      "replace",
      "replace",
      "merge",
      "newSchema",
      "createOrReplace",
      "repeat",
    ] as const);
    switch (kind) {
      case "append":
        await table.write(this.#form(added, schema), { ...this.#some([files, {}]) });
        return this.#push(schema, [...rows, ...added]);
      case "overwrite":
        await table.write(this.#form(added, schema), { mode: "overwrite" });
        return this.#push(schema, added);
      case "replace": {
        const { text, holds } = this.#some(conditions);
        const fitting = added.filter((row) => holds(row) === true);
        await table.write(this.#form(fitting, schema), {
          mode: "overwrite",
          replaceWhere: this.#some([text, (row) => holds(row) === true]),
        });
        return this.#push(schema, [...rows.filter((row) => holds(row) !== true), ...fitting]);
      }
      case "merge": {
        const name = `more${this.#columns++}`;
        const wider = struct(...schema.fields, field(name, "string"));
        const more = added.map((row) => ({ ...row, [name]: this.#some(["new", null]) }));
        await table.write(this.#form(more, wider), { schemaMode: "merge", schema: wider });
        return this.#push(wider, [...rows.map((row) => ({ ...row, [name]: null })), ...more]);
      }
      case "newSchema":
        await table.write(this.#form(added, schema), {
          mode: "overwrite",
          schemaMode: "overwrite",
          schema,
          partitionBy: this.#some([[], ["region"]]),
        });
        return this.#push(schema, added);
      case "createOrReplace": {
        const fresh = this.#rows(base);
        await DeltaTable.write(this.store, "t", fresh, { ...this.#created, schema: base, mode: "createOrReplace" });
        return this.#push(base, fresh);
      }
      case "repeat": {
        const txn = { appId: "app", version: BigInt(this.versions.length) };
        await table.write(added, { txn });
        expect(await table.write(added, { txn })).toMatchObject({ isCommitted: false });
        return this.#push(schema, [...rows, ...added]);
      }
    }
  }

  #push(schema: StructType, rows: readonly Row[]): void {
    this.versions.push({ schema, rows });
  }

  #rows({ fields }: StructType): Row[] {
    const count = Math.floor(this.#random() * 6);
    return Array.from({ length: count }, () =>
      Object.fromEntries(fields.map(({ name }) => [name, this.#some(values[name] ?? ["v", null])])),
    );
  }

  /** The rows in one of the forms that data have. */
  #form(rows: readonly Row[], schema: StructType): Parameters<DeltaTable["write"]>[0] {
    const columns = () => Object.fromEntries(schema.fields.map(({ name }) => [name, rows.map((row) => row[name])]));
    async function* one(): AsyncGenerator<Row> {
      yield* rows;
    }
    return this.#some([() => rows, columns, one, () => [batchFromRows(rows, schema)]])();
  }

  #some<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }
}

async function check({ store, versions }: Sequence): Promise<void> {
  for (const [version, { schema, rows }] of versions.entries()) {
    const table = await DeltaTable.open(store, "t", { version });
    const names = schema.fields.map(({ name }) => name);
    expect(table.schema.fields.map(({ name }) => name)).toEqual(names);
    expect(await rowsOf(table)).toEqual(sortedRows(rows));
    // Every condition meets every second version or so, over all sequences.
    for (const { text, holds } of conditions.filter((_, index) => (index + version) % 3 === 0)) {
      expect(await rowsOf(table, { where: text }), text).toEqual(sortedRows(rows.filter((row) => holds(row) === true)));
    }
  }
}

describe("a table after random writes", () => {
  it.each(Array.from({ length: 6 }, (_, index) => index + 1))(
    "has the rows of a model at every version, with and without skipping: %i",
    async (seed) => {
      const sequence = new Sequence(seed);
      await sequence.start();
      for (let step = 0; step < 9; step++) await sequence.step();
      await check(sequence);
    },
  );
});

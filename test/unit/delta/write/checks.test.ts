import { describe, expect, it } from "vitest";
import { loadSnapshot } from "../../../../src/delta/log/snapshot.ts";
import type { StructType } from "../../../../src/delta/schema/types.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { batchFromRows } from "../../../../src/delta/values/from-rows.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { array, field, map, requiredField, struct } from "../../../support/delta/schema.ts";
import { keysOf, rowsOf } from "../../../support/delta/tables.ts";

async function tableOf(schema: StructType, properties: Record<string, string> = {}): Promise<DeltaTable<MemoryStore>> {
  return DeltaTable.create(new MemoryStore(), "t", { schema, properties });
}

describe("the rows of a write", () => {
  it("meet CHECK constraints, for which null is not enough", async () => {
    const table = await tableOf(struct(field("price", "double"), field("kind", "string")), {
      "delta.constraints.positive": "price > 0",
      "delta.constraints.known": "kind IN ('a', 'b') OR kind IS NULL",
    });
    await table.write([{ price: 1, kind: "a" }, { price: 2 }]);
    const keys = await keysOf(table.store);
    await expect(table.write([{ price: 1 }, { price: 0 }])).rejects.toMatchObject({
      code: "ValidationError",
      field: "positive",
      message: expect.stringMatching(/row 1 .*"positive" \(price > 0\)/),
    });
    await expect(table.write([{ price: null }])).rejects.toMatchObject({ field: "positive" });
    await expect(table.write([{ price: 1, kind: "c" }])).rejects.toMatchObject({ field: "known" });
    const far = Array.from({ length: 25_000 }, (_, index) => ({ price: index === 20_001 ? -1 : 1 }));
    await expect(table.write(far)).rejects.toMatchObject({ message: expect.stringContaining("row 20001 ") });
    expect(await keysOf(table.store)).toEqual(keys);
  });

  it("meet the invariants of columns, also inside structs", async () => {
    const invariant = (expression: string) => ({ "delta.invariants": JSON.stringify({ expression: { expression } }) });
    const table = await tableOf(
      struct(field("x", "integer", invariant("x > 3")), field("s", struct(field("y", "integer", invariant("s.y < 9"))))),
    );
    await table.write([{ x: 4, s: { y: 8 } }]);
    await expect(table.write([{ x: 3, s: { y: 8 } }])).rejects.toMatchObject({ field: "x" });
    await expect(table.write([{ x: 4, s: { y: 9 } }])).rejects.toMatchObject({ field: "s.y" });
    await expect(table.write([{ x: null, s: { y: 8 } }])).rejects.toMatchObject({ field: "x" });
    await expect(tableOf(struct(field("x", "integer", { "delta.invariants": "{}" })))).rejects.toMatchObject({
      code: "NotSupported",
      field: "x",
    });
  });

  it("have values in all columns that are not nullable, at any depth", async () => {
    const inner = struct(requiredField("n", "long"));
    const required = struct(
      requiredField("id", "long"),
      field("s", inner),
      field("l", { type: "array", elementType: inner, containsNull: false }),
      field("m", { type: "map", keyType: "string", valueType: "long", valueContainsNull: false }),
    );
    const loose = struct(
      field("id", "long"),
      field("s", struct(field("n", "long"))),
      field("l", array(struct(field("n", "long")))),
      field("m", map("string", "long")),
    );
    const table = await tableOf(required);
    const fine = { id: 1, s: null, l: [{ n: 1 }], m: { a: 1 } };
    const write = (row: Record<string, unknown>) => table.write(batchFromRows([fine, { ...fine, ...row }], loose));
    await write({});
    const wrong: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ id: null }, "id"],
      [{ s: { n: null } }, "s.n"],
      [{ l: [null] }, "l.element"],
      [{ l: [{ n: 1 }, { n: null }] }, "l.element.n"],
      [{ m: { a: 1, b: null } }, "m.value"],
    ];
    for (const [row, column] of wrong) {
      await expect(write(row)).rejects.toMatchObject({
        code: "ValidationError",
        field: column,
        message: expect.stringContaining("row 1 "),
      });
    }
    expect(await (await table.refresh()).toRows()).toHaveLength(2);
  });

  it("are only added to a table that is append-only", async () => {
    const table = await tableOf(struct(field("id", "long")), { "delta.appendOnly": "true" });
    await table.write([{ id: 1 }]);
    const keys = await keysOf(table.store);
    const refused = { code: "NotSupported", field: "delta.appendOnly" };
    await expect(table.write([{ id: 2 }], { mode: "overwrite" })).rejects.toMatchObject(refused);
    await expect(table.write([{ id: 2 }], { mode: "overwrite", replaceWhere: "id = 1" })).rejects.toMatchObject(refused);
    await expect(DeltaTable.write(table.store, "t", [{ id: 2 }], { mode: "createOrReplace" })).rejects.toMatchObject(refused);
    await expect(DeltaTable.create(table.store, "t", { schema: table.schema, mode: "createOrReplace" })).rejects.toMatchObject(refused);
    expect(await keysOf(table.store)).toEqual(keys);
  });
});

describe("replaceWhere", () => {
  const schema = struct(field("id", "long"), field("region", "string"));
  const rows = [
    { id: 1, region: "eu" },
    { id: 2, region: "us" },
    { id: 3, region: null },
  ];
  async function partitioned(): Promise<DeltaTable<MemoryStore>> {
    const store = new MemoryStore();
    await DeltaTable.write(store, "t", rows, { schema, partitionBy: ["region"] });
    return DeltaTable.open(store, "t");
  }

  it("replaces the files of partitions, and touches no other file", async () => {
    const table = await partitioned();
    const kept = table.files({ where: "region <> 'eu' OR region IS NULL" }).map(({ key }) => key);
    expect(await table.write([{ id: 4, region: "eu" }], { mode: "overwrite", replaceWhere: "region = 'eu'" })).toMatchObject({
      numAddedFiles: 1,
      numRemovedFiles: 1,
    });
    const newest = await table.refresh();
    expect(await rowsOf(newest)).toEqual([rows[1], rows[2], { id: 4, region: "eu" }]);
    expect(newest.files().map(({ key }) => key)).toEqual(expect.arrayContaining(kept));
    await table.write([], { mode: "overwrite", replaceWhere: "region IS NULL" });
    expect(await rowsOf(await table.refresh())).toEqual([rows[1], { id: 4, region: "eu" }]);
  });

  it("keeps the other rows of files, and those for which the condition is null", async () => {
    const table = await partitioned();
    await table.write([{ id: 5, region: "eu" }]);
    await table.write([{ id: 2, region: "eu" }], { mode: "overwrite", replaceWhere: "id = 2 OR (id = 1 AND region = 'eu')" });
    const newest = await table.refresh();
    expect(await rowsOf(newest)).toEqual([{ id: 2, region: "eu" }, rows[2], { id: 5, region: "eu" }]);
    const result = await newest.write([{ id: 9, region: "us" }], { mode: "overwrite", replaceWhere: (row) => row["id"] === 9 });
    expect(result).toMatchObject({ numAddedFiles: 1, numRemovedFiles: 0 });
    expect(await rowsOf(await table.refresh())).toHaveLength(4);
    const one = await DeltaTable.create(new MemoryStore(), "t", { schema });
    await one.write([...rows, { id: null, region: "eu" }]);
    await one.write([{ id: 1, region: "new" }], { mode: "overwrite", replaceWhere: "id < 3" });
    expect(await rowsOf(await one.refresh())).toEqual([{ id: 1, region: "new" }, rows[2], { id: null, region: "eu" }]);
  });

  it("refuses new rows that do not meet it", async () => {
    const table = await partitioned();
    const keys = await keysOf(table.store);
    const data = [
      { id: 1, region: "eu" },
      { id: 2, region: "us" },
    ];
    await expect(table.write(data, { mode: "overwrite", replaceWhere: "region = 'eu'" })).rejects.toMatchObject({
      code: "ValidationError",
      message: expect.stringMatching(/row 1 .*replaceWhere \(region = 'eu'\)/),
    });
    expect(await keysOf(table.store)).toEqual(keys);
  });

  it("lets writers of different partitions write at the same time, and starts again after a conflict", async () => {
    const table = await partitioned();
    const replaced = ["eu", "us"].map((region) =>
      table.write([{ id: 9, region }], { mode: "overwrite", replaceWhere: `region = '${region}'` }),
    );
    const same = Array.from({ length: 3 }, (_, id) =>
      table.write([{ id, region: "asia" }], { mode: "overwrite", replaceWhere: "region = 'asia'", retry: { maxRetries: 20, delayMs: 1 } }),
    );
    const results = await Promise.all([...replaced, ...same]);
    expect(results.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
    const newest = await table.refresh();
    expect(await newest.toRows({ where: "region IN ('eu', 'us')" })).toHaveLength(2);
    expect(await newest.toRows({ where: "region = 'asia'" })).toHaveLength(1);
    // No file is left of attempts that lost.
    const { table: location } = await loadSnapshot({ store: table.store, root: "t" });
    const named = new Set<string>();
    for (let version = 0; version <= newest.version; version++) {
      for (const { key } of (await DeltaTable.open(location.store, "t", { version })).files()) named.add(key);
    }
    expect((await keysOf(table.store)).filter((key) => key.endsWith(".parquet")).sort()).toEqual([...named].sort());
  });
});

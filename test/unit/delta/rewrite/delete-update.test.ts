import { describe, expect, it } from "vitest";
import type { Row } from "../../../../src/delta/schema/infer.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import type { CreateOptions } from "../../../../src/delta/write/options.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import type { FullGetOptions } from "../../../../src/object-store/types.ts";
import { field, struct } from "../../../support/delta/schema.ts";

/** A store that notes which data files are read. */
class NotingStore extends MemoryStore {
  readonly read: string[] = [];

  override get(key: string, options?: FullGetOptions): ReturnType<MemoryStore["get"]> {
    if (key.endsWith(".parquet")) this.read.push(key);
    return super.get(key, options);
  }
}

const money = { type: "decimal", precision: 10, scale: 2 } as const;
const schema = struct(field("id", "long"), field("name", "string"), field("n", "integer"), field("price", money), field("day", "date"));

/** Four rows in two files, of one day each. */
async function tableOf(options: Partial<CreateOptions> = {}): Promise<DeltaTable<NotingStore>> {
  const store = new NotingStore();
  const created = await DeltaTable.create(store, "t", { schema, partitionBy: ["day"], ...options });
  await created.write([
    { id: 1, name: "a", n: 1, price: "1.00", day: "2024-01-01" },
    { id: 2, name: "b", n: 2, price: "2.00", day: "2024-01-01" },
  ]);
  await created.write([
    { id: 3, name: "c", n: 3, price: "3.00", day: "2024-01-02" },
    { id: 4, name: null, n: null, price: null, day: "2024-01-02" },
  ]);
  return created.refresh();
}

async function rowsOf(table: DeltaTable, columns?: readonly string[]): Promise<Row[]> {
  const rows = await (await table.refresh()).toRows({ columns });
  return rows.sort((a, b) => Number(a["id"]) - Number(b["id"]));
}

describe("deleting rows", () => {
  it("rewrites the files in which some rows are deleted, and keeps the others", async () => {
    const table = await tableOf();
    const before = table.files().map(({ key }) => key);
    expect(await table.delete("id = 1")).toMatchObject({
      version: 3,
      isCommitted: true,
      numDeletedRows: 1,
      numCopiedRows: 1,
      numRemovedFiles: 1,
      numAddedFiles: 1,
    });
    expect(await rowsOf(table, ["id"])).toEqual([{ id: 2 }, { id: 3 }, { id: 4 }]);
    const after = (await table.refresh()).files().map(({ key }) => key);
    expect(after.filter((key) => before.includes(key))).toHaveLength(1);
    expect(await table.toRows()).toHaveLength(4);
  });

  it("removes files of which all rows go without reading them", async () => {
    const table = await tableOf();
    table.store.read.length = 0;
    expect(await table.delete("day = '2024-01-02'")).toMatchObject({ numDeletedRows: 2, numCopiedRows: 0, numAddedFiles: 0 });
    expect(await table.delete("id <= 2")).toMatchObject({ numDeletedRows: 2, numRemovedFiles: 1, numAddedFiles: 0 });
    expect(table.store.read).toEqual([]);
    expect(await rowsOf(table)).toEqual([]);
  });

  it("deletes all rows without a condition", async () => {
    const table = await tableOf();
    expect(await table.delete()).toMatchObject({ version: 3, numDeletedRows: 4, numRemovedFiles: 2 });
    expect(await rowsOf(table)).toEqual([]);
  });

  it("commits nothing where no row is deleted, but for a txn", async () => {
    const table = await tableOf();
    expect(await table.delete("name = 'bb'")).toMatchObject({ version: 2, isCommitted: false, numDeletedRows: 0 });
    const txn = { appId: "app", version: 1n };
    expect(await table.delete("name = 'bb'", { txn })).toMatchObject({ version: 3, isCommitted: true });
    expect(await table.delete("id = 1", { txn })).toMatchObject({ version: 3, isCommitted: false, numDeletedRows: 0 });
    expect(await rowsOf(table)).toHaveLength(4);
  });

  it("keeps rows for which the condition is null", async () => {
    const table = await tableOf();
    await table.delete("n > 2");
    expect(await rowsOf(table, ["id"])).toEqual([{ id: 1 }, { id: 2 }, { id: 4 }]);
    await table.delete("NOT (n > 2)");
    expect(await rowsOf(table, ["id"])).toEqual([{ id: 4 }]);
  });

  it("takes a function of a row", async () => {
    const table = await tableOf();
    expect(await table.delete((row) => row["price"] === "3.00")).toMatchObject({ numDeletedRows: 1, numCopiedRows: 1 });
    expect(await rowsOf(table, ["id"])).toEqual([{ id: 1 }, { id: 2 }, { id: 4 }]);
  });

  it("writes what it did into the history", async () => {
    const table = await tableOf();
    await table.delete("id = 1 AND name LIKE 'a%'", { commitMetadata: { why: "asked" } });
    const [entry] = await (await table.refresh()).history({ limit: 1 });
    expect(entry).toMatchObject({
      operation: "DELETE",
      commitInfo: {
        why: "asked",
        operationParameters: { predicate: "id = 1 AND name LIKE 'a%'" },
        operationMetrics: { numDeletedRows: "1", numCopiedRows: "1", numRemovedFiles: "1", numAddedFiles: "1" },
        isBlindAppend: false,
      },
    });
  });

  it.each([
    ["idd = 1", 'Unknown column "idd"; did you mean "id"?'],
    ["id", "it is a value of type BIGINT, no condition"],
    ["id = ", "expected an operand"],
  ])("refuses %j", async (where, message) => {
    const table = await tableOf();
    await expect(table.delete(where)).rejects.toThrow(message);
    expect((await table.refresh()).version).toBe(2);
  });

  it("refuses a table that is append-only", async () => {
    const table = await tableOf({ properties: { "delta.appendOnly": "true" } });
    await expect(table.delete("id = 1")).rejects.toMatchObject({ code: "NotSupported", field: "delta.appendOnly" });
    await expect(table.update({ n: "1" })).rejects.toMatchObject({ code: "NotSupported" });
    expect((await table.refresh()).version).toBe(2);
    // What was written for it is deleted.
    const keys: string[] = [];
    for await (const { key } of table.store.list("t/")) keys.push(key);
    expect(keys.filter((key) => key.endsWith(".parquet"))).toHaveLength(2);
  });
});

describe("updating rows", () => {
  it("computes all values from the row as it was", async () => {
    const table = await tableOf();
    const done = await table.update({ n: "id + 10", ID: "n", name: "upper(name) " }, { where: "day = '2024-01-01' AND id > 1" });
    expect(done).toMatchObject({ version: 3, numUpdatedRows: 1, numCopiedRows: 1, numRemovedFiles: 1, numAddedFiles: 1 });
    expect(await rowsOf(table, ["id", "n", "name"])).toEqual([
      { id: 1, n: 1, name: "a" },
      { id: 2, n: 12, name: "B" },
      { id: 3, n: 3, name: "c" },
      { id: 4, n: null, name: null },
    ]);
  });

  it("moves rows to other partitions", async () => {
    const table = await tableOf();
    await table.update({ day: "'2024-01-02'" }, { where: "id = 1" });
    expect((await table.refresh()).files({ where: "day = '2024-01-02'" })).toHaveLength(2);
    expect(await rowsOf(table, ["id", "day"])).toContainEqual({ id: 1, day: "2024-01-02" });
  });

  it("takes functions of the row, with values as rows have them", async () => {
    const table = await tableOf();
    await table.update({ price: (row) => `${Number(row["price"]) + 0.5}`, name: () => null }, { where: (row) => row["id"] === 2 });
    expect(await rowsOf(table, ["id", "price", "name"])).toContainEqual({ id: 2, price: "2.50", name: null });
  });

  it("rounds decimals, and reads texts as values of the column", async () => {
    const table = await tableOf();
    await table.update({ price: "price * 1.015", day: "'2024-02-03'", n: "'7'" }, { where: "id = 3" });
    expect(await rowsOf(table)).toContainEqual({ id: 3, name: "c", n: 7, price: "3.05", day: "2024-02-03" });
  });

  it.each([
    [{ nam: "1" }, 'Cannot set the column "nam": the table has no such column; did you mean "name"?'],
    [{ n: "name" }, 'Cannot set the column "n": the value is of the type string, and the column of integer; use CAST'],
    [{ n: "'x'" }, 'Cannot set the column "n": Cannot convert "x" to INT'],
    [{ n: "id + 3000000000" }, "Cannot convert 3000000001 to INT"],
    [{ n: "id + 0.5e0" }, "Cannot store 1.5 as a whole number"],
    [{ n: "1", N: "2" }, "it is given two values"],
    [{ n: () => "7" }, 'Cannot write the column "n": a string; expected integer'],
  ])("refuses %j", async (updates, message) => {
    const table = await tableOf();
    await expect(table.update(updates as Record<string, string>)).rejects.toThrow(message);
    expect((await table.refresh()).version).toBe(2);
  });

  it("refuses rows that are null where they may not be, and leaves the table as it was", async () => {
    const fields = [{ ...field("id", "long"), nullable: false }, ...schema.fields.slice(1)];
    const table = await tableOf({ schema: struct(...fields) });
    await expect(table.update({ id: "NULL" }, { where: "n = 2" })).rejects.toMatchObject({ code: "ValidationError", field: "id" });
    expect((await table.refresh()).version).toBe(2);
  });
});

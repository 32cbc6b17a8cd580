import { describe, expect, it } from "vitest";
import type { Batch } from "../../../../src/delta/batch.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { batchFromRows } from "../../../../src/delta/values/from-rows.ts";
import type { WriteTableOptions } from "../../../../src/delta/write/options.ts";
import { EdgewaterError } from "../../../../src/errors.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { array, decimal, field, requiredField, struct } from "../../../support/delta/schema.ts";
import { keysOf, rowsOf } from "../../../support/delta/tables.ts";

const schema = struct(field("id", "long"), field("day", "date"));
const rows = [
  { id: 1, day: "2024-01-01" },
  { id: 2, day: "2024-01-02" },
  { id: 3, day: null },
];

async function tableWith(data: readonly Record<string, unknown>[], options: WriteTableOptions = {}): Promise<DeltaTable<MemoryStore>> {
  const store = new MemoryStore();
  await DeltaTable.write(store, "t", data, { schema, ...options });
  return DeltaTable.open(store, "t");
}

describe("writing to a table", () => {
  it("creates a table, and appends rows to it in the folders of their partitions", async () => {
    const store = new MemoryStore();
    const table = await DeltaTable.create(store, "t", { schema, partitionBy: ["day"], name: "days", description: "some days" });
    expect([table.version, table.path]).toEqual([0, "t"]);
    const result = await table.write(rows);
    expect(result).toEqual({
      version: 1,
      isCommitted: true,
      numAddedFiles: 3,
      numRemovedFiles: 0,
      numOutputRows: 3,
      numOutputBytes: expect.any(Number),
    });
    expect(await table.toRows()).toEqual([]);
    const newest = await table.refresh();
    expect(await rowsOf(newest)).toEqual(rows);
    const keys = newest.files().map(({ key }) => key.replace(/part-.*/, "part"));
    expect(keys.sort()).toEqual(["t/day=2024-01-01/part", "t/day=2024-01-02/part", "t/day=__HIVE_DEFAULT_PARTITION__/part"]);
    expect(newest.files({ where: "day = '2024-01-02'" })).toHaveLength(1);
  });

  it("says in the history what was done", async () => {
    const table = await tableWith(rows);
    await table.write(rows, { mode: "overwrite", replaceWhere: "id > 0", commitMetadata: { run: "r1" } });
    const [entry] = await (await table.refresh()).history();
    expect(entry).toMatchObject({
      operation: "WRITE",
      commitInfo: {
        run: "r1",
        operationParameters: { mode: "Overwrite", partitionBy: "[]", predicate: "id > 0" },
        operationMetrics: { numFiles: "1", numRemovedFiles: "1", numOutputRows: "3" },
      },
    });
    await expect(table.write(rows, { commitMetadata: { operation: "x" } })).rejects.toMatchObject({ field: "commitMetadata.operation" });
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    await expect(table.write(rows, { commitMetadata: { circular } })).rejects.toMatchObject({ code: "SettingsError" });
  });

  it("does what the mode says if there is a table", async () => {
    const table = await tableWith(rows);
    const { store } = table;
    await expect(DeltaTable.write(store, "t", rows)).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(await DeltaTable.write(store, "t", rows, { mode: "ignore" })).toMatchObject({
      version: 0,
      isCommitted: false,
      numOutputRows: 0,
    });
    expect(await DeltaTable.write(store, "t", rows.slice(0, 1), { mode: "append" })).toMatchObject({ version: 1, numAddedFiles: 1 });
    const overwritten = await DeltaTable.write(store, "t", rows.slice(1), { mode: "overwrite" });
    expect(overwritten).toMatchObject({ version: 2, numAddedFiles: 1, numRemovedFiles: 2 });
    expect(await rowsOf(await table.refresh())).toEqual(rows.slice(1));
    expect(await rowsOf(await DeltaTable.open(store, "t", { version: 1 }))).toEqual([rows[0], ...rows]);
  });

  it("creates or replaces a table in one commit, with its schema, partitions and properties", async () => {
    const table = await tableWith(rows, { properties: { "delta.checkpointInterval": "5" } });
    const other = [{ name: "a", at: new Date(0) }];
    const result = await DeltaTable.write(table.store, "t", other, { mode: "createOrReplace", partitionBy: ["name"] });
    expect(result).toMatchObject({ version: 1, numAddedFiles: 1, numRemovedFiles: 1 });
    const replaced = await table.refresh();
    expect(await replaced.toRows()).toEqual(other);
    expect(replaced.files()[0]?.partitionValues).toEqual({ name: "a" });
    const [, before] = await replaced.history();
    expect(before?.version).toBe(0);
    const empty = await DeltaTable.create(table.store, "t", { schema, mode: "createOrReplace" });
    expect([empty.version, await empty.toRows()]).toEqual([2, []]);
    const same = await DeltaTable.create(table.store, "t", { schema: struct(field("x", "long")), mode: "ignore" });
    expect([same.version, same.schema]).toEqual([2, schema]);
    await expect(DeltaTable.create(table.store, "t", { schema })).rejects.toMatchObject({ code: "AlreadyExists" });
  });

  it("writes iterables of rows, columns, typed arrays and batches", async () => {
    const store = new MemoryStore();
    const written = async (data: Parameters<typeof DeltaTable.write>[2], name: string): Promise<Record<string, unknown>[]> => {
      await DeltaTable.write(store, name, data);
      return rowsOf(await DeltaTable.open(store, name));
    };
    const values = [
      { id: 1, x: 0.5 },
      { id: 2, x: 1.5 },
    ];
    expect(await written(new Set(values), "set")).toEqual(values);
    async function* some(): AsyncGenerator<Record<string, unknown>> {
      yield* values;
    }
    expect(await written(some(), "async")).toEqual(values);
    expect(await written({ id: [1, 2], x: new Float64Array([0.5, 1.5]) }, "columns")).toEqual(values);
    expect(await written({ id: new BigInt64Array([1n, 2n]), x: [0.5, 1.5] }, "typed")).toEqual(values);
    const batch = batchFromRows(values, struct(field("id", "integer"), field("x", "double")));
    expect(await written(batch, "batch")).toEqual(values);
    expect(await written([batch, batch], "batches")).toEqual([values[0], values[0], values[1], values[1]]);
    async function* batches(): AsyncGenerator<Batch> {
      yield batch;
    }
    expect(await written(batches(), "async-batches")).toEqual(values);
    await DeltaTable.write(store, "batch", { id: [3] }, { mode: "append" });
    expect(await rowsOf(await DeltaTable.open(store, "batch"))).toEqual([...values, { id: 3, x: null }]);
  });

  it("takes columns by name, whatever their order and case, and widens values", async () => {
    const table = await tableWith([], {
      schema: struct(
        field("a", "long"),
        field("b", decimal(10, 2)),
        field("c", struct(field("d", "double"), field("e", array("integer")))),
        field("f", "string"),
      ),
    });
    const narrow = struct(field("C", struct(field("E", array("byte")), field("D", "integer"))), field("B", "short"), field("A", "integer"));
    await table.write(
      batchFromRows(
        [
          { A: 1, B: 2, C: { D: 3, E: [4, null] } },
          { A: null, B: null, C: null },
        ],
        narrow,
      ),
    );
    expect(await (await table.refresh()).toRows()).toEqual([
      { a: 1, b: "2.00", c: { d: 3, e: [4, null] }, f: null },
      { a: null, b: null, c: null, f: null },
    ]);
  });

  it("refuses data that do not fit, names column and row, and leaves the table and the store as they were", async () => {
    const table = await tableWith(rows, { schema: struct(requiredField("id", "long"), field("day", "date")) });
    const keys = await keysOf(table.store);
    const refused = (data: Parameters<DeltaTable["write"]>[0], options?: WriteTableOptions) =>
      DeltaTable.write(table.store, "t", data, { mode: "append", ...options });
    await expect(refused([{ id: 1 }, { id: "2" }])).rejects.toMatchObject({
      code: "ValidationError",
      field: "id",
      message: expect.stringMatching(/"id" of row 1/),
    });
    await expect(refused([{ id: 1 }, {}])).rejects.toMatchObject({ field: "id", message: expect.stringMatching(/row 1.*not nullable/) });
    await expect(refused({ id: [1, null] })).rejects.toMatchObject({ field: "id", message: expect.stringMatching(/row 1.*not nullable/) });
    await expect(refused([{ id: 2 ** 53 }])).rejects.toMatchObject({ field: "id" });
    await expect(refused([{ id: 1, dya: null }])).rejects.toMatchObject({
      field: "dya",
      message: expect.stringContaining('did you mean "day"?'),
    });
    await expect(refused({ id: [1], day: ["2024-01-01", null] })).rejects.toMatchObject({
      field: "day",
      message: expect.stringContaining("one length"),
    });
    const wide = batchFromRows([{ id: 1.5 }], struct(field("id", "double")));
    await expect(refused(wide)).rejects.toMatchObject({ field: "id", message: expect.stringMatching(/double.*long/) });
    const nulls = batchFromRows([{ id: 1 }, { id: null }], struct(field("id", "long")));
    await expect(refused(nulls)).rejects.toMatchObject({ field: "id", message: expect.stringMatching(/row 1 .*"id" is null/) });
    for (const wrong of [5, "rows", null, { id: 1 }]) {
      await expect(refused(wrong as never)).rejects.toMatchObject({ code: "ValidationError" });
    }
    await expect(refused([1] as never)).rejects.toMatchObject({ code: "ValidationError" });
    await expect(DeltaTable.write(table.store, "new", [])).rejects.toMatchObject({
      message: expect.stringContaining("declare the schema"),
    });
    await expect(DeltaTable.write(table.store, "new", [{ a: null }])).rejects.toMatchObject({ field: "a" });
    expect(await keysOf(table.store)).toEqual(keys);
  });

  it("refuses options that contradict each other", async () => {
    const table = await tableWith(rows, { partitionBy: ["day"] });
    const refused = (options: WriteTableOptions) => DeltaTable.write(table.store, "t", rows, { mode: "append", ...options });
    await expect(refused({ replaceWhere: "id = 1" })).rejects.toMatchObject({ code: "SettingsError", field: "replaceWhere" });
    await expect(refused({ schemaMode: "overwrite" })).rejects.toMatchObject({ code: "SettingsError", field: "schemaMode" });
    await expect(refused({ mode: "overwrite", schemaMode: "overwrite", replaceWhere: "id = 1" })).rejects.toMatchObject({
      field: "schemaMode",
    });
    await expect(refused({ partitionBy: ["id"] })).rejects.toMatchObject({ code: "SettingsError", field: "partitionBy" });
    await expect(refused({ mode: "overwrite", replaceWhere: "id =" })).rejects.toMatchObject({ code: "ValidationError" });
    await expect(refused({ mod: "append" } as never)).rejects.toMatchObject({ code: "SettingsError", field: "mod" });
    await expect(refused({ txn: { appId: "a", version: 1 as never } })).rejects.toMatchObject({
      code: "SettingsError",
      field: "txn.version",
    });
    await expect(DeltaTable.write({} as never, "t", rows)).rejects.toMatchObject({ code: "SettingsError", field: "store" });
  });

  it("takes effect once for a txn", async () => {
    const table = await tableWith(rows);
    const txn = { appId: "app", version: 3n };
    expect(await table.write(rows, { txn })).toMatchObject({ version: 1, isCommitted: true });
    expect(await table.write(rows, { txn })).toMatchObject({ version: 1, isCommitted: false, numOutputRows: 0 });
    expect(await table.write(rows, { txn: { appId: "app", version: 4n } })).toMatchObject({ version: 2, isCommitted: true });
    expect(await (await table.refresh()).toRows()).toHaveLength(9);
  });

  it("deletes the files of a write that fails", async () => {
    const table = await tableWith(rows, { partitionBy: ["day"] });
    const keys = await keysOf(table.store);
    async function* failing(): AsyncGenerator<Record<string, unknown>> {
      for (let id = 0; id < 25_000; id++) yield { id, day: "2024-01-01" };
      throw new EdgewaterError("StepFailed", "the source has failed");
    }
    const small = { writerProperties: { targetFileSize: 1000, maxRowGroupSize: 1000 } };
    await expect(table.write(failing(), small)).rejects.toMatchObject({ code: "StepFailed" });
    const controller = new AbortController();
    async function* aborting(): AsyncGenerator<Record<string, unknown>> {
      for (let id = 0; id < 25_000; id++) yield { id, day: "2024-01-01" };
      controller.abort();
      for (let id = 0; id < 25_000; id++) yield { id, day: "2024-01-01" };
    }
    await expect(table.write(aborting(), { ...small, signal: controller.signal })).rejects.toMatchObject({ code: "Aborted" });
    expect(await keysOf(table.store)).toEqual(keys);
  });

  it("ends files at their size, and row groups at their rows", async () => {
    const table = await tableWith([]);
    const many = Array.from({ length: 30_000 }, (_, id) => ({ id, day: null }));
    await table.write(many, { writerProperties: { targetFileSize: 20_000, maxRowGroupSize: 2000, compression: "none" } });
    const newest = await table.refresh();
    expect(newest.files().map(({ rowCount }) => rowCount)).toEqual([10_000, 10_000, 10_000]);
    expect((await newest.toRows()).map(({ id }) => id)).toEqual(many.map(({ id }) => id));
    expect(newest.files()[0]?.key).toMatch(/c000\.parquet$/);
  });

  it("refuses a store that ignores conditions, unless there is a single writer", async () => {
    const store = new MemoryStore();
    const lying = {
      name: "Lying",
      get: store.get.bind(store),
      head: store.head.bind(store),
      list: store.list.bind(store),
      delete: store.delete.bind(store),
    };
    const put = (key: string, body: string | Uint8Array<ArrayBuffer>) => store.put(key, body);
    await expect(DeltaTable.write({ ...lying, put }, "t", rows)).rejects.toMatchObject({ code: "NotSupported" });
    await DeltaTable.write({ ...lying, put }, "t", rows, { unsafeSingleWriter: true });
    const table = await DeltaTable.open({ ...lying, put }, "t", { unsafeSingleWriter: true });
    await table.write(rows);
    expect(await (await table.refresh()).toRows()).toHaveLength(6);
  });
});

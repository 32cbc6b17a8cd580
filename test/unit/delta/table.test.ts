import { describe, expect, it } from "vitest";
import type { Action, AddFile, Metadata } from "../../../src/delta/log/actions.ts";
import { pathOfKey } from "../../../src/delta/log/paths.ts";
import { ParquetWriter } from "../../../src/delta/parquet/write.ts";
import type { ColumnMappingMode } from "../../../src/delta/schema/column-mapping.ts";
import type { Row } from "../../../src/delta/schema/infer.ts";
import { printSchema } from "../../../src/delta/schema/schema-string.ts";
import type { StructType } from "../../../src/delta/schema/types.ts";
import type { TableLocation } from "../../../src/delta/store.ts";
import { DeltaTable } from "../../../src/delta/table.ts";
import { batchFromRows } from "../../../src/delta/values/from-rows.ts";
import { MemoryStore } from "../../../src/object-store/memory/store.ts";
import type { FullGetOptions } from "../../../src/object-store/types.ts";
import { field, struct } from "../../support/delta/schema.ts";
import { added, commit, metadata, protocol } from "../../support/delta/written-log.ts";

/** A store that notes which keys are read. */
class NotingStore extends MemoryStore {
  readonly read: string[] = [];

  override get(key: string, options?: FullGetOptions): ReturnType<MemoryStore["get"]> {
    this.read.push(key.slice("t/".length));
    return super.get(key, options);
  }
}

const schema = struct(field("id", "long"), field("name", "string"), field("day", "date"));

/** Writes a data file, and returns its action. */
async function dataFile(
  { store, root }: TableLocation<MemoryStore>,
  key: string,
  rows: readonly Row[],
  options: { readonly schema: StructType; readonly mapping?: ColumnMappingMode } & Partial<AddFile>,
): Promise<Action> {
  const { schema: fileSchema, mapping, ...changes } = options;
  const writer = new ParquetWriter({ schema: fileSchema, mapping });
  writer.write(batchFromRows(rows, fileSchema));
  writer.finish();
  const bytes = writer.take();
  await store.put(`${root}/${key}`, bytes);
  return added(pathOfKey(key), { size: bytes.byteLength, ...changes });
}

const tableMetadata = (of: StructType, changes: Partial<Metadata> = {}): Action => ({
  metaData: { ...metadata, schemaString: printSchema(of), ...changes },
});

/** A table of two days, each in a partition of its own, and of a null one. */
async function partitioned(): Promise<TableLocation<NotingStore>> {
  const table = { store: new NotingStore(), root: "t" };
  const stored = struct(...schema.fields.slice(0, 2));
  const stats = (least: number, most: number): string =>
    JSON.stringify({ numRecords: 2, minValues: { id: least }, maxValues: { id: most }, nullCount: { id: 0 } });
  await commit(table, 0, [
    { protocol },
    tableMetadata(schema, { partitionColumns: ["day"] }),
    await dataFile(
      table,
      "day=a%2Fb/1.parquet",
      [
        { id: 1, name: "one" },
        { id: 2, name: null },
      ],
      {
        schema: stored,
        partitionValues: { day: "2024-01-01" },
        stats: stats(1, 2),
      },
    ),
    await dataFile(
      table,
      "2.parquet",
      [
        { id: 3, name: "three" },
        { id: 2n ** 60n, name: "large" },
      ],
      {
        schema: stored,
        partitionValues: { day: "2024-01-02" },
        stats: stats(3, 2 ** 60),
      },
    ),
    await dataFile(table, "3.parquet", [{ id: 5, name: "five" }], { schema: stored, partitionValues: { day: null } }),
  ]);
  table.store.read.length = 0;
  return table;
}

describe("a table", () => {
  it("gives its rows as plain objects", async () => {
    const table = await DeltaTable.open((await partitioned()).store, "t");
    expect(table.version).toBe(0);
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["id", "name", "day"]);
    expect(await table.toRows()).toEqual([
      { id: 1, name: "one", day: "2024-01-01" },
      { id: 2, name: null, day: "2024-01-01" },
      { id: 3, name: "three", day: "2024-01-02" },
      { id: 2n ** 60n, name: "large", day: "2024-01-02" },
      { id: 5, name: "five", day: null },
    ]);
    expect(await table.toRows({ columns: ["day", "ID"], where: "id = 3", int64: "bigint" })).toEqual([{ day: "2024-01-02", id: 3n }]);
  });

  it("gives only rows that a condition holds for, also by columns that are not asked for", async () => {
    const table = await DeltaTable.open((await partitioned()).store, "t");
    const ids = async (where: Parameters<DeltaTable["toRows"]>[0] & object): Promise<unknown[]> =>
      (await table.toRows({ columns: ["id"], ...where })).map(({ id }) => id);
    expect(await ids({ where: "day = '2024-01-01' AND name IS NULL" })).toEqual([2]);
    expect(await ids({ where: "day IS NULL" })).toEqual([5]);
    expect(await ids({ where: "NAME LIKE '%e%e'" })).toEqual([3]);
    expect(await ids({ where: (row) => row["day"] === "2024-01-02" && typeof row["id"] === "bigint" })).toEqual([2n ** 60n]);
    await expect(ids({ where: "nam = 1" })).rejects.toMatchObject({ code: "ValidationError", message: expect.stringContaining('"name"') });
  });

  it("does not read files in which no row can match", async () => {
    const { store } = await partitioned();
    const table = await DeltaTable.open(store, "t");
    const readBy = async (where: string): Promise<string[]> => {
      store.read.length = 0;
      await table.toRows({ where });
      return [...new Set(store.read)];
    };
    expect(await readBy("day = '2024-01-02'")).toEqual(["2.parquet"]);
    expect(await readBy("id < 3 AND day IS NOT NULL")).toEqual(["day=a%2Fb/1.parquet"]);
    expect(await readBy("id = 1152921504606846976")).toEqual(["2.parquet", "3.parquet"]);
    expect(table.files({ where: "day = '2024-01-02'" })).toEqual([
      { key: "t/2.parquet", size: expect.any(Number), partitionValues: { day: "2024-01-02" }, rowCount: 2, deletedRowCount: 0 },
    ]);
  });

  it("gives batches of columns, and as many rows for no column", async () => {
    const table = await DeltaTable.open((await partitioned()).store, "t");
    let rows = 0;
    for await (const batch of table.batches({ columns: [] })) {
      expect(batch.columns).toEqual([]);
      rows += batch.rowCount;
    }
    expect(rows).toBe(5);
    await expect(table.toRows({ columns: ["nmae"] })).rejects.toMatchObject({
      code: "ValidationError",
      message: expect.stringContaining('did you mean "name"?'),
    });
  });

  it("leaves out deleted rows, and keeps the others in place", async () => {
    const table = { store: new MemoryStore(), root: "t" };
    const rows = Array.from({ length: 40 }, (_, id) => ({ id, name: `n${id}`, day: null }));
    const deletionVector = {
      storageType: "i",
      pathOrInlineDv: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
      sizeInBytes: 44,
      cardinality: 6,
    } as const;
    await commit(table, 0, [{ protocol }, tableMetadata(schema), await dataFile(table, "a", rows, { schema, deletionVector })]);
    const opened = await DeltaTable.open(table.store, "t");
    const left = rows.map(({ id }) => id).filter((id) => ![3, 4, 7, 11, 18, 29].includes(id));
    expect((await opened.toRows({ columns: ["id"] })).map(({ id }) => id)).toEqual(left);
    expect(await opened.toRows({ columns: ["name"], where: "id >= 29 AND id < 31" })).toEqual([{ name: "n30" }]);
    expect(opened.files()[0]).toMatchObject({ deletedRowCount: 6 });
  });

  it.each(["name", "id"] as const)("finds columns that are mapped by %s", async (mapping) => {
    const table = { store: new MemoryStore(), root: "t" };
    const mapped = struct(
      ...schema.fields.map((each, index) => ({
        ...each,
        metadata: { "delta.columnMapping.id": index + 1, "delta.columnMapping.physicalName": `col-${index}` },
      })),
    );
    await commit(table, 0, [
      { protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
      tableMetadata(mapped, { partitionColumns: ["day"], configuration: { "delta.columnMapping.mode": mapping } }),
      await dataFile(table, "a", [{ id: 1, name: "one" }], {
        schema: struct(...mapped.fields.slice(0, 2)),
        mapping,
        partitionValues: { "col-2": "2024-01-01" },
      }),
    ]);
    const opened = await DeltaTable.open(table.store, "t");
    expect(await opened.toRows({ where: "day = '2024-01-01' AND name = 'one'" })).toEqual([{ id: 1, name: "one", day: "2024-01-01" }]);
  });

  it("refreshes to the newest version, and stays as it is itself", async () => {
    const table = await partitioned();
    const first = await DeltaTable.open(table.store, "t");
    expect(await first.refresh()).toBe(first);
    await commit(table, 1, [{ remove: { path: "3.parquet", dataChange: true } }]);
    const second = await first.refresh();
    expect([first.version, (await first.toRows()).length, second.version, (await second.toRows()).length]).toEqual([0, 5, 1, 4]);
  });

  it("names a data file that is missing or damaged", async () => {
    const { store } = await partitioned();
    const table = await DeltaTable.open(store, "t");
    const bytes = await (await store.get("t/3.parquet")).bytes();
    await store.put("t/3.parquet", bytes.slice(0, -20));
    await expect(table.toRows()).rejects.toMatchObject({ code: "Integrity", message: expect.stringContaining("t/3.parquet") });
    await store.delete("t/3.parquet");
    await expect(table.toRows()).rejects.toMatchObject({
      code: "NotFound",
      key: "t/3.parquet",
      message: expect.stringContaining("data file"),
    });
    expect((await table.toRows({ where: "day IS NOT NULL" })).length).toBe(4);
  });

  it("ends with Aborted", async () => {
    const { store } = await partitioned();
    const table = await DeltaTable.open(store, "t");
    const signal = AbortSignal.abort();
    await expect(table.toRows({ signal })).rejects.toMatchObject({ code: "Aborted" });
    await expect(DeltaTable.open(store, "t", { signal })).rejects.toMatchObject({ code: "Aborted" });
  });

  it("refuses options that it does not have", async () => {
    const { store } = await partitioned();
    const table = await DeltaTable.open(store, "t");
    await expect(table.toRows({ colums: [] } as object)).rejects.toMatchObject({
      code: "SettingsError",
      message: expect.stringContaining('did you mean "columns"?'),
    });
    await expect(DeltaTable.open(store, "t", { version: -1 })).rejects.toMatchObject({ code: "SettingsError", field: "version" });
    await expect(DeltaTable.open(store, "a//b")).rejects.toMatchObject({ code: "InvalidPath" });
    await expect(DeltaTable.open({} as MemoryStore, "t")).rejects.toMatchObject({ code: "SettingsError", field: "store" });
  });
});

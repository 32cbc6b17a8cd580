import { describe, expect, it } from "vitest";
import { loadSnapshot } from "../../../../src/delta/log/snapshot.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import type { WriteTableOptions } from "../../../../src/delta/write/options.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { array, field, map, requiredField, struct } from "../../../support/delta/schema.ts";
import { rowsOf } from "../../../support/delta/tables.ts";

const schema = struct(field("id", "long"), field("day", "date"));
const rows = [{ id: 1, day: "2024-01-01" }];

async function tableWith(options: WriteTableOptions = {}): Promise<DeltaTable<MemoryStore>> {
  const store = new MemoryStore();
  await DeltaTable.write(store, "t", rows, { schema, ...options });
  return DeltaTable.open(store, "t");
}

describe("a write that changes the schema", () => {
  it("is refused without a schema mode, with the column and both types", async () => {
    const table = await tableWith();
    const other = { schema: struct(field("id", "string"), field("day", "date")) };
    await expect(table.write([{ id: "a" }], other)).rejects.toMatchObject({
      code: "ValidationError",
      field: "id",
      message: expect.stringMatching(/string.*long/),
    });
    await expect(table.write([{ id: 1, more: 2 }])).rejects.toMatchObject({ field: "more" });
    await expect(table.write([{ id: "a" }], { ...other, schemaMode: "merge" })).rejects.toMatchObject({ field: "id" });
    expect((await table.refresh()).version).toBe(0);
  });

  it("adds columns and fields that rows have, with the types that their values tell", async () => {
    const nested = struct(
      field("id", "long"),
      field("s", struct(field("a", "integer"))),
      field("l", array(struct(field("x", "string")))),
      field("m", map("string", struct(field("v", "long")))),
    );
    const store = new MemoryStore();
    await DeltaTable.write(store, "t", [{ id: 1, s: { a: 1 }, l: [{ x: "x" }], m: { k: { v: 1 } } }], { schema: nested });
    const table = await DeltaTable.open(store, "t");
    const row = { id: 2, s: { a: 2, b: "new" }, l: [{ x: "x", y: 1.5 }], m: new Map([["k", { v: 2, w: true }]]), at: new Date(5) };
    expect(await table.write([row], { schemaMode: "merge" })).toMatchObject({ version: 1 });
    const merged = await table.refresh();
    expect(merged.schema).toEqual(
      struct(
        field("id", "long"),
        field("s", struct(field("a", "integer"), field("b", "string"))),
        field("l", array(struct(field("x", "string"), field("y", "double")))),
        field("m", map("string", struct(field("v", "long"), field("w", "boolean")))),
        field("at", "timestamp"),
      ),
    );
    expect(await rowsOf(merged)).toEqual([
      { id: 1, s: { a: 1, b: null }, l: [{ x: "x", y: null }], m: new Map([["k", { v: 1, w: null }]]), at: null },
      row,
    ]);
    expect(await table.write({ id: [3], c: ["new"] }, { schemaMode: "merge" })).toMatchObject({ version: 2 });
    expect((await merged.refresh()).schema.fields.at(-1)).toEqual(field("c", "string"));
    await expect(table.write([{ id: 4, unknown: null }], { schemaMode: "merge" })).rejects.toMatchObject({ field: "unknown" });
  });

  it("changes nothing in the metadata if the rows have no other columns", async () => {
    const table = await tableWith();
    await table.write(rows, { schemaMode: "merge" });
    const { metadata } = await loadSnapshot({ store: table.store, root: "t" });
    expect(metadata).toEqual((await loadSnapshot({ store: table.store, root: "t" }, { version: 0 })).metadata);
  });

  it("replaces schema and partition columns with all rows", async () => {
    const table = await tableWith({ partitionBy: ["day"], properties: { "delta.checkpointInterval": "7" } });
    const data = [{ name: "a", region: "eu" }];
    await expect(table.write(data, { mode: "overwrite" })).rejects.toMatchObject({ code: "ValidationError" });
    await expect(table.write(data, { mode: "overwrite", schemaMode: "overwrite" })).rejects.toMatchObject({ field: "day" });
    await table.write(data, { mode: "overwrite", schemaMode: "overwrite", partitionBy: ["region"] });
    const newest = await table.refresh();
    expect(await newest.toRows()).toEqual(data);
    expect(newest.files()[0]?.partitionValues).toEqual({ region: "eu" });
    const { metadata } = await loadSnapshot({ store: table.store, root: "t" });
    expect(metadata.configuration).toEqual({ "delta.checkpointInterval": "7" });
    expect(await (await DeltaTable.open(table.store, "t", { version: 0 })).toRows()).toEqual(rows);
  });

  it.each(["name", "id"] as const)("gives columns that are mapped by %s ids and physical names, and each only once", async (mode) => {
    const nested = struct(field("a b", "long"), field("s", struct(field("c,d", "string"))), field("day", "date"));
    const store = new MemoryStore();
    const table = await DeltaTable.create(store, "t", {
      schema: nested,
      partitionBy: ["day"],
      properties: { "delta.columnMapping.mode": mode },
    });
    const first = { "a b": 1, s: { "c,d": "x" }, day: "2024-01-01" };
    const second = { "a b": 2, s: { "c,d": "y", e: 1 }, day: null, f: "z" };
    await table.write([first]);
    await table.write([second], { schemaMode: "merge" });
    const newest = await table.refresh();
    expect(await rowsOf(newest)).toEqual([{ ...first, s: { "c,d": "x", e: null }, f: null }, second]);
    expect(await newest.toRows({ columns: ["f"], where: "day IS NULL AND `a b` = 2" })).toEqual([{ f: "z" }]);
    expect(newest.files({ where: "`a b` = 1" })).toHaveLength(1);
    const { metadata, protocol } = await loadSnapshot({ store, root: "t" });
    expect(metadata.configuration).toMatchObject({ "delta.columnMapping.mode": mode, "delta.columnMapping.maxColumnId": "6" });
    expect(protocol).toEqual({ minReaderVersion: 2, minWriterVersion: 5 });
    const ids = [...metadata.schemaString.matchAll(/columnMapping\.id":(\d+)/g)].map(([, id]) => Number(id));
    expect(ids.sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(newest.files().every(({ key }) => !key.includes("day="))).toBe(true);
    // Columns of the same names are others once the schema is replaced.
    await table.write([{ "a b": "text" }], { mode: "overwrite", schemaMode: "overwrite", partitionBy: [] });
    const replaced = await loadSnapshot({ store, root: "t" });
    expect(replaced.schema.fields[0]?.metadata["delta.columnMapping.id"]).toBe(7);
    expect(await (await newest.refresh()).toRows()).toEqual([{ "a b": "text" }]);
  });

  it("needs no more of other engines than the table uses", async () => {
    const protocolOf = async (of: Parameters<typeof DeltaTable.create>[2]["schema"], properties: Record<string, string> = {}) => {
      const store = new MemoryStore();
      await DeltaTable.create(store, "t", { schema: of, properties });
      return (await loadSnapshot({ store, root: "t" })).protocol;
    };
    expect(await protocolOf(schema)).toEqual({ minReaderVersion: 1, minWriterVersion: 2 });
    expect(await protocolOf(schema, { "delta.constraints.c": "id > 0" })).toEqual({ minReaderVersion: 1, minWriterVersion: 3 });
    expect(await protocolOf(struct(field("l", array("timestamp_ntz"))))).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["timestampNtz"],
      writerFeatures: ["appendOnly", "invariants", "timestampNtz"],
    });
    expect(await protocolOf(schema, { "delta.enableInCommitTimestamps": "true" })).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ["appendOnly", "inCommitTimestamp", "invariants"],
    });
    expect(await protocolOf(schema, { "delta.enableDeletionVectors": "true", "delta.columnMapping.mode": "name" })).toMatchObject({
      minReaderVersion: 3,
      readerFeatures: ["columnMapping", "deletionVectors"],
    });
    expect(await protocolOf(schema, { "delta.feature.vacuumProtocolCheck": "supported" })).toMatchObject({
      readerFeatures: ["vacuumProtocolCheck"],
    });
  });

  it("upgrades the protocol for a type that the older one lacks, and names what that had", async () => {
    const table = await tableWith({ properties: { "delta.constraints.positive": "id > 0" } });
    await table.write([{ id: 2, at: 5n }], { schemaMode: "merge", schema: struct(field("id", "long"), field("at", "timestamp_ntz")) });
    expect((await loadSnapshot({ store: table.store, root: "t" })).protocol).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["timestampNtz"],
      writerFeatures: ["appendOnly", "checkConstraints", "invariants", "timestampNtz"],
    });
  });

  it("refuses schemas and properties that are wrong", async () => {
    const refused = (options: Partial<Parameters<typeof DeltaTable.create>[2]>) =>
      DeltaTable.create(new MemoryStore(), "t", { schema, ...options });
    const withProperty = (name: string, value = "true") => refused({ properties: { [name]: value } });
    await expect(refused({ partitionBy: ["dya"] })).rejects.toMatchObject({ code: "SettingsError", field: "dya" });
    await expect(refused({ schema: struct(field("a b", "long")) })).rejects.toMatchObject({ field: "a b" });
    await expect(refused({ schema: struct(requiredField("a", "long"), field("A", "long")) })).rejects.toMatchObject({ field: "A" });
    await expect(withProperty("delta.appendonly")).rejects.toMatchObject({
      message: expect.stringContaining('did you mean "delta.appendOnly"?'),
    });
    await expect(withProperty("delta.checkpointInterval", "0")).rejects.toMatchObject({ field: "delta.checkpointInterval" });
    await expect(withProperty("delta.logRetentionDuration", "7")).rejects.toMatchObject({
      message: expect.stringContaining("interval 7 days"),
    });
    await expect(withProperty("delta.columnMapping.maxColumnId", "9")).rejects.toMatchObject({ code: "SettingsError" });
    await expect(withProperty("delta.enableChangeDataFeed")).rejects.toMatchObject({
      code: "NotSupported",
      message: expect.stringContaining("changeDataFeed"),
    });
    await expect(withProperty("delta.feature.clustering", "supported")).rejects.toMatchObject({
      message: expect.stringContaining('"clustering"'),
    });
    await expect(withProperty("delta.constraints.c", "id >")).rejects.toMatchObject({ code: "NotSupported", field: "c" });
    await expect(withProperty("delta.constraints.c", "di > 0")).rejects.toMatchObject({ message: expect.stringContaining('"id"') });
    await withProperty("my.own", "anything");
  });
});

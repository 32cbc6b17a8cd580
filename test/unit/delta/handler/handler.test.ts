import { tableFromArrays, tableToIPC } from "@uwdata/flechette";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../../../src/delta/batch.ts";
import { DeltaIOHandler } from "../../../../src/delta/handler/handler.ts";
import { arrow, batches, columns, rows, type TableForm } from "../../../../src/delta/handler/hints.ts";
import type { DeltaIOHandlerOptions } from "../../../../src/delta/handler/settings.ts";
import type { DeltaTypeHandler } from "../../../../src/delta/handler/type-handler.ts";
import { tableSchema } from "../../../../src/delta/schema/declare.ts";
import { DeltaTable } from "../../../../src/delta/table.ts";
import { rowsFromBatch } from "../../../../src/delta/values/to-rows.ts";
import { InputContext, type InputContextOptions, OutputContext, type OutputContextOptions } from "../../../../src/io-handler/contexts.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { multiPartitions } from "../../../../src/partition/multi-partitions.ts";
import { PartitionContext } from "../../../../src/partition/partition-context.ts";
import { PartitionKey } from "../../../../src/partition/partition-key.ts";
import type { PartitionsDefinition } from "../../../../src/partition/partitions-definition.ts";
import { staticPartitions } from "../../../../src/partition/static-partitions.ts";
import { dailyPartitions } from "../../../../src/partition/time-partitions.ts";

type Row = Record<string, unknown>;

/** A handler over a store of its own, and calls of it as a run makes them. */
function lake<Form extends TableForm = "rows">(options: Partial<DeltaIOHandlerOptions<Form>> = {}) {
  const store = new MemoryStore();
  const io = new DeltaIOHandler({ store, ...options } as DeltaIOHandlerOptions<Form>);
  return {
    store,
    io,
    write: async (value: object, context: Partial<OutputContextOptions> = {}): Promise<OutputContext> => {
      const output = new OutputContext({ assetName: "quakes", ...context });
      await io.handleOutput(output, value);
      return output;
    },
    load: async (context: Partial<InputContextOptions> = {}): Promise<unknown> =>
      io.loadInput(new InputContext({ assetName: "quakes", downstreamAsset: "strong", ...context })),
    table: () => DeltaTable.open(store, "quakes"),
  };
}

const sorted = (value: unknown, by = "id"): Row[] =>
  (value as Row[]).toSorted((left, right) => Number(left[by]) - Number(right[by]) || String(left[by]).localeCompare(String(right[by])));

function partitions(definition: PartitionsDefinition, ...keys: readonly (string | Record<string, string>)[]): PartitionContext {
  return new PartitionContext({
    keys: keys.map((key) => (typeof key === "string" ? PartitionKey.single(key) : PartitionKey.multi(key))),
    definition,
  });
}

const regions = staticPartitions(["eu", "us", "it's"]);
const days = dailyPartitions({ start: "2024-01-01" });

describe("DeltaIOHandler", () => {
  it("loads the rows that it wrote", async () => {
    const { write, load } = lake();
    await write([{ id: 1, name: "a" }]);
    expect(await load()).toEqual([{ id: 1, name: "a" }]);
  });

  it("keeps the table below its prefix, under the name of the asset", async () => {
    const store = new MemoryStore();
    const io = new DeltaIOHandler({ store, prefix: "lake/v1" });
    await io.handleOutput(new OutputContext({ assetName: "a b/ü" }), [{ id: 1 }]);
    expect((await DeltaTable.open(store, "lake/v1/a%20b%2F%C3%BC")).version).toBe(0);
  });

  describe("modes", () => {
    it("overwrite replaces all rows", async () => {
      const { write, load } = lake();
      await write([{ id: 1 }]);
      await write([{ id: 2 }]);
      expect(await load()).toEqual([{ id: 2 }]);
    });

    it("append adds rows", async () => {
      const { write, load } = lake({ mode: "append" });
      await write([{ id: 1 }]);
      await write([{ id: 2 }]);
      expect(sorted(await load())).toEqual([{ id: 1 }, { id: 2 }]);
    });

    it("error refuses a table that is there, and leaves it as it is", async () => {
      const { write, load } = lake({ mode: "error" });
      await write([{ id: 1 }]);
      await expect(write([{ id: 2 }])).rejects.toMatchObject({ code: "AlreadyExists" });
      expect(await load()).toEqual([{ id: 1 }]);
    });

    it("ignore leaves a table that is there as it is, and describes it", async () => {
      const { write, load, table } = lake({ mode: "ignore" });
      await write([{ id: 1 }]);
      const { outputMetadata } = await write([{ id: 2 }, { id: 3 }]);
      expect(outputMetadata).toMatchObject({
        "delta/num_rows": { value: 1 },
        "delta/version": { value: 0 },
        "delta/mode": { value: "ignore" },
      });
      expect(await load()).toEqual([{ id: 1 }]);
      expect((await table()).version).toBe(0);
    });

    it("createOrReplace replaces rows, schema and partitions in one commit", async () => {
      const { write, load, table } = lake({ partitionExpr: "region" });
      await write([{ id: 1, region: "eu" }], { partition: partitions(regions, "eu") });
      await write([{ name: "x" }], { assetMetadata: { "delta/mode": "create_or_replace" } });
      expect(await load()).toEqual([{ name: "x" }]);
      expect((await table()).version).toBe(1);
    });
  });

  describe("schemas", () => {
    it("refuses another schema unless told otherwise", async () => {
      const { write, load } = lake({ mode: "append" });
      await write([{ id: 1 }]);
      await expect(write([{ id: 2, name: "a" }])).rejects.toMatchObject({ code: "ValidationError", field: "name" });
      expect(await load()).toEqual([{ id: 1 }]);
    });

    it("adds columns with the schema mode merge", async () => {
      const { write, load } = lake({ mode: "append", schemaMode: "merge" });
      await write([{ id: 1 }]);
      await write([{ id: 2, name: "a" }]);
      expect(sorted(await load())).toEqual([
        { id: 1, name: null },
        { id: 2, name: "a" },
      ]);
    });

    it("replaces the schema with the schema mode overwrite, also of one asset only", async () => {
      const { write, load } = lake();
      await write([{ id: 1 }]);
      await expect(write([{ name: "a" }])).rejects.toMatchObject({ code: "ValidationError" });
      await write([{ name: "a" }], { assetMetadata: { "delta/schema_mode": "overwrite" } });
      expect(await load()).toEqual([{ name: "a" }]);
    });

    it("writes with the schema of the asset's type hint, also no rows", async () => {
      const { write, table } = lake();
      const schema = tableSchema({ id: "integer not null", at: "timestamp", tags: "array<string>" });
      await write([], { typeHint: rows(schema) });
      expect((await table()).schema.fields).toMatchObject(schema.fields);
    });

    it("asks for a schema where values do not tell it", async () => {
      const { write } = lake();
      await expect(write([])).rejects.toThrow(/declare the schema/i);
      await expect(write([{ id: 1, name: null }])).rejects.toMatchObject({ code: "ValidationError", field: "name" });
    });
  });

  describe("partitions", () => {
    it("overwrite replaces the rows of the partition, and touches no file of others", async () => {
      const { write, load, store, table } = lake({ partitionExpr: "region" });
      await write([{ id: 1, region: "eu" }], { partition: partitions(regions, "eu") });
      await write([{ id: 2, region: "us" }], { partition: partitions(regions, "us") });
      const before = (await table()).files({ where: "region = 'us'" });
      await write([{ id: 3, region: "eu" }], { partition: partitions(regions, "eu") });
      expect(sorted(await load())).toEqual([
        { id: 2, region: "us" },
        { id: 3, region: "eu" },
      ]);
      expect(await load({ partition: partitions(regions, "eu") })).toEqual([{ id: 3, region: "eu" }]);
      expect((await table()).files({ where: "region = 'us'" })).toEqual(before);
      expect(before[0]?.key).toMatch(/^quakes\/region=us\//);
      expect(await store.head(before[0]?.key ?? "")).toBeDefined();
    });

    it("refuses rows of another partition", async () => {
      const { write, load } = lake({ partitionExpr: "region" });
      await write([{ id: 1, region: "us" }], { partition: partitions(regions, "us") });
      await expect(write([{ id: 2, region: "us" }], { partition: partitions(regions, "eu") })).rejects.toMatchObject({
        code: "ValidationError",
      });
      expect(await load()).toEqual([{ id: 1, region: "us" }]);
    });

    it("append adds to a partition", async () => {
      const { write, load } = lake({ mode: "append", partitionExpr: "region" });
      for (const id of [1, 2]) await write([{ id, region: "eu" }], { partition: partitions(regions, "eu") });
      expect(sorted(await load({ partition: partitions(regions, "eu") }))).toHaveLength(2);
    });

    it("reads several partitions at once, and values with quotes", async () => {
      const { write, load } = lake({ partitionExpr: "region" });
      for (const region of ["eu", "us", "it's"]) await write([{ id: 1, region }], { partition: partitions(regions, region) });
      expect(sorted(await load({ partition: partitions(regions, "it's", "eu") }), "region")).toEqual([
        { id: 1, region: "eu" },
        { id: 1, region: "it's" },
      ]);
    });

    it("overwrites several partitions at once, also to nothing", async () => {
      const { write, load } = lake({ partitionExpr: "region" });
      for (const region of ["eu", "us", "it's"]) await write([{ id: 1, region }], { partition: partitions(regions, region) });
      await write([{ id: 2, region: "us" }], { partition: partitions(regions, "eu", "us") });
      expect(sorted(await load(), "region")).toEqual([
        { id: 1, region: "it's" },
        { id: 2, region: "us" },
      ]);
    });

    it.each([
      ["text", "string", (day: string) => day],
      ["a date", "date", (day: string) => day],
      ["a timestamp", "timestamp", (day: string) => new Date(`${day}T06:00:00Z`)],
    ] as const)("reads and writes windows of time over a column of %s", async (_, type, value) => {
      const { write, load } = lake({ partitionExpr: "day" });
      const typeHint = rows(tableSchema({ id: "long", day: type }));
      for (const [id, day] of ["2024-01-01", "2024-01-02", "2024-01-03"].entries())
        await write([{ id, day: value(day) }], { partition: partitions(days, day), typeHint });
      await write([{ id: 9, day: value("2024-01-02") }], { partition: partitions(days, "2024-01-02"), typeHint });
      expect(await load({ partition: partitions(days, "2024-01-02") })).toMatchObject([{ id: 9 }]);
      expect(sorted(await load({ partition: partitions(days, "2024-01-01", "2024-01-03") }))).toMatchObject([{ id: 0 }, { id: 2 }]);
      expect(await load()).toHaveLength(3);
    });

    it("reads and writes partitions of several dimensions", async () => {
      const both = multiPartitions({ day: days, region: regions });
      const { write, load } = lake({ partitionExpr: { day: "on", region: "place" } });
      for (const day of ["2024-01-01", "2024-01-02"]) {
        for (const region of ["eu", "us"]) {
          await write([{ on: day, place: region, n: 1 }], { partition: partitions(both, { day, region }) });
        }
      }
      await write([{ on: "2024-01-01", place: "eu", n: 2 }], { partition: partitions(both, { day: "2024-01-01", region: "eu" }) });
      expect(await load({ partition: partitions(both, { day: "2024-01-01", region: "eu" }) })).toEqual([
        { on: "2024-01-01", place: "eu", n: 2 },
      ]);
      const some = partitions(both, { day: "2024-01-01", region: "us" }, { day: "2024-01-02", region: "eu" });
      expect(sorted(await load({ partition: some }), "on")).toEqual([
        { on: "2024-01-01", place: "us", n: 1 },
        { on: "2024-01-02", place: "eu", n: 1 },
      ]);
      expect(await load()).toHaveLength(4);
    });

    it("takes the column from the metadata of the asset, as a name or as JSON of dimensions", async () => {
      const { write, load, table } = lake();
      const one = { "delta/partition_expr": "region" };
      await write([{ id: 1, region: "eu" }], { partition: partitions(regions, "eu"), assetMetadata: one });
      expect(await load({ partition: partitions(regions, "eu"), assetMetadata: one })).toHaveLength(1);
      expect((await table()).files()[0]?.partitionValues).toEqual({ region: "eu" });
      const both = multiPartitions({ day: days, region: regions });
      const two = { "delta/partition_expr": JSON.stringify({ day: "on", region: "place" }), "delta/root_name": "other" };
      await write([{ on: "2024-01-01", place: "eu", n: 1 }], {
        partition: partitions(both, { day: "2024-01-01", region: "eu" }),
        assetMetadata: two,
      });
      expect(await load({ assetMetadata: two })).toEqual([{ on: "2024-01-01", place: "eu", n: 1 }]);
    });

    it("requires the column of the partitions", async () => {
      const { write, load } = lake();
      const partition = partitions(regions, "eu");
      await expect(write([{ region: "eu" }], { partition })).rejects.toMatchObject({
        code: "PartitionError",
        message: "PartitionExpr is required if a partition definition is defined.",
      });
      await write([{ region: "eu" }]);
      await expect(load({ partition })).rejects.toMatchObject({ code: "PartitionError" });
      await expect(load({ partition, assetMetadata: { "delta/partition_expr": '{"region":"region"}' } })).rejects.toThrow(
        /string column name/,
      );
    });

    it("has no partition columns without partitions", async () => {
      const { write, table } = lake({ partitionExpr: "region" });
      await write([{ id: 1, region: "eu" }]);
      expect((await table()).files()[0]?.partitionValues).toEqual({});
    });
  });

  describe("metadata of assets", () => {
    it("chooses columns and a version to load", async () => {
      const { write, load } = lake();
      await write([{ id: 1, name: "a" }]);
      await write([{ id: 2, name: "b" }]);
      expect(await load({ assetMetadata: { "delta/columns": '["name"]' } })).toEqual([{ name: "b" }]);
      expect(await load({ assetMetadata: { "delta/version": "0" } })).toEqual([{ id: 1, name: "a" }]);
      expect(await load({ assetMetadata: { "delta/version": 0 } })).toEqual([{ id: 1, name: "a" }]);
      await expect(load({ assetMetadata: { "delta/version": 7 } })).rejects.toMatchObject({ code: "NotFound" });
      await expect(load({ assetMetadata: { "delta/columns": '["nam"]' } })).rejects.toMatchObject({ code: "ValidationError" });
    });

    it("loads columns without the one of the partition", async () => {
      const { write, load } = lake({ partitionExpr: "region" });
      const partition = partitions(regions, "eu");
      await write([{ id: 1, region: "eu" }], { partition });
      expect(await load({ partition, assetMetadata: { "delta/columns": '["id"]' } })).toEqual([{ id: 1 }]);
    });

    it("merges properties and custom metadata over those of the handler", async () => {
      const { write, table } = lake({
        tableConfig: { "delta.logRetentionDuration": "interval 7 days", "delta.checkpointInterval": "5" },
        commitProperties: { customMetadata: { team: "geo", job: "x" } },
      });
      const assetMetadata = {
        "delta/table_configuration": '{"delta.checkpointInterval":"3"}',
        "delta/commit_properties": '{"custom_metadata":{"job":"nightly"}}',
        "delta/writer_properties": '{"compression":"none"}',
      };
      await write([{ id: 1 }], { assetMetadata });
      const [commit] = await (await table()).history();
      expect(commit?.commitInfo).toMatchObject({ team: "geo", job: "nightly", edgewater: { asset: "quakes" } });
    });

    it.each([
      ["delta/mode", "upsert", /expected "overwrite"/],
      ["delta/schema_mode", "strict", /expected "merge"/],
      ["delta/table_configuration", "{", /expected JSON/],
      ["delta/columns", '"id"', /expected an array/],
      ["delta/version", "-1", /whole number/],
      ["delta/writer_properties", '{"compresion":"none"}', /did you mean "compression"/],
      ["delta/colums", "[]", /did you mean delta\/columns/],
    ])("refuses %s of %s", async (key, value, message) => {
      const { write } = lake();
      const failure = write([{ id: 1 }], { assetMetadata: { [key]: value } });
      await expect(failure).rejects.toThrow(message);
      await expect(failure).rejects.toMatchObject({ code: "MetadataError", asset: "quakes" });
    });
  });

  it("adds metadata of the whole table", async () => {
    const { write } = lake({ mode: "append", url: "s3://bucket" });
    await write([{ id: 1 }]);
    const { outputMetadata, contentVersion, written } = await write([{ id: 2 }, { id: 3 }]);
    expect(Object.keys(outputMetadata).sort()).toEqual([
      "delta/mode",
      "delta/num_rows",
      "delta/size_bytes",
      "delta/table_uri",
      "delta/version",
      "delta/write_duration_s",
      "rivers/schema",
    ]);
    expect(outputMetadata).toMatchObject({
      "delta/table_uri": { kind: "Text", value: "s3://bucket/quakes" },
      "delta/mode": { kind: "Text", value: "append" },
      "delta/num_rows": { kind: "Int", value: 3 },
      "delta/version": { kind: "Int", value: 1 },
      "delta/write_duration_s": { kind: "Float" },
      "rivers/schema": { kind: "Schema" },
    });
    expect(contentVersion).toMatch(/^[0-9a-f-]{36}@1$/);
    expect(written).toMatchObject({ path: "quakes", digest: contentVersion });
  });

  describe("values", () => {
    async function* later(...given: readonly Row[]): AsyncGenerator<Row> {
      yield* given;
    }

    it.each([
      ["rows of an iterable", () => new Set([{ id: 1 }, { id: 2 }])],
      ["rows of an async iterable", () => later({ id: 1 }, { id: 2 })],
      ["columns", () => ({ id: [1, 2] })],
      ["typed columns", () => ({ id: BigInt64Array.of(1n, 2n) })],
      ["Arrow", () => tableFromArrays({ id: BigInt64Array.of(1n, 2n) })],
      ["bytes of Arrow", () => tableToIPC(tableFromArrays({ id: BigInt64Array.of(1n, 2n) }), { format: "stream" }) as Uint8Array],
    ])("writes %s", async (_, value) => {
      const { write, load } = lake();
      await write(value());
      expect(await load()).toEqual([{ id: 1 }, { id: 2 }]);
    });

    it("writes the batches that it loaded", async () => {
      const { write, load } = lake({ as: "batches" });
      await write([{ id: 1, at: new Date(5) }]);
      const loaded = (await load()) as AsyncIterable<Batch>;
      await write(loaded, { assetName: "copy" });
      const parts: Row[][] = [];
      for await (const batch of (await load({ assetName: "copy" })) as AsyncIterable<Batch>) parts.push(rowsFromBatch(batch));
      expect(parts.flat()).toEqual([{ id: 1, at: new Date(5) }]);
    });

    it("refuses rows that were read before", async () => {
      const { write, load } = lake();
      const once = later({ id: 1 });
      await write(once);
      await expect(write(once)).rejects.toMatchObject({ code: "SerializationError", message: expect.stringContaining("read before") });
      expect(await load()).toEqual([{ id: 1 }]);
    });

    it.each([
      ["a number", 5],
      ["a text", "id"],
      ["a date", new Date()],
      ["nothing", null],
    ])("refuses %s", async (_, value) => {
      await expect(lake().write(value as never)).rejects.toMatchObject({ code: "SerializationError", asset: "quakes" });
    });

    it("names the remedy for a table of apache-arrow", async () => {
      const foreign = { schema: { fields: [] }, batches: [], numRows: 0 };
      await expect(lake().write(foreign)).rejects.toThrow(/tableToIPC/);
    });
  });

  describe("forms", () => {
    const given = [
      { id: 1, price: 0.5, name: "a" },
      { id: 2, price: 1.5, name: null },
    ];

    it("loads the form of the type hint, else that of the handler", async () => {
      const { write, load } = lake({ as: "columns" });
      await write(given);
      expect(await load()).toEqual({ id: BigInt64Array.of(1n, 2n), price: Float64Array.of(0.5, 1.5), name: ["a", null] });
      expect(await load({ typeHint: rows() })).toEqual(given);
      expect(await load({ typeHint: columns(undefined, { int64: "number" }) })).toMatchObject({ id: [1, 2] });
      let count = 0;
      for await (const batch of (await load({ typeHint: batches() })) as AsyncIterable<Batch>) count += batch.rowCount;
      expect(count).toBe(2);
      const table = (await load({ typeHint: arrow() })) as { toArray(): unknown };
      expect(table.toArray()).toEqual(given.map((row) => ({ ...row, id: BigInt(row.id) })));
    });

    it("reads batches anew each time that they are iterated", async () => {
      const { write, load } = lake({ as: "batches" });
      await write(given);
      const loaded = (await load()) as AsyncIterable<Batch>;
      for (let time = 0; time < 2; time++) {
        let count = 0;
        for await (const batch of loaded) count += batch.rowCount;
        expect(count).toBe(2);
      }
    });

    it("joins the columns of several files", async () => {
      const { write, load } = lake({ as: "columns", mode: "append" });
      for (const id of [1, 2, 3])
        await write([{ id, name: id === 2 ? null : "x" }], { typeHint: rows(tableSchema({ id: "long", name: "string" })) });
      const loaded = (await load()) as { readonly id: BigInt64Array; readonly name: readonly unknown[] };
      expect(loaded.id).toBeInstanceOf(BigInt64Array);
      expect([...loaded.id].sort()).toEqual([1n, 2n, 3n]);
      expect(loaded.name).toHaveLength(3);
    });

    it("validates rows by the schema of a row", async () => {
      const hint = rows(v.object({ id: v.number(), name: v.string() }));
      const good = await hint["~standard"].validate([{ id: 1, name: "a", more: true }]);
      expect(good).toEqual({ value: [{ id: 1, name: "a" }] });
      const bad = await hint["~standard"].validate([
        { id: 1, name: "a" },
        { id: 2, name: null },
      ]);
      expect(bad.issues?.[0]?.path?.[0]).toBe(1);
    });

    it("refuses hints with what is no schema", () => {
      expect(() => rows({ id: "long" } as never)).toThrow(/tableSchema/);
      expect(() => columns(tableSchema({ id: "long" }), { int64: "text" as never })).toThrow(/int64 of columns/);
    });
  });

  describe("type handlers", () => {
    class Frame {
      readonly rows: readonly Row[];
      constructor(given: readonly Row[]) {
        this.rows = given;
      }
    }
    class Named extends Frame {}
    const frames: DeltaTypeHandler<Frame> = {
      type: Frame,
      write: (frame) => ({ data: frame.rows }),
      load: async ({ batches: read }) => {
        const parts: Row[][] = [];
        for await (const batch of read) parts.push(rowsFromBatch(batch));
        return new Frame(parts.flat());
      },
    };

    it("write and load values of their class", async () => {
      const { write, load } = lake({ typeHandlers: [frames] });
      await write(new Named([{ id: 1 }]));
      expect(await load({ typeHint: Frame })).toEqual(new Frame([{ id: 1 }]));
      expect(await load()).toEqual([{ id: 1 }]);
    });

    it("are listed for a class without one", async () => {
      const { write, load } = lake({ typeHandlers: [frames] });
      await expect(write(new Map([[1, 2]]).values().next)).rejects.toMatchObject({ code: "SerializationError" });
      await write([{ id: 1 }]);
      await expect(load({ typeHint: Map })).rejects.toThrow(/as Map.*rows\(\), columns\(\), batches\(\), arrow\(\), Frame/);
    });
  });

  it("says what is missing", async () => {
    const { write, load } = lake({ partitionExpr: "region" });
    await expect(load()).rejects.toMatchObject({ code: "NotFound", asset: "quakes" });
    await write([{ id: 1, region: "eu" }], { partition: partitions(regions, "eu") });
    const storageId = async (): Promise<string> => "s";
    await expect(load({ partition: partitions(regions, "us"), storageId })).rejects.toThrow(/partition "us".*no rows of the partition/);
    expect(await load({ partition: partitions(regions, "us") })).toEqual([]);
  });

  it("previews some rows, and says how many there are", async () => {
    const { io, write } = lake({ partitionExpr: "region" });
    await write(
      Array.from({ length: 50 }, (_, id) => ({ id, region: "eu" })),
      { partition: partitions(regions, "eu") },
    );
    const context = new InputContext({ assetName: "quakes" });
    expect(await io.preview(context, { bytes: 1000, rows: [10, 12] })).toEqual({
      value: [
        { id: 10, region: "eu" },
        { id: 11, region: "eu" },
      ],
      total: 50,
    });
    const of = new InputContext({ assetName: "quakes", partition: partitions(regions, "eu") });
    expect((await io.preview(of, { bytes: 1000, rows: [48, 60] })).value).toHaveLength(2);
  });

  it.each([
    [{}, /Missing store/],
    [{ store: {} }, /Invalid store/],
    [{ store: new MemoryStore(), mode: "upsert" }, /Invalid mode/],
    [{ store: new MemoryStore(), moed: "append" }, /did you mean "mode"/],
    [{ store: new MemoryStore(), prefix: "a//b" }, /a\/\/b/],
    [{ store: new MemoryStore(), partitionExpr: 5 }, /Invalid partitionExpr/],
    [{ store: new MemoryStore(), typeHandlers: [{}] }, /Invalid typeHandlers/],
    [{ store: new MemoryStore(), writerProperties: { compression: "zip" } }, /compression/],
  ])("refuses the options %o", (options, message) => {
    expect(() => new DeltaIOHandler(options as never)).toThrow(message);
  });
});

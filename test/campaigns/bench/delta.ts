/** Delta tables beside the Parquet libraries that they are built on, and their log beside JSON. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MemoryStore } from "edgewater";
import { type Batch, DeltaTable } from "edgewater/delta";
import { parquetRead, parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { checkpointName, commitName } from "../../../src/delta/log/file-names.ts";
import { loadSnapshot } from "../../../src/delta/log/snapshot.ts";
import { writeCheckpoint } from "../../../src/delta/log/write-checkpoint.ts";
import { logKey } from "../../../src/delta/store.ts";
import { withFaults } from "../../../src/object-store/with/faults.ts";
import { changedRows, largeLog, rowSchema, rowsFrom } from "./delta-data.ts";
import { type AddRow, ratio } from "./harness.ts";

const rowCount = 1_000_000;
const batchRows = 100_000;
const changedCount = 10_000;

const versionOf = (name: string): string =>
  `${name} ${(JSON.parse(readFileSync(join(import.meta.dirname, `../../../node_modules/${name}/package.json`), "utf8")) as { version: string }).version}`;
const hyparquet = versionOf("hyparquet");

export async function deltaRows(add: AddRow): Promise<void> {
  await dataRows(add);
  await logRows(add);
  await roundTripRows(add);
}

/** A million rows of five columns, written, read and changed. */
async function dataRows(add: AddRow): Promise<void> {
  const data = Array.from({ length: rowCount / batchRows }, (_, index) => rowsFrom(index * batchRows, batchRows));
  const whole = rowsFrom(0, rowCount);
  const types = ["INT64", "DOUBLE", "INT32", "STRING", "STRING"] as const;
  const columnData = rowSchema.fields.map(({ name }, index) => ({
    name,
    data: [...(whole.columns[index] ?? [])],
    type: types[index] ?? "STRING",
  }));
  const write = async (): Promise<MemoryStore> => {
    const store = new MemoryStore();
    await DeltaTable.write(store, "table", data);
    return store;
  };
  const writeOurs = { name: "DeltaTable.write", run: async () => void (await write()) };
  const writeTheirs = { name: versionOf("hyparquet-writer"), run: () => void parquetWriteBuffer({ columnData }) };
  add(await ratio("write a Delta table of 1,000,000 rows × 5", writeOurs, writeTheirs, 1.25));

  const store = await write();
  const table = await DeltaTable.open(store, "table");
  const files: ArrayBuffer[] = [];
  for (const { key } of table.files()) files.push((await (await store.get(key)).bytes()).slice().buffer);
  const readRows = { name: "DeltaTable.toRows", run: async () => void (await table.toRows()) };
  const readTheirRows = { name: `${hyparquet} objects`, run: () => eachOf(files, (file) => parquetReadObjects({ file })) };
  add(await ratio("read 1,000,000 rows × 5 of a Delta table, as rows", readRows, readTheirRows, 1.25));
  const readColumns = { name: "DeltaTable.batches", run: async () => void (await collect(table.batches())) };
  const readTheirColumns = { name: `${hyparquet} columns`, run: () => eachOf(files, columnsOf) };
  add(await ratio("read 1,000,000 rows × 5 of a Delta table, as columns", readColumns, readTheirColumns, 1.25));

  // As ten loads left it: the rows that change are in one file of ten.
  const load = async (): Promise<MemoryStore> => {
    const store = new MemoryStore();
    for (const batch of data) await DeltaTable.write(store, "table", [batch], { mode: "append" });
    return store;
  };
  let current = store;
  const source = changedRows(rowCount, changedCount);
  const upsert = {
    name: "DeltaTable.merge",
    before: async (): Promise<void> => {
      current = await load();
    },
    run: async () =>
      void (await (await DeltaTable.open(current, "table")).merge([source], { mergeType: "upsert", predicate: { on: ["id"] } })),
  };
  const rewrite = {
    name: "a read and a write of the same table",
    run: async () => void (await DeltaTable.write(new MemoryStore(), "table", await collect(table.batches()))),
  };
  add(await ratio("upsert 10,000 rows into a Delta table of 1,000,000", upsert, rewrite, 0.6));
}

/** A log of 300,000 files, replayed from its commits and from a checkpoint. */
async function logRows(add: AddRow): Promise<void> {
  const location = { store: new MemoryStore(), root: "table" };
  const { store, root } = location;
  const texts = largeLog();
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  for (const [version, text] of texts.entries()) await store.put(logKey(root, commitName(version)), text);
  const open = { name: "DeltaTable.open", run: async () => void (await DeltaTable.open(store, root)) };
  const parse = { name: "JSON.parse of the same lines", run: () => void lines.map((line) => JSON.parse(line)) };
  add(await ratio("open a Delta table by the commits of 300,000 files", open, parse, 2.5));

  // From now on it is read instead of the commits.
  await writeCheckpoint(await loadSnapshot(location), location, Date.now());
  const bytes = await (await store.get(logKey(root, checkpointName(texts.length - 1)))).bytes();
  const read = { name: `${hyparquet} of the same columns`, run: () => columnsOf(bytes.slice().buffer) };
  add(await ratio("open a Delta table by a checkpoint of 300,000 files", open, read, 1.5));
}

/** Milliseconds that each call of a store takes: long beside the work between them. */
const latencyMs = 500;
const mostRoundTrips = 4;

/** An append to a table that is not open yet, and to one that is, over a store that is far away. */
async function roundTripRows(add: AddRow): Promise<void> {
  const store = new MemoryStore();
  const far = withFaults(store, () => ({ delayMs: latencyMs }));
  const options = { mode: "append", properties: { "delta.checkpointInterval": "8" } } as const;
  for (let version = 0; version < 8; version++) await DeltaTable.write(store, "table", [rowsFrom(version, 1)], options);
  // The first write over a store tests whether it checks conditions.
  await DeltaTable.write(far, "table", [rowsFrom(8, 1)], options);
  const open = await DeltaTable.open(far, "table");
  const appends = {
    "append a row to a Delta table with a checkpoint": () => DeltaTable.write(far, "table", [rowsFrom(9, 1)], options),
    "append a row to a Delta table that is open": () => open.write([rowsFrom(10, 1)]),
  };
  for (const [what, append] of Object.entries(appends)) {
    const start = performance.now();
    await append();
    const trips = Math.floor((performance.now() - start) / latencyMs);
    add({ what, measured: `${trips} round trips`, budget: `≤ ${mostRoundTrips}`, isWithin: trips <= mostRoundTrips, anchor: "—" });
  }
}

async function columnsOf(file: ArrayBuffer): Promise<void> {
  const chunks: unknown[] = [];
  await parquetRead({ file, onChunk: (chunk) => chunks.push(chunk) });
}

async function eachOf(files: readonly ArrayBuffer[], read: (file: ArrayBuffer) => Promise<unknown>): Promise<void> {
  for (const file of files) await read(file);
}

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** Storage in a file beside hand-written SQL: the same file settings, one event table and its indexes. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type NewEvent, PartitionKey, Storage, type StoredEvent } from "edgewater";
import { definition } from "../../../src/testing/storage/check.ts";
import { type AddRow, absolute, ratio } from "./harness.ts";

const event = (assetKey: string, index: number): Omit<StoredEvent, "id"> => ({
  eventType: "Materialization",
  assetKey,
  partitionKey: undefined,
  runId: `run-${index % 100}`,
  timestamp: 1_767_225_600_000 + index,
  dataVersion: `sha256:${index}`,
  codeVersion: "1",
  inputDataVersions: { upstream: "sha256:0" },
  metadata: {},
});

const assets = 1000;
const events = 1_000_000;

export async function storageRows(add: AddRow, folder: string): Promise<void> {
  for (const [label, commits, size] of [
    // A round is long enough for several checkpoints of the write-ahead log, so that one more or less does not decide it.
    ["1 event", 1000, 1],
    ["1,000 events", 5, 1000],
  ] as const) {
    await using storage = await Storage.embedded(join(folder, `records-${size}`));
    const raw = engine(join(folder, `raw-${size}.sqlite`));
    let index = 0;
    const ours = async (): Promise<void> => {
      for (let commit = 0; commit < commits; commit++)
        await storage.commit({ events: Array.from({ length: size }, () => event(`asset-${index % assets}`, index++)) });
    };
    const byHand = (): void => {
      for (let commit = 0; commit < commits; commit++)
        raw.write(Array.from({ length: size }, () => event(`asset-${index % assets}`, index++)));
    };
    const anchor = { name: "node:sqlite, hand-written SQL", run: byHand };
    add(await ratio(`${commits} commits of ${label} to a file`, { name: "Storage", run: ours }, anchor, 2));
    raw.close();
  }

  await using storage = await Storage.embedded(join(folder, "records-many"));
  for (let start = 0; start < events; start += 10_000)
    await storage.commit({
      events: Array.from({ length: 10_000 }, (_, index) => event(`asset-${(start + index) % assets}`, start + index)),
    });
  const database = new DatabaseSync(join(folder, "records-many/records.sqlite"), { readOnly: true });
  const query = database.prepare(
    "SELECT * FROM edgewater_events WHERE asset_key = ? AND event_type = 'Materialization' ORDER BY id DESC LIMIT 1",
  );
  const names = Array.from({ length: assets }, (_, index) => `asset-${(index * 7919) % assets}`);
  const latest = async (): Promise<void> => {
    for (const name of names) await storage.getLatestMaterialization(name);
  };
  const byHand = (): void => {
    for (const name of names) query.get(name);
  };
  const anchor = { name: "node:sqlite, the indexed query", run: byHand };
  add(await ratio("the latest of each of 1,000 assets among 1,000,000 events", { name: "Storage", run: latest }, anchor, 2));
  database.close();

  for (const [label, open] of [
    ["in a file", () => Storage.embedded(join(folder, "records-stale"))],
    ["in memory", async () => Storage.memory()],
  ] as const) {
    await using stale = await open();
    const nodes = Array.from({ length: 10_000 }, (_, index) => `node-${index}`);
    const above = (index: number): readonly string[] => [7, 31, 100].flatMap((back) => nodes[index - back] ?? []);
    await stale.declareAssets(
      nodes.map((assetKey, index) =>
        definition(assetKey, { codeVersion: "1", dependencies: above(index).map((each) => ({ assetKey: each, mapping: undefined })) }),
      ),
    );
    await stale.commit({
      events: nodes.map((name, index) => ({
        ...event(name, index),
        inputDataVersions: Object.fromEntries(above(index).map((each) => [each, "sha256:0"])),
      })),
    });
    const compute = async (): Promise<void> => {
      const all = await stale.computeStaleness();
      if (all.length !== nodes.length) throw new Error(`${all.length} assets have a staleness`);
    };
    add(await absolute(`staleness of 10,000 assets, ${label}`, { name: "computeStaleness", run: compute }, 150));
  }
  await addPartitions(add);
}

/** The staleness of two assets with 50,000 partitions each. */
async function addPartitions(add: AddRow): Promise<void> {
  await using storage = Storage.memory();
  await storage.declareAssets([definition("up"), definition("down", { dependencies: [{ assetKey: "up", mapping: undefined }] })]);
  for (const assetKey of ["up", "down"])
    for (let start = 0; start < 50_000; start += 5_000)
      await storage.commit({
        events: Array.from({ length: 5_000 }, (_, index) => ({
          ...event(assetKey, index),
          partitionKey: PartitionKey.single(`p${start + index}`),
          inputDataVersions: assetKey === "down" ? { [`up[p${start + index}]`]: "sha256:0" } : {},
        })),
      });
  const compute = async (): Promise<void> => {
    const all = await storage.computeStaleness({ partitions: true });
    if (all.length !== 100_002) throw new Error(`${all.length} partitions and assets have a staleness`);
  };
  add(await absolute("staleness of 50,000 × 2 partitions", { name: "computeStaleness", run: compute }, 2000));
}

/** SQLite with the settings, columns and indexes of our event table. */
function engine(file: string): { readonly write: (events: readonly NewEvent[]) => void; readonly close: () => void } {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  database.exec(`CREATE TABLE events (id INTEGER PRIMARY KEY, event_type TEXT, asset_key TEXT, place TEXT, partition_key TEXT, run_id TEXT,
    timestamp BIGINT, data_version TEXT, code_version TEXT, inputs TEXT, metadata TEXT)`);
  for (const columns of ["asset_key, id", "asset_key, place, id", "run_id, id"])
    database.exec(`CREATE INDEX by_${columns.replaceAll(", ", "_")} ON events (${columns})`);
  const insert = database.prepare("INSERT INTO events VALUES (NULL, ?, ?, '', NULL, ?, ?, ?, ?, ?, ?)");
  return {
    write: (batch) => {
      database.exec("BEGIN IMMEDIATE");
      for (const {
        eventType,
        assetKey = "",
        runId,
        timestamp,
        dataVersion = null,
        codeVersion = null,
        inputDataVersions,
        metadata,
      } of batch)
        insert.run(
          eventType,
          assetKey,
          runId,
          timestamp,
          dataVersion,
          codeVersion,
          JSON.stringify(inputDataVersions),
          JSON.stringify(metadata),
        );
      database.exec("COMMIT");
    },
    close: () => database.close(),
  };
}

import { describe, expect, it } from "vitest";
import { columnsToRead, parsedStatisticsOf } from "../../../../src/delta/log/checkpoint-schema.ts";
import { cleanUpLog } from "../../../../src/delta/log/clean-up.ts";
import { commitName } from "../../../../src/delta/log/file-names.ts";
import { loadSnapshot, type Snapshot } from "../../../../src/delta/log/snapshot.ts";
import { writeCheckpoint } from "../../../../src/delta/log/write-checkpoint.ts";
import type { DeltaType, StructField } from "../../../../src/delta/schema/types.ts";
import { logKey, type TableLocation, type TableStore } from "../../../../src/delta/store.ts";
import { AgedStore } from "../../../support/delta/aged-store.ts";
import { field, struct } from "../../../support/delta/schema.ts";
import { added, commit, created, metadata, removed, tableOf, writeLog } from "../../../support/delta/written-log.ts";

const day = 86_400_000;
const vector = { storageType: "u", pathOrInlineDv: "ab^-aqEH.-t@S}K{vb[*k^", offset: 4, sizeInBytes: 40, cardinality: 6 } as const;

const stateOf = ({ protocol, metadata, files, tombstones, txns, domainMetadata }: Snapshot): unknown => ({
  protocol,
  metadata,
  files: Array.from(files()),
  tombstones: Array.from(tombstones()),
  txns: Array.from(txns.values()),
  domains: Array.from(domainMetadata.values()),
});

async function namesIn({ store, root }: TableLocation<TableStore>): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of store.list(`${root}/_delta_log`)) names.push(key.slice(`${root}/_delta_log/`.length));
  return names;
}

describe("a checkpoint", () => {
  it("has all that the log says, and replaces the commits before it", async () => {
    const now = 100 * day;
    const table = await tableOf(
      [
        ...created({
          protocol: {
            minReaderVersion: 3,
            minWriterVersion: 7,
            readerFeatures: ["deletionVectors"],
            writerFeatures: ["deletionVectors", "domainMetadata"],
          },
          configuration: { "delta.appendOnly": "false", ü: "" },
        }),
        added("p=1/a%20b", {
          partitionValues: { p: "1", q: null },
          size: 2 ** 40,
          dataChange: false,
          stats: '{"numRecords":9007199254740993}',
          tags: { a: "b" },
          deletionVector: vector,
          baseRowId: 2n ** 60n,
          defaultRowCommitVersion: 0n,
          clusteringProvider: "liquid",
        }),
        added("c", { dataChange: false }),
        { txn: { appId: "app", version: 2n ** 62n, lastUpdated: 5 } },
        { domainMetadata: { domain: "d", configuration: '{"a":1}', removed: false } },
      ],
      [
        {
          remove: {
            path: "c",
            deletionTimestamp: now - day,
            dataChange: false,
            extendedFileMetadata: true,
            partitionValues: { p: null },
            size: 3,
            deletionVector: vector,
          },
        },
        removed("c", now - 1),
        removed("long ago", now - 8 * day),
      ],
    );
    const before = await loadSnapshot(table);
    await writeCheckpoint(before, table, now);
    for (const version of [0, 1]) await table.store.delete(logKey(table.root, commitName(version)));
    const after = await loadSnapshot(table);
    const expected = stateOf(before) as { tombstones: { path: string; deletionTimestamp: number }[] };
    const tombstones = expected.tombstones.filter(({ path }) => path !== "long ago").map((each) => ({ ...each, dataChange: false }));
    expect(stateOf(after)).toEqual({ ...expected, tombstones });
    await commit(table, 2, [added("d")]);
    expect((await loadSnapshot(table)).fileCount).toBe(2);
    expect(JSON.parse(await (await table.store.get(logKey(table.root, "_last_checkpoint"))).text())).toMatchObject({
      version: 1,
      size: 7,
      numOfAddFiles: 1,
    });
  });

  it("leaves out versions of applications that have expired, and statistics where the table says so", async () => {
    const configuration = { "delta.setTransactionRetentionDuration": "interval 1 day", "delta.checkpoint.writeStatsAsJson": "false" };
    const txn = (appId: string, lastUpdated?: number) => ({
      txn: { appId, version: 1n, ...(lastUpdated === undefined ? {} : { lastUpdated }) },
    });
    const table = await tableOf([
      ...created({ configuration }),
      added("a", { stats: "{}" }),
      txn("old", day),
      txn("new", 9 * day),
      txn("ageless"),
    ]);
    await writeCheckpoint(await loadSnapshot(table), table, 9.5 * day);
    await table.store.delete(logKey(table.root, commitName(0)));
    const { txns, files } = await loadSnapshot(table);
    expect(Array.from(txns.values(), ({ appId }) => appId).sort()).toEqual(["ageless", "new"]);
    expect(Array.from(files(), ({ stats }) => stats)).toEqual([undefined]);
  });

  it("is read by the columns that are needed, its statistics once (trap 10)", () => {
    const column = (type: DeltaType): StructField =>
      field("add", struct(field("path", "string"), field("stats", "string"), field("stats_parsed", type)));
    const parsed = struct(field("numRecords", "long"));
    const both = columnsToRead(struct(field("unknown", "string"), column(parsed)));
    expect(both.fields.map(({ name }) => name)).toEqual(["add"]);
    expect(parsedStatisticsOf(both)).toBeUndefined();
    const onlyParsed = columnsToRead(struct(field("add", struct(field("path", "string"), field("stats_parsed", parsed)))));
    expect(parsedStatisticsOf(onlyParsed)).toEqual(parsed);
  });

  it("does not take the hint back to an older version", async () => {
    const table = await tableOf(created(), [added("a")]);
    const older = await loadSnapshot(table, { version: 0 });
    await writeCheckpoint(await loadSnapshot(table), table, 0);
    await writeCheckpoint(older, table, 0);
    expect(await (await table.store.get(logKey(table.root, "_last_checkpoint"))).text()).toContain('"version":1,');
  });

  it.each(["truncated", "flipped"])("that is damaged is refused by its name: %s", async (kind) => {
    const table = await tableOf([...created(), added("a")]);
    await writeCheckpoint(await loadSnapshot(table), table, 0);
    const key = logKey(table.root, "00000000000000000000.checkpoint.parquet");
    const bytes = await (await table.store.get(key)).bytes();
    if (kind === "flipped") bytes.fill(0xff, bytes.length - 60, bytes.length - 20);
    await table.store.put(key, kind === "truncated" ? bytes.slice(0, -30) : bytes);
    await expect(loadSnapshot(table)).rejects.toMatchObject({ code: "Integrity", message: expect.stringContaining(key) });
  });

  it("in JSON with sidecars needs them all", async () => {
    const table = await tableOf(created());
    const name = "00000000000000000000.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json";
    await writeLog(table, name, '{"checkpointMetadata":{"version":0}}\n{"sidecar":{"path":"gone.parquet","sizeInBytes":100}}\n');
    await expect(loadSnapshot(table)).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining("_sidecars/gone.parquet"),
    });
  });
});

describe("the clean-up of a log", () => {
  /** Commits of a day each, with checkpoints, as old as their version is small. */
  async function agedTable(): Promise<TableLocation<TableStore> & { readonly store: AgedStore }> {
    const store = new AgedStore();
    const table = { store, root: "t" };
    for (let version = 0; version < 10; version++) {
      await commit(table, version, version === 0 ? created() : [added(`f${version}`)]);
      store.times.set(commitName(version), version * day);
      if (version % 3 === 2) await writeCheckpoint(await loadSnapshot(table), table, 0);
    }
    await writeLog(table, "00000000000000000004.00000000000000000005.compacted.json", '{"add":{"path":"f4","size":1}}\n');
    await writeLog(table, "00000000000000000005.00000000000000000006.compacted.json", '{"add":{"path":"f6","size":1}}\n');
    await writeLog(table, "00000000000000000003.crc", "{}");
    return table;
  }

  it("keeps the newest checkpoint that is old enough, its commit and all after it", async () => {
    const table = await agedTable();
    const snapshot = await loadSnapshot(table);
    const deleted = await cleanUpLog(snapshot, table, 37.5 * day);
    expect(deleted.map((key) => key.slice("t/_delta_log/".length)).sort()).toEqual([
      "00000000000000000000.json",
      "00000000000000000001.json",
      "00000000000000000002.checkpoint.parquet",
      "00000000000000000002.json",
      "00000000000000000003.crc",
      "00000000000000000003.json",
      "00000000000000000004.00000000000000000005.compacted.json",
      "00000000000000000004.json",
      "00000000000000000005.00000000000000000006.compacted.json",
    ]);
    expect((await loadSnapshot(table)).fileCount).toBe(9);
    expect((await loadSnapshot(table, { version: 5 })).fileCount).toBe(5);
    await expect(loadSnapshot(table, { version: 4 })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("deletes nothing without a checkpoint that is old enough, and where the table forbids it", async () => {
    const table = await agedTable();
    const snapshot = await loadSnapshot(table);
    const names = await namesIn(table);
    expect(await cleanUpLog(snapshot, table, 31.5 * day)).toEqual([]);
    const forbidden = { ...snapshot, metadata: { ...metadata, configuration: { "delta.enableExpiredLogCleanup": "false" } } };
    expect(await cleanUpLog(forbidden, table, 1000 * day)).toEqual([]);
    expect(await namesIn(table)).toEqual(names);
  });

  it("keeps the sidecars that a checkpoint names, and young ones", async () => {
    const table = await agedTable();
    for (const name of ["named", "old", "young"]) {
      await writeLog(table, `_sidecars/${name}.parquet`, "?");
      table.store.times.set(`${name}.parquet`, name === "young" ? 36.9 * day : day);
    }
    const v2 = "00000000000000000009.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json";
    const snapshot = await loadSnapshot(table);
    await writeLog(table, v2, '{"checkpointMetadata":{"version":9}}\n{"sidecar":{"path":"named.parquet","sizeInBytes":1}}\n');
    await cleanUpLog(snapshot, table, 37.5 * day);
    expect((await namesIn(table)).filter((name) => name.startsWith("_sidecars"))).toEqual([
      "_sidecars/named.parquet",
      "_sidecars/young.parquet",
    ]);
  });
});

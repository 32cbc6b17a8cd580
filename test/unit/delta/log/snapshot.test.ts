import { describe, expect, it } from "vitest";
import type { Action } from "../../../../src/delta/log/actions.ts";
import { loadSnapshot, refreshSnapshot, type Snapshot } from "../../../../src/delta/log/snapshot.ts";
import { logKey } from "../../../../src/delta/store.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { added, commit, created, metadata, removed, tableOf, writeLog } from "../../../support/delta/written-log.ts";
import { randomOf } from "../../../support/random.ts";

const paths = (snapshot: Snapshot): string[] => Array.from(snapshot.files(), ({ path }) => path).sort();
const vector = { storageType: "u", pathOrInlineDv: "ab^-aqEH.-t@S}K{vb[*k^", offset: 4, sizeInBytes: 40, cardinality: 6 } as const;

describe("a snapshot", () => {
  it("has what the commits say, the last of them last", async () => {
    const table = await tableOf(
      [...created(), added("a"), added("b"), { txn: { appId: "app", version: 1n } }],
      [removed("a"), added("c"), { txn: { appId: "app", version: 2n } }, { txn: { appId: "other", version: 9007199254740993n } }],
      [{ metaData: { ...metadata, configuration: { "delta.appendOnly": "true" } } }, { commitInfo: { operation: "SET" } }],
    );
    const snapshot = await loadSnapshot(table);
    expect(snapshot).toMatchObject({ version: 2, fileCount: 2, commitInfo: { operation: "SET" } });
    expect(paths(snapshot)).toEqual(["b", "c"]);
    expect(Array.from(snapshot.tombstones(), ({ path }) => path)).toEqual(["a"]);
    expect(snapshot.metadata.configuration).toEqual({ "delta.appendOnly": "true" });
    expect([snapshot.txns.get("app")?.version, snapshot.txns.get("other")?.version]).toEqual([2n, 9007199254740993n]);
  });

  it("is of a version that was asked for", async () => {
    const table = await tableOf([...created(), added("a")], [added("b")], [removed("a")]);
    expect(paths(await loadSnapshot(table, { version: 0 }))).toEqual(["a"]);
    expect(paths(await loadSnapshot(table, { version: 1 }))).toEqual(["a", "b"]);
    await expect(loadSnapshot(table, { version: 3 })).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("its newest version is 2"),
    });
  });

  it("tells files with the same path by their deletion vectors", async () => {
    const table = await tableOf([...created(), added("a")], [removed("a"), added("a", { deletionVector: vector })]);
    const snapshot = await loadSnapshot(table);
    expect(Array.from(snapshot.files())).toMatchObject([{ path: "a", deletionVector: vector }]);
  });

  it("knows a file by its path, however it is encoded (trap 7)", async () => {
    const table = await tableOf(
      [...created(), added("/some/unqualified/with%20space/p@%23h"), added("a%20b"), added("a%2520b")],
      [removed("file:///some/unqualified/with%20space/p@%23h"), removed("a b")],
    );
    expect(paths(await loadSnapshot(table))).toEqual(["a%2520b"]);
  });

  it("keeps the domains that were not removed, also those that it does not know", async () => {
    const set = (domain: string, removed = false): Action => ({ domainMetadata: { domain, configuration: "{}", removed } });
    const snapshot = await loadSnapshot(await tableOf([...created(), set("mine"), set("delta.later")], [set("mine", true)]));
    expect(Array.from(snapshot.domainMetadata.values(), ({ domain }) => domain)).toEqual(["delta.later"]);
  });

  it("tolerates unknown actions and fields, empty lines and statistics that are no text", async () => {
    const table = await tableOf(created());
    await writeLog(
      table,
      "00000000000000000001.json",
      '\n{"later":{"a":1}}\n{"add":{"path":"a","size":1,"partitionValues":{"p":null},"modificationTime":1,"stats":{"x":1},"later":[]},"other":null}\r\n',
    );
    expect(Array.from((await loadSnapshot(table)).files())).toEqual([
      { path: "a", partitionValues: { p: null }, size: 1, modificationTime: 1, dataChange: true },
    ]);
  });

  it("reads a compacted log instead of its commits, also where these are deleted", async () => {
    const table = await tableOf([...created(), added("a")], [added("b")], [removed("b"), added("c")], [added("d")]);
    await writeLog(table, "00000000000000000001.00000000000000000002.compacted.json", '{"add":{"path":"c","size":1}}\n');
    expect(paths(await loadSnapshot(table))).toEqual(["a", "c", "d"]);
    expect(paths(await loadSnapshot(table, { version: 1 }))).toEqual(["a", "b"]);
    await table.store.delete([logKey(table.root, "00000000000000000001.json"), logKey(table.root, "00000000000000000002.json")]);
    expect(paths(await loadSnapshot(table))).toEqual(["a", "c", "d"]);
  });

  it("ignores files that are no part of the log", async () => {
    const table = await tableOf(created());
    for (const name of [
      "_staged_commits/00000000000000000001.u.json",
      ".00000000000000000001.json.crc",
      "1.json",
      "00000000000000000001.json.tmp",
    ]) {
      await writeLog(table, name, "?");
    }
    expect((await loadSnapshot(table)).version).toBe(0);
  });

  it.each(["", "{", "[]", '{"version":-1}', '{"version":"10"}', '{"version":7}', '{"version":1e99}'])(
    "survives a hint to the newest checkpoint that is wrong: %s",
    async (text) => {
      const table = await tableOf([...created(), added("a")], [added("b")]);
      await writeLog(table, "_last_checkpoint", text);
      expect((await loadSnapshot(table)).version).toBe(1);
    },
  );

  it("ignores a checkpoint in parts that lacks one", async () => {
    const table = await tableOf([...created(), added("a")], [added("b")]);
    await writeLog(table, "00000000000000000001.checkpoint.0000000001.0000000002.parquet", "?");
    expect(paths(await loadSnapshot(table))).toEqual(["a", "b"]);
  });
});

describe("a log that cannot be believed", () => {
  it("has no commits, and then there is no table", async () => {
    const table = { store: new MemoryStore(), root: "nothing" };
    await expect(loadSnapshot(table)).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining('no Delta table at "nothing"'),
    });
  });

  it("lacks a commit", async () => {
    const table = await tableOf([...created(), added("a")], [added("b")], [added("c")]);
    await table.store.delete(logKey(table.root, "00000000000000000001.json"));
    await expect(loadSnapshot(table)).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining("the commit of version 1 before it is missing"),
    });
  });

  it("lacks its first commits", async () => {
    const table = await tableOf([...created(), added("a")], [added("b")]);
    await table.store.delete(logKey(table.root, "00000000000000000000.json"));
    await expect(loadSnapshot(table)).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining("begins with version 1"),
    });
    await expect(loadSnapshot(table, { version: 0 })).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("version 0"),
    });
  });

  it("has no protocol, or no metadata", async () => {
    const [, protocol, metaData] = created() as [Action, Action, Action];
    await expect(loadSnapshot(await tableOf([metaData]))).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining("action protocol"),
    });
    await expect(loadSnapshot(await tableOf([protocol]))).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining("action metaData"),
    });
  });

  it.each([
    ["a line that ends too early", '{"add":{"path":"a","si'],
    ["a line that is no object", "1"],
    ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["a size that is negative", '{"add":{"path":"a","size":-1}}'],
    ["a size beyond all files", '{"add":{"path":"a","size":9007199254740993}}'],
    ["no path", '{"add":{"size":1}}'],
    ["an empty path", '{"add":{"path":"","size":1}}'],
    ["partition values that are no text", '{"add":{"path":"a","size":1,"partitionValues":{"p":1}}}'],
    ["a deletion vector of an unknown kind", '{"add":{"path":"a","size":1,"deletionVector":{"storageType":"x"}}}'],
    ["a version beyond 64 bits", '{"txn":{"appId":"a","version":9223372036854775808}}'],
    ["an action that is no object", '{"add":1}'],
    ["features that are no texts", '{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[1]}}'],
  ])("has %s", async (_, line) => {
    const table = await tableOf(created());
    await table.store.put(logKey(table.root, "00000000000000000001.json"), line);
    await expect(loadSnapshot(table)).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining('Cannot read "table/_delta_log/00000000000000000001.json" in MemoryStore'),
    });
  });

  it("has data that is not Parquet", async () => {
    const table = await tableOf([...created(), { metaData: { ...metadata, format: { provider: "orc", options: {} } } }]);
    await expect(loadSnapshot(table)).rejects.toMatchObject({ code: "NotSupported", message: expect.stringContaining('"orc"') });
  });
});

describe("a refresh", () => {
  it("reads only what is new, and leaves earlier snapshots as they are", async () => {
    const table = await tableOf([...created(), added("a")]);
    const first = await loadSnapshot(table);
    expect(await refreshSnapshot(first)).toBe(first);
    await commit(table, 1, [removed("a"), added("b")]);
    await commit(table, 2, [added("c")]);
    const second = await refreshSnapshot(first);
    expect([paths(first), paths(second), second.version]).toEqual([["a"], ["b", "c"], 2]);
  });

  it("finds a table that was made anew with fewer versions", async () => {
    const table = await tableOf([...created(), added("a")], [added("b")]);
    const first = await loadSnapshot(table);
    await table.store.delete(logKey(table.root, "00000000000000000001.json"));
    expect(paths(await refreshSnapshot(first))).toEqual(["a"]);
  });

  it("equals a replay from the start, after every commit of a random log", async () => {
    const random = randomOf(20);
    const table = await tableOf(created());
    let snapshot = await loadSnapshot(table);
    for (let version = 1; version <= 60; version++) {
      const name = (): string => `f${Math.floor(random() * 20)}`;
      const actions = new Map<string, Action>();
      for (let count = random() * 5; count > 0; count--) {
        const path = name();
        actions.set(path, random() < 0.6 ? added(path, { size: version }) : removed(path));
      }
      await commit(table, version, [...actions.values()]);
      snapshot = await refreshSnapshot(snapshot);
      const whole = await loadSnapshot(table);
      const sizes = (of: Snapshot): string[] => Array.from(of.files(), ({ path, size }) => `${path} ${size}`).sort();
      expect(sizes(snapshot)).toEqual(sizes(whole));
      expect(snapshot.fileCount).toBe(sizes(whole).length);
      expect(Array.from(snapshot.tombstones()).length).toBe(Array.from(whole.tombstones()).length);
    }
  });
});

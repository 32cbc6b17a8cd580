import { asset, InMemoryIOHandler, MemoryStore, Repository, Storage, SuperJsonIOHandler, staticPartitions } from "edgewater";
import { describe, expect, it } from "vitest";
import { keysOf } from "../../support/history/shared.ts";
import { PlainStore } from "../../support/schedules/stores.ts";
import { hooked, records } from "./hooked-storage.ts";

describe.each([
  ["with history", true],
  ["without history", false],
])("wipe %s", (_, history) => {
  const opened = async () => {
    const store = new MemoryStore();
    const ioHandler = new SuperJsonIOHandler({ store, history });
    const a = asset({ name: "a" }, () => 1);
    const b = asset({ name: "b", inputs: { a } }, ({ a }) => a + 1);
    const parts = asset({ name: "parts", partitions: staticPartitions(["x", "y"]) }, (_, { partition }) => String(partition?.key));
    const storage = Storage.memory();
    const repository = await Repository.open({ assets: [a, b, parts], storage, ioHandler });
    return { a, b, parts, repository, storage, store };
  };

  it("deletes the value and says so in the records", async () => {
    const { a, repository, storage, store } = await opened();
    await repository.materialize({ selection: ["a", "b"] });
    const before = await storage.getLatestMaterialization("a");
    const said = await repository.wipe(a);
    expect(said).toMatchObject([
      { eventType: "Verification", assetKey: "a", found: "Missing", materializationId: before?.id, metadata: { wiped: { value: true } } },
    ]);
    expect((await keysOf(store)).filter((key) => key.startsWith("a"))).toEqual([]);
    expect(await storage.getEventsForAsset("a")).toEqual([]);
    expect(await storage.getLatestMaterialization("a")).toBeUndefined();
    for (const verify of [true, false])
      expect((await repository.status({ verify })).find(({ asset }) => asset === "a")).toMatchObject({ status: "Missing" });
    expect((await storage.computeStaleness()).find(({ asset }) => asset === "a")).toMatchObject({ status: "Missing" });
    await expect(repository.load(a)).rejects.toMatchObject({ code: "NotFound" });
    expect(await repository.wipe(a)).toEqual([]);
    await repository.materialize({ selection: [a] });
    expect(await repository.load(a)).toBe(1);
    expect((await repository.status()).find(({ asset }) => asset === "a")).toMatchObject({ status: "UpToDate" });
  });

  it("wipes only the given partitions, and with all every one that was made", async () => {
    const { parts, repository } = await opened();
    await repository.materialize({ selection: [parts], partitionKeys: ["x", "y"] });
    await repository.wipe(parts, { partitionKeys: ["x"] });
    const statuses = await repository.status({ selection: [parts], partitions: true });
    expect(statuses.map(({ partition, status }) => [partition, status])).toEqual([
      [undefined, "Stale"],
      ["x", "Missing"],
      ["y", "UpToDate"],
    ]);
    expect(await repository.wipe(parts, { partitionKeys: "all" })).toHaveLength(1);
    await expect(repository.load(parts, { partitionKey: "y" })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("is made again by a run that is resumed", async () => {
    const { a, storage, store } = await opened();
    let isBroken = true;
    const later = asset({ name: "later", inputs: { a } }, () => {
      if (isBroken) throw new Error("broken");
      return 2;
    });
    const repository = await Repository.open({ assets: [a, later], storage, ioHandler: new SuperJsonIOHandler({ store, history }) });
    const { runId } = await repository.materialize({ raiseOnError: false });
    await repository.wipe(a);
    isBroken = false;
    expect(await repository.materialize({ resume: runId })).toMatchObject({ success: true });
    expect(await repository.load(a)).toBe(1);
  });

  it("makes a write that it overtakes begin again, also one of equal bytes", async () => {
    const { a, repository, storage, store } = await opened();
    await repository.materialize({ selection: [a] });
    let calls = 0;
    const slow = asset({ name: "a" }, async () => {
      if (calls++ === 0) await repository.wipe(a);
      return 1;
    });
    const other = await Repository.open({ assets: [slow], storage, ioHandler: new SuperJsonIOHandler({ store, history }) });
    await other.materialize();
    expect(await repository.load(a)).toBe(1);
    expect(await repository.status({ selection: [a] })).toMatchObject([{ status: "UpToDate" }]);
  });

  it("makes a value again that it deletes before it is recorded", async () => {
    const { a, repository, storage, store } = await opened();
    let wipes = 0;
    const slow = hooked(storage, async (batch, commit) => {
      if (records(batch, "a") && wipes++ === 0) await repository.wipe(a);
      return commit(batch);
    });
    const other = await Repository.open({ assets: [a], storage: slow, ioHandler: new SuperJsonIOHandler({ store, history }) });
    await other.materialize();
    expect(wipes).toBe(2);
    expect(await repository.load(a)).toBe(1);
    expect(await repository.status({ selection: [a] })).toMatchObject([{ status: "UpToDate" }]);
  });

  it("refuses wrong keys", async () => {
    const { a, parts, repository } = await opened();
    const wrong: readonly [string | typeof a | typeof parts, object, string][] = [
      [parts, {}, "PartitionError"],
      [parts, { partitionKeys: ["z"] }, "PartitionError"],
      [a, { partitionKeys: ["x"] }, "PartitionError"],
      [a, { partitionKey: "x" }, "SettingsError"],
      ["unknown", {}, "GraphError"],
    ];
    for (const [name, options, code] of wrong) await expect(repository.wipe(name as never, options)).rejects.toMatchObject({ code });
  });
});

describe("wipe", () => {
  it("forgets a value in memory", async () => {
    const one = asset({ name: "one", ioHandler: new InMemoryIOHandler() }, () => 1);
    await using repository = await Repository.open({ assets: [one] });
    await repository.materialize();
    await repository.wipe(one);
    await expect(repository.load(one)).rejects.toMatchObject({ code: "NotFound" });
    expect(await repository.status()).toMatchObject([{ status: "Missing" }]);
  });

  it("is refused before anything is deleted when the store cannot delete", async () => {
    const store = new PlainStore();
    const small = { name: "small", put: store.put.bind(store), get: store.get.bind(store) };
    const one = asset({ name: "one", ioHandler: new SuperJsonIOHandler({ store: small as never }) }, () => 1);
    await using repository = await Repository.open({ assets: [one] });
    await repository.materialize();
    await expect(repository.wipe(one)).rejects.toMatchObject({ code: "NotSupported", message: expect.stringContaining("cannot delete") });
    expect(await repository.load(one)).toBe(1);
    expect(await repository.storage.getEventsForAsset("one")).toHaveLength(1);
  });
});

describe("loading what was wiped or never made", () => {
  it("says so, with the asset, the partition and what to do", async () => {
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore(), history: true });
    const daily = asset({ name: "daily", partitions: staticPartitions(["a", "b"]) }, () => 1);
    await using repository = await Repository.open({ assets: [daily], ioHandler });
    await repository.materialize({ partitionKeys: ["a"] });
    await repository.wipe(daily, { partitionKeys: ["a"] });

    for (const partitionKey of ["a", "b"])
      await expect(repository.load(daily, { partitionKey })).rejects.toMatchObject({
        code: "NotFound",
        asset: "daily",
        message: expect.stringMatching(
          `Cannot load "daily", partition "${partitionKey}": no materialization of it is recorded.*materialize it first`,
        ),
      });
  });
});

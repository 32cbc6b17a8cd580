import {
  asset,
  BytesIOHandler,
  externalAsset,
  InputContext,
  input,
  Materialization,
  MemoryStore,
  OutputContext,
  Repository,
  type RepositoryOptions,
  Storage,
  type StoredEvent,
  SuperJsonIOHandler,
  selfInput,
  staticPartitions,
} from "edgewater";
import { describe, expect, it } from "vitest";
import { encodeIntent, intentKey } from "../../../src/storage/intent.ts";
import { keysOf } from "../../support/history/shared.ts";
import { hooked } from "./hooked-storage.ts";

const versionsOf = async (store: Pick<MemoryStore, "list">): Promise<readonly string[]> =>
  (await keysOf(store)).filter((key) => /\/versions\/\d{8}T/.test(key));

/** A repository of an asset that is made from a number, and of one that is made from it. */
async function open(options: Partial<RepositoryOptions> & { readonly store?: MemoryStore; readonly head?: boolean } = {}) {
  const { store = new MemoryStore(), head = true, ...rest } = options;
  const input = { value: 1 };
  const a = asset({ name: "a" }, () => ({ value: input.value }));
  const b = asset({ name: "b", inputs: { a } }, ({ a }) => a.value * 10);
  const storage = Storage.memory();
  const ioHandler = new SuperJsonIOHandler({ store, history: { head } });
  const repository = await Repository.open({ assets: [a, b], storage, ioHandler, ...rest });
  const write = async (value: number) => repository.write(a, { value });
  return { a, b, input, repository, storage: repository.storage, store, write };
}

describe("a handler with history", () => {
  it("writes every version under a name of its own, and a HEAD that names the newest", async () => {
    const { a, repository, store, write } = await open();
    await write(1);
    const { id, stored } = await write(2);
    const versions = await versionsOf(store);
    expect(versions).toHaveLength(2);
    for (const key of versions) expect(key).toMatch(/^a\/versions\/\d{8}T\d{9}Z-[0-9a-f]{12}-[0-9a-f]{8}\.superjson$/);
    expect(versions).toContain(stored?.path);
    const head = JSON.parse(await (await store.get("a/HEAD")).text());
    expect(head).toEqual({ name: stored?.path?.split("/").at(-1), event: id });
    expect(await repository.load(a)).toEqual({ value: 2 });
  });

  it("writes no HEAD with head: false", async () => {
    const { store, write } = await open({ head: false });
    await write(1);
    expect((await keysOf(store)).filter((key) => key.endsWith("HEAD"))).toEqual([]);
  });

  it("records equal bytes again without a write", async () => {
    const { repository, store, write, storage } = await open();
    const first = await write(1);
    const second = await write(1);
    expect(second.id).toBeGreaterThan(first.id);
    expect(second.stored?.path).toBe(first.stored?.path);
    expect(second.metadata["path"]).toEqual(first.metadata["path"]);
    expect(await versionsOf(store)).toHaveLength(1);
    expect(await storage.kvList("edgewater/intent/")).toEqual([]);
    expect(await repository.load("a")).toEqual({ value: 1 });
  });

  it("writes equal bytes again when their object is gone", async () => {
    const { repository, store, write } = await open();
    const { stored } = await write(1);
    await store.delete(stored?.path as string);
    await expect(repository.load("a")).rejects.toMatchObject({ code: "Integrity", key: stored?.path });
    expect((await repository.status()).find(({ asset }) => asset === "a")).toMatchObject({ status: "Missing" });
    expect((await write(1)).stored?.path).not.toBe(stored?.path);
    expect(await repository.load("a")).toEqual({ value: 1 });
  });

  it("fails a load whose object is gone also for an asset that loads itself", async () => {
    const store = new MemoryStore();
    const ioHandler = new SuperJsonIOHandler({ store, history: true });
    const sum = asset({ name: "sum", inputs: { before: selfInput<number>() } }, ({ before = 0 }): number => before + 1);
    await using repository = await Repository.open({ assets: [sum], ioHandler });
    await repository.materialize();
    await repository.materialize();
    expect(await repository.load(sum)).toBe(2);
    await store.delete(await versionsOf(store));
    await expect(repository.materialize()).rejects.toMatchObject({ code: "Integrity" });
  });

  it("keeps the versions of each partition apart, also of one with the name versions", async () => {
    const store = new MemoryStore();
    const partitions = staticPartitions(["x", "versions", "a/b", ".."]);
    const parts = asset({ name: "parts", partitions }, (_, { partition }) => String(partition?.key));
    await using repository = await Repository.open({
      assets: [parts],
      ioHandler: new SuperJsonIOHandler({ store, prefix: "p", history: true }),
    });
    await repository.materialize({ partitionKeys: ["x", "versions", "a/b", ".."] });
    const map = await repository.load(parts, { partitionKeys: "all" });
    for (const key of ["x", "versions", "a/b", ".."]) expect(await map.get(key)).toBe(key);
    expect(await versionsOf(store)).toHaveLength(4);
    await repository.wipe(parts, { partitionKeys: ["versions"] });
    expect(await versionsOf(store)).toHaveLength(3);
  });

  it("streams bytes to a version without a digest in its name", async () => {
    const store = new MemoryStore();
    const ioHandler = new BytesIOHandler({ store, as: "blob", history: true });
    const tile = asset({ name: "tile", ioHandler }, () => new Blob(["one"]));
    await using repository = await Repository.open({ assets: [tile] });
    await repository.materialize();
    await repository.materialize();
    const versions = await versionsOf(store);
    expect(versions).toHaveLength(2);
    for (const key of versions) expect(key).toMatch(/^tile\/versions\/\d{8}T\d{9}Z-[0-9a-f]{8}\.bin$/);
    expect(await (await repository.load(tile)).text()).toBe("one");
  });

  it("reads what was written before it had a history, and goes on from there", async () => {
    const store = new MemoryStore();
    const storage = Storage.memory();
    const one = asset({ name: "one" }, () => 1);
    const before = await Repository.open({ assets: [one], storage, ioHandler: new SuperJsonIOHandler({ store }) });
    const [first] = [await before.write(one, 1), await before.write(one, 2)];
    const repository = await Repository.open({ assets: [one], storage, ioHandler: new SuperJsonIOHandler({ store, history: true }) });
    expect(await repository.load(one)).toBe(2);
    expect(await repository.status()).toMatchObject([{ status: "UpToDate" }]);
    await repository.write(one, 2);
    expect(await versionsOf(store)).toHaveLength(1);
    await repository.write(one, 3);
    expect(await repository.load(one)).toBe(3);
    await expect(repository.load(one, { at: first?.id as number })).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("was overwritten when its handler had no history"),
    });
    await repository.wipe(one);
    expect(await keysOf(store)).toEqual([]);
  });

  it("is made anew when the history is turned off", async () => {
    const store = new MemoryStore();
    const storage = Storage.memory();
    const one = asset({ name: "one" }, () => 1);
    const before = await Repository.open({ assets: [one], storage, ioHandler: new SuperJsonIOHandler({ store, history: true }) });
    await before.materialize();
    const repository = await Repository.open({ assets: [one], storage, ioHandler: new SuperJsonIOHandler({ store }) });
    expect(await repository.status()).toMatchObject([{ status: "Missing" }]);
    await repository.materialize();
    expect(await repository.load(one)).toBe(1);
    expect(await keysOf(store)).toContain("one.superjson");
  });

  it("works alone: the record in the context says which version is read", async () => {
    const handler = new SuperJsonIOHandler({ store: new MemoryStore(), history: true });
    const contexts = [1, 2].map(() => new OutputContext({ assetName: "x" }));
    for (const [index, context] of contexts.entries()) await handler.handleOutput(context, index);
    for (const [index, context] of contexts.entries()) {
      const upstream = { dataVersion: "", metadata: {}, stored: context.written };
      expect(await handler.loadInput(new InputContext({ assetName: "x", upstream }))).toBe(index);
    }
  });

  it.each([
    [{ store: new MemoryStore(), history: "yes" }, "history"],
    [{ store: new MemoryStore(), history: null }, "history"],
    [{ store: new MemoryStore(), history: { heads: false } }, "heads"],
    [{ store: new MemoryStore(), history: { head: 1 } }, "head"],
    [{ store: { name: "small", put: async () => {}, get: async () => {} }, history: true }, "history"],
  ])("refuses the options %j", (options, field) => {
    expect(() => new SuperJsonIOHandler(options as never)).toThrow(expect.objectContaining({ code: "SettingsError", field }));
    expect(() => new BytesIOHandler(options as never)).toThrow(expect.objectContaining({ code: "SettingsError", field }));
  });
});

describe("load with at", () => {
  it("loads the version with a data version, of a run, of an event and of a time", async () => {
    const { repository, write } = await open();
    const events = [await write(1), await write(2), await write(3)];
    for (const [index, { id, runId, dataVersion }] of events.entries())
      for (const at of [id, runId, dataVersion]) expect(await repository.load("a", { at })).toEqual({ value: index + 1 });
    expect(await repository.load("a", { at: new Date(Date.now() + 1e6) })).toEqual({ value: 3 });
  });

  it("takes the newest event of that time, whatever the clocks said", async () => {
    const { repository, storage, write } = await open();
    const events = [await write(1), await write(2)];
    const copy = Storage.memory();
    // The second writer's clock was behind.
    const at = new Date("2024-05-01");
    const lines: string[] = [];
    for await (const line of storage.export()) {
      const row = JSON.parse(line) as { event?: { id: number; timestamp: number } };
      if (row.event !== undefined) row.event.timestamp = row.event.id === events[1]?.id ? at.getTime() - 5 : at.getTime();
      lines.push(`${JSON.stringify(row)}\n`);
    }
    await copy.import(lines);
    const other = await Repository.open({
      assets: repository.nodes as never,
      storage: copy,
      ioHandler: repository.ioHandlerForOutput("a"),
    });
    expect(await other.load("a", { at })).toEqual({ value: 2 });
    expect(await other.load("a", { at: new Date(at.getTime() - 1) })).toEqual({ value: 2 });
  });

  it("loads partitions as they were", async () => {
    const store = new MemoryStore();
    let round = 0;
    const parts = asset({ name: "parts", partitions: staticPartitions(["x", "y"]) }, (_, { partition }) => `${partition?.key} ${round}`);
    await using repository = await Repository.open({ assets: [parts], ioHandler: new SuperJsonIOHandler({ store, history: true }) });
    const { runId } = await repository.materialize({ partitionKeys: ["x", "y"] });
    round = 1;
    await repository.materialize({ partitionKey: "x" });
    const map = await repository.load(parts, { partitionKeys: "all", at: runId });
    expect([await map.get("x"), await map.get("y")]).toEqual(["x 0", "y 0"]);
    expect(await repository.load(parts, { partitionKey: "x" })).toBe("x 1");
  });

  it("says why there is no such version", async () => {
    const { repository, write } = await open();
    const load = (at: string | number | Date) => repository.load("a", { at });
    await expect(load("x")).rejects.toMatchObject({ code: "NotFound", message: expect.stringContaining("was never recorded") });
    const { id, runId } = await write(1);
    await expect(load("x")).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("no version has this data version"),
    });
    await expect(load(id + 1e6)).rejects.toMatchObject({ code: "NotFound", message: expect.stringContaining("a time is given as a Date") });
    await expect(load(new Date(0))).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("the first version is of"),
    });
    const { runId: other } = await repository.materialize({ selection: ["b"] });
    await expect(load(other)).rejects.toMatchObject({ code: "NotFound", message: expect.stringContaining("this run has not recorded it") });
    await write(2);
    await repository.prune({ keep: 1 });
    for (const at of [id, runId, new Date(0)])
      await expect(load(at)).rejects.toMatchObject({ code: "NotFound", message: expect.stringContaining("pruned or wiped") });
    await repository.wipe("a");
    await expect(load(id)).rejects.toMatchObject({ code: "NotFound", message: expect.stringContaining("wiped or pruned") });
  });

  it("says that a result without a value has none", async () => {
    const nothing = asset({ name: "nothing" }, () => Materialization());
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore(), history: true });
    await using repository = await Repository.open({ assets: [nothing], ioHandler });
    const { runId } = await repository.materialize();
    await expect(repository.load(nothing, { at: runId })).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("no stored value"),
    });
    await expect(repository.rollback(nothing, { to: runId })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("fails with Integrity for a version whose object is gone or was changed", async () => {
    const { repository, store, write } = await open();
    const { id, stored } = await write(1);
    await write(2);
    const path = stored?.path as string;
    await store.put(path, "other");
    await expect(repository.load("a", { at: id })).rejects.toMatchObject({ code: expect.stringMatching(/Integrity|SerializationError/) });
    await store.delete(path);
    await expect(repository.load("a", { at: id })).rejects.toMatchObject({ code: "Integrity" });
    await expect(repository.rollback("a", { to: id })).rejects.toMatchObject({ code: "Integrity" });
  });

  it("is refused without history, and for an external asset", async () => {
    const plain = asset({ name: "plain", ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) }, () => 1);
    const external = externalAsset({ name: "external", ioHandler: new SuperJsonIOHandler({ store: new MemoryStore(), history: true }) });
    const memory = asset({ name: "memory", inputs: { external: input(external) } }, () => 1);
    await using repository = await Repository.open({ assets: [plain, external, memory] });
    const refused = expect.objectContaining({ code: "NotSupported" });
    for (const name of ["plain", "external", "memory"]) {
      await expect(repository.load(name, { at: 1 })).rejects.toEqual(refused);
      await expect(repository.rollback(name, { to: 1 })).rejects.toEqual(refused);
      await expect(repository.prune({ keep: 1, selection: [name] })).rejects.toEqual(refused);
    }
    await expect(repository.wipe("external")).rejects.toEqual(refused);
    await expect(repository.load("memory", { at: 1 })).rejects.toThrow("its InMemoryIOHandler keeps no history");
  });
});

describe("rollback", () => {
  it("records the earlier version again, with its inputs, and with one commit", async () => {
    const { a, b, input, repository, storage } = await open();
    await repository.materialize();
    const first = await storage.getLatestMaterialization("b");
    input.value = 2;
    await repository.materialize();
    const event = await repository.rollback(b, { to: first?.dataVersion as string });
    expect(event).toMatchObject({
      dataVersion: first?.dataVersion,
      inputDataVersions: first?.inputDataVersions,
      inputEventIds: first?.inputEventIds,
      stored: first?.stored,
      metadata: { rollbackOf: { kind: "Int", value: first?.id } },
    });
    expect(await repository.load(b)).toBe(10);
    expect(await storage.getRun(event.runId)).toMatchObject({ status: "Success", kind: "write", nodeNames: ["b"] });
    expect(await storage.getLeases()).toEqual([]);
    // It was made from an older input.
    expect((await repository.status()).find(({ asset }) => asset === "b")).toMatchObject({ status: "Stale" });
    await repository.rollback(a, { to: first?.inputEventIds?.["a"] as number });
    expect((await repository.status()).map(({ status }) => status)).toEqual(["UpToDate", "UpToDate"]);
  });

  it("returns the event of a version that is the newest already", async () => {
    const { repository, write } = await open();
    const event = await write(1);
    expect(await repository.rollback("a", { to: event.id })).toEqual(event);
  });

  it("moves HEAD", async () => {
    const { repository, store, write } = await open();
    const { id, stored } = await write(1);
    await write(2);
    const { id: event } = await repository.rollback("a", { to: id });
    expect(JSON.parse(await (await store.get("a/HEAD")).text())).toEqual({ name: stored?.path?.split("/").at(-1), event });
  });

  it("records nothing when the version is pruned meanwhile", async () => {
    const { repository, storage, store, write } = await open();
    const { id } = await write(1);
    await write(2);
    let prunes = 0;
    const slow = hooked(storage, async (batch, commit) => {
      if (batch.events?.some(({ eventType }) => eventType === "Materialization") && prunes++ === 0) await repository.prune({ keep: 1 });
      return commit(batch);
    });
    const { repository: other } = await open({ storage: slow, store });
    await expect(other.rollback("a", { to: id })).rejects.toMatchObject({ code: "NotFound" });
    expect(prunes).toBe(1);
    expect(await repository.load("a")).toEqual({ value: 2 });
  });

  it("makes a write that it overtakes begin again", async () => {
    const { a, repository, storage, write } = await open();
    const first = await write(1);
    await write(2);
    const slow = asset({ name: "a" }, async () => {
      if (calls++ === 0) await repository.rollback(a, { to: first.id });
      return { value: 3 };
    });
    let calls = 0;
    const ioHandler = repository.ioHandlerForOutput("a");
    const other = await Repository.open({ assets: [slow], storage, ioHandler });
    await other.materialize();
    expect(calls).toBe(2);
    expect(await repository.load(a)).toEqual({ value: 3 });
  });
});

describe("prune", () => {
  it("deletes the events of old versions, and then their objects", async () => {
    const { repository, storage, store, write } = await open();
    for (const value of [1, 2, 3, 4]) await write(value);
    const planned = await repository.prune({ keep: 2, dryRun: true });
    expect(await versionsOf(store)).toHaveLength(4);
    const pruned = await repository.prune({ keep: 2 });
    expect(pruned).toMatchObject({
      versions: 2,
      objects: 2,
      explanation: ["a: deleted 2 versions and 2 objects; kept 2 versions", expect.anything()],
    });
    expect(planned).toMatchObject({ versions: 2, objects: 2 });
    const events = await storage.getEventsForAsset("a");
    expect(new Set(await versionsOf(store))).toEqual(new Set(events.map(({ stored }) => stored?.path)));
    for (const { id, dataVersion } of events)
      expect(await repository.load("a", { at: id })).toEqual(await repository.load("a", { at: dataVersion }));
  });

  it("keeps an object that a kept event names too", async () => {
    const { repository, store, write } = await open();
    const { id } = await write(1);
    await write(2);
    await repository.rollback("a", { to: id });
    expect(await repository.prune({ keep: 1 })).toMatchObject({ versions: 2, objects: 1 });
    expect(await repository.load("a")).toEqual({ value: 1 });
    expect(await versionsOf(store)).toHaveLength(1);
  });

  it("deletes by age, and never the newest version", async () => {
    const { repository, write } = await open();
    await write(1);
    await write(2);
    expect(await repository.prune({ before: new Date(0) })).toMatchObject({ versions: 0 });
    expect(await repository.prune({ before: new Date(Date.now() + 1e6) })).toMatchObject({ versions: 1, objects: 1 });
    expect(await repository.load("a")).toEqual({ value: 2 });
  });

  it("deletes what killed writers have left, and nothing that a run has announced", async () => {
    const { repository, storage, store, write } = await open();
    const { stored } = await write(1);
    const orphan = stored?.path?.replace(/-[0-9a-f]{8}\./, "-00000000.") as string;
    await store.put(orphan, "left");
    await store.put("a/versions/readme.txt", "not a version");
    expect(await repository.prune({ keep: 5 })).toMatchObject({ versions: 0, objects: 1 });
    expect(await keysOf(store)).toEqual(["a/HEAD", stored?.path, "a/versions/readme.txt"]);
    const [event] = await storage.getEventsForAsset("a");
    const announced = { ...(event as StoredEvent), stored: { writeId: "r/1.1.x", path: orphan } };
    await store.put(orphan, "announced");
    await storage.kvSet(intentKey("r/1.1.x"), encodeIntent({ event: announced, base: undefined }));
    expect(await repository.prune({ keep: 5 })).toMatchObject({ objects: 0 });
    expect(await repository.prune({ before: new Date(Date.now() + 1e6) })).toMatchObject({ objects: 1 });
    expect(await storage.kvList("edgewater/intent/")).toEqual([]);
  });

  it("leaves versions of which its records know nothing", async () => {
    const { store, write } = await open();
    await write(1);
    const { repository } = await open({ store });
    const { objects, explanation } = await repository.prune({ keep: 1 });
    expect(objects).toBe(0);
    expect(explanation[0]).toContain("left 1 object of places of which these records know no stored version");
    expect(await versionsOf(store)).toHaveLength(1);
  });

  it("deletes the objects of events that the Storage has pruned", async () => {
    const { repository, storage, store, write } = await open();
    for (const value of [1, 2, 3]) await write(value);
    await storage.prune({ before: Date.now() + 1e6 });
    expect(await versionsOf(store)).toHaveLength(3);
    expect(await repository.prune({ keep: 9 })).toMatchObject({ versions: 0, objects: 2 });
    expect(await repository.load("a")).toEqual({ value: 3 });
  });

  it("keeps what a run has recorded that has not ended", async () => {
    const { repository, storage, write } = await open();
    const { runId, id } = await write(1);
    await write(2);
    await storage.commit({ leases: [{ runId, owner: "x", attempt: 1, ttlMs: 1000 }] });
    expect(await repository.prune({ keep: 1 })).toMatchObject({ versions: 0 });
    expect(await repository.load("a", { at: id })).toEqual({ value: 1 });
  });

  it.each([
    {},
    { keep: 0 },
    { keep: 1.5 },
    { before: 5 },
    { before: new Date(Number.NaN) },
    { keep: 1, kep: 1 },
    { keep: 1, selection: "a" },
  ])("refuses the options %j", async (options) => {
    const { repository } = await open();
    await expect(repository.prune(options as never)).rejects.toMatchObject({ code: "SettingsError" });
  });
});

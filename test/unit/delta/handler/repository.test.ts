import { asset, dailyPartitions, input, MemoryStore, PartitionMapping, Repository, Storage, selfInput, staticPartitions } from "edgewater";
import { columns, DeltaIOHandler, type DeltaIOHandlerOptions, DeltaTable, type HistoryEntry, rows, tableSchema } from "edgewater/delta";
import { describe, expect, it } from "vitest";
import { findWrite } from "../../../../src/delta/handler/writes.ts";
import { loadSnapshot } from "../../../../src/delta/log/snapshot.ts";
import { InputContext, OutputContext } from "../../../../src/io-handler/contexts.ts";
import { storageIdOf } from "../../../../src/storage/storage-id.ts";

/** A Storage that fails from a materialization on, like that of a process that is killed between a write and its record. */
function dying(storage: Storage): Storage {
  let isDead = false;
  return new Proxy(storage, {
    get(target, name) {
      if (name === "commit")
        return async (batch: Parameters<Storage["commit"]>[0]) => {
          isDead ||= (batch.events ?? []).some(({ eventType }) => eventType === "Materialization");
          if (isDead) throw new Error("killed");
          return storage.commit(batch);
        };
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function lake(options: Partial<DeltaIOHandlerOptions<"rows">> = {}) {
  const store = new MemoryStore();
  const io = (): DeltaIOHandler => new DeltaIOHandler({ store, ...options } as DeltaIOHandlerOptions<"rows">);
  const table = (name: string): Promise<DeltaTable<MemoryStore>> => DeltaTable.open(store, name);
  const writes = async (name: string): Promise<readonly HistoryEntry[]> =>
    (await (await table(name)).history()).filter(({ operation }) => operation === "WRITE");
  return { store, io, table, writes };
}

const regions = staticPartitions(["eu", "us", "ap", "sa"]);

describe("assets in Delta tables", () => {
  it("are recorded with the version of their table, and loaded as what was recorded", async () => {
    const { io } = lake();
    const quakes = asset({ name: "quakes", ioHandler: io() }, () => [{ id: 1, magnitude: 5.5 }]);
    const count = asset({ name: "count", inputs: { quakes } }, ({ quakes }) => quakes.length);
    await using storage = Storage.memory();
    await using repository = await Repository.open({ assets: [quakes, count], storage });
    const result = await repository.materialize();
    expect(result.success).toBe(true);
    const [made, counted] = result.events;
    expect(made).toMatchObject({
      dataVersion: expect.stringMatching(/@0$/),
      metadata: { "delta/version": { value: 0 }, "delta/num_rows": { value: 1 } },
    });
    expect(counted?.inputDataVersions).toEqual({ quakes: made?.dataVersion });
    expect(counted?.inputEventIds).toEqual({ quakes: made?.id });
    expect(await repository.load(count)).toBe(1);
    await repository.materialize();
    expect((await storage.getLatestMaterialization("quakes"))?.dataVersion).toMatch(/@1$/);
  });

  it("are loaded in the form of the input's type hint", async () => {
    const { io } = lake();
    const typeHint = rows(tableSchema({ id: "long not null", price: "double not null" }));
    const sales = asset({ name: "sales", ioHandler: io(), typeHint }, () => [{ id: 1, price: 2.5 }]);
    const total = asset({ name: "total", inputs: { sales: input(sales, { typeHint: columns() }) } }, ({ sales }) =>
      Array.from(sales["price"] as Float64Array).reduce((sum, price) => sum + price, 0),
    );
    await using repository = await Repository.open({ assets: [sales, total] });
    await repository.materialize();
    expect(await repository.load(total)).toBe(2.5);
  });

  it("refuse a value that is no table before anything is written", async () => {
    const { io, store } = lake();
    const quakes = asset({ name: "quakes", ioHandler: io(), typeHint: rows(tableSchema({ id: "long" })) }, () => 5 as never);
    await using repository = await Repository.open({ assets: [quakes] });
    await expect(repository.materialize()).rejects.toMatchObject({ code: "ValidationError", asset: "quakes" });
    const keys: string[] = [];
    for await (const { key } of store.list()) keys.push(key);
    expect(keys).toEqual([]);
  });

  it("give undefined to a self input on the first run, and what was written before on the next", async () => {
    const { io } = lake();
    const log = asset(
      { name: "log", ioHandler: io(), inputs: { before: selfInput<{ id: number }[]>() } },
      ({ before = [] }: { readonly before?: { id: number }[] | undefined }) => [...before, { id: before.length }],
    );
    await using repository = await Repository.open({ assets: [log] });
    for (let run = 0; run < 3; run++) await repository.materialize();
    expect(await repository.load(log)).toHaveLength(3);
  });

  it("are made again when rows that can be read once were refused", async () => {
    const { io } = lake();
    await using storage = Storage.memory();
    let calls = 0;
    const quakes = asset({ name: "quakes", ioHandler: io() }, async () => {
      calls++;
      if (calls === 1) {
        // Another process of the same Storage writes meanwhile, without an announcement.
        const other = new OutputContext({ assetName: "quakes", base: 0, writeId: "other/1.1", storageId: () => storageIdOf(storage) });
        await io().handleOutput(other, [{ id: 0 }]);
      }
      return (async function* () {
        yield { id: calls };
      })();
    });
    await using repository = await Repository.open({ assets: [quakes], storage });
    expect((await repository.materialize()).success).toBe(true);
    expect(calls).toBe(2);
    expect(await repository.load(quakes)).toEqual([{ id: 2 }]);
  });

  it("are skipped when nothing has changed", async () => {
    const { io, writes } = lake();
    const quakes = asset({ name: "quakes", ioHandler: io(), codeVersion: "1", skipUnchanged: true }, () => [{ id: 1 }]);
    await using repository = await Repository.open({ assets: [quakes] });
    for (let run = 0; run < 3; run++) expect((await repository.materialize()).success).toBe(true);
    expect(await writes("quakes")).toHaveLength(1);
  });

  it("are missing once their table is deleted", async () => {
    const { io, store } = lake();
    const quakes = asset({ name: "quakes", ioHandler: io() }, () => [{ id: 1 }]);
    await using repository = await Repository.open({ assets: [quakes] });
    await repository.materialize();
    expect(await repository.status({ verify: true })).toMatchObject([{ status: "UpToDate" }]);
    const keys: string[] = [];
    for await (const { key } of store.list("quakes")) keys.push(key);
    await store.delete(keys);
    expect(await repository.status({ verify: true })).toMatchObject([{ status: "Missing" }]);
    await expect(repository.load(quakes)).rejects.toMatchObject({ code: "NotFound" });
    await repository.materialize();
    expect(await repository.load(quakes)).toEqual([{ id: 1 }]);
  });
});

describe("partitions in one table", () => {
  it("are made at the same time without a conflict, and nothing is lost", async () => {
    const { io, table } = lake({ partitionExpr: "day" });
    const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-25" });
    const quakes = asset({ name: "quakes", ioHandler: io(), partitions: days }, (_, { partitionKey }) => [{ day: partitionKey, id: 1 }]);
    await using repository = await Repository.open({ assets: [quakes] });
    const keys = Array.from({ length: 24 }, (_, day) => `2024-01-${String(day + 1).padStart(2, "0")}`);
    for (let round = 0; round < 2; round++) {
      const result = await repository.materialize({ partitionKeys: keys });
      expect(result.failedAssets).toEqual([]);
      expect(result.events).toHaveLength(keys.length);
    }
    const all = await (await table("quakes")).toRows();
    expect(all.map(({ day }) => day).sort()).toEqual(keys);
    expect((await repository.status({ verify: true, partitions: true })).filter(({ status }) => status !== "UpToDate")).toEqual([]);
  });

  it("are loaded as a map, and missing ones are skipped", async () => {
    const { io } = lake({ partitionExpr: "region" });
    const quakes = asset({ name: "quakes", ioHandler: io(), partitions: regions }, (_, { partitionKey }) => [
      { region: partitionKey, id: 1 },
    ]);
    const all = asset(
      { name: "all", inputs: { quakes: input(quakes, { partitionMapping: PartitionMapping.all(), missing: "skip" }) } },
      async ({ quakes }) => [...(await quakes.toMap()).entries()],
    );
    await using repository = await Repository.open({ assets: [quakes, all] });
    await repository.materialize({ selection: [quakes], partitionKeys: ["eu", "sa"] });
    await repository.materialize({ selection: [all] });
    expect(await repository.load(all)).toEqual([
      ["eu", [{ region: "eu", id: 1 }]],
      ["sa", [{ region: "sa", id: 1 }]],
    ]);
  });

  it("are wiped one by one, and made again", async () => {
    const { io, table } = lake({ partitionExpr: "region" });
    const quakes = asset({ name: "quakes", ioHandler: io(), partitions: regions }, (_, { partitionKey }) => [
      { region: partitionKey, id: 1 },
    ]);
    await using repository = await Repository.open({ assets: [quakes] });
    await repository.materialize({ partitionKeys: ["eu", "us"] });
    await repository.wipe(quakes, { partitionKeys: ["eu"] });
    expect(await (await table("quakes")).toRows()).toEqual([{ region: "us", id: 1 }]);
    await expect(repository.load(quakes, { partitionKey: "eu" })).rejects.toMatchObject({ code: "NotFound" });
    await repository.materialize({ partitionKey: "eu" });
    expect(await repository.load(quakes, { partitionKey: "eu" })).toEqual([{ region: "eu", id: 1 }]);
  });
});

/** An append whose process is killed before it is recorded, and the asset as the next process has it. */
async function killedAppend() {
  const { io, writes } = lake({ mode: "append" });
  let made = 0;
  const make = (): { id: number }[] => [{ id: ++made }];
  const storage = Storage.memory();
  const first = asset({ name: "quakes", ioHandler: io() }, make);
  await using repository = await Repository.open({ assets: [first], storage: dying(storage) });
  await expect(repository.materialize({ raiseOnError: false })).rejects.toThrow("killed");
  return { storage, quakes: asset({ name: "quakes", ioHandler: io() }, make), calls: () => made, writes };
}

describe("appends to a table", () => {
  it("take effect once when the process is killed before the record, and the run is resumed", async () => {
    const { storage, quakes, calls, writes } = await killedAppend();
    await using repository = await Repository.open({ assets: [quakes], storage });
    const result = await repository.materialize({ resume: true });
    expect(result.success).toBe(true);
    expect(calls()).toBe(1);
    expect(await repository.load(quakes)).toEqual([{ id: 1 }]);
    expect(await writes("quakes")).toHaveLength(1);
    expect(await storage.getLatestMaterialization("quakes")).toMatchObject({
      dataVersion: expect.stringMatching(/@0$/),
      metadata: { adopted: { value: true }, "delta/version": { value: 0 }, "delta/num_rows": { value: 1 } },
    });
  });

  it("are recorded for a killed run by the next one, before it appends its own", async () => {
    const { storage, quakes, writes } = await killedAppend();
    await using repository = await Repository.open({ assets: [quakes], storage });
    expect((await repository.materialize()).success).toBe(true);
    expect(await repository.load(quakes)).toHaveLength(2);
    expect(await writes("quakes")).toHaveLength(2);
    expect(await storage.getEventsForAsset("quakes")).toHaveLength(2);
  });

  it("of runs at the same time are all there, once, and all recorded", async () => {
    const { io, table } = lake({ mode: "append" });
    await using storage = Storage.memory();
    const runs = Array.from({ length: 4 }, async (_, run) => {
      const quakes = asset({ name: "quakes", ioHandler: io() }, () => [{ run }]);
      await using repository = await Repository.open({ assets: [quakes], storage });
      return (await repository.materialize({ raiseOnError: false })).success;
    });
    const successes = (await Promise.all(runs)).flatMap((success, run) => (success ? [run] : []));
    expect((await (await table("quakes")).toRows()).map(({ run }) => run).sort()).toEqual(successes);
    expect(await storage.getEventsForAsset("quakes")).toHaveLength(successes.length);
  });

  it("take effect once when the store does not answer", async () => {
    const { store, writes } = lake();
    let lost = 0;
    const losing = new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== "put") return typeof value === "function" ? value.bind(target) : value;
        return async (key: string, ...rest: [never]) => {
          const result = await target.put(key, ...rest);
          if (key.endsWith("0.json") && lost++ === 0)
            throw Object.assign(new (await import("edgewater")).EdgewaterError("Unavailable", "no answer", { outcome: "unknown" }));
          return result;
        };
      },
    });
    const quakes = asset({ name: "quakes", ioHandler: new DeltaIOHandler({ store: losing, mode: "append" }) }, () => [{ id: 1 }]);
    await using repository = await Repository.open({ assets: [quakes] });
    expect((await repository.materialize()).success).toBe(true);
    expect(await repository.load(quakes)).toEqual([{ id: 1 }]);
    expect(await writes("quakes")).toHaveLength(1);
  });
});

describe("the transactions of a table", () => {
  const storageId = async (): Promise<string> => "storage";
  const context = (base: number, writeId: string, expected?: OutputContext["expected"]): OutputContext =>
    new OutputContext({ assetName: "quakes", base, writeId, expected, storageId, runId: "run" });

  it("are named after Storage, asset and partition, and numbered by the event that they follow", async () => {
    const { store, io } = lake({ partitionExpr: "region" });
    const quakes = asset({ name: "quakes", ioHandler: io(), partitions: regions }, (_, { partitionKey }) => [
      { region: partitionKey, id: 1 },
    ]);
    await using storage = Storage.memory();
    await using repository = await Repository.open({ assets: [quakes], storage });
    await repository.materialize({ partitionKey: "eu" });
    const first = await storage.getLatestMaterialization("quakes", "eu");
    await repository.materialize({ partitionKey: "eu" });
    const { txns } = await loadSnapshot({ store, root: "quakes" });
    const id = new TextDecoder().decode(await storage.kvGet("edgewater/storage-id"));
    expect(txns.get(`edgewater/${id}/quakes/eu`)?.version).toBe(BigInt((first?.id ?? 0) + 1));
  });

  it("let the same write take effect once", async () => {
    const { io, writes, store } = lake({ mode: "append" });
    const handler = io();
    const first = context(4, "run/1.1");
    await handler.handleOutput(first, [{ id: 1 }]);
    const again = context(4, "run/1.1");
    await io().handleOutput(again, [{ id: 1 }]);
    expect(await writes("quakes")).toHaveLength(1);
    expect(again.written).toEqual(first.written);
    expect(again.contentVersion).toBe(first.contentVersion);
    const snapshot = await loadSnapshot({ store, root: "quakes" });
    const txn = snapshot.txns.get("edgewater/storage/quakes");
    expect(txn && (await findWrite(snapshot.table, snapshot.version, txn, AbortSignal.timeout(60_000)))).toEqual({
      version: 0,
      runId: "run",
      writeId: "run/1.1",
    });
  });

  it("refuse another write that follows the same event, unless it is told to replace the one that is there", async () => {
    const { io, writes } = lake();
    const first = context(4, "run/1.1");
    await io().handleOutput(first, [{ id: 1 }]);
    await expect(io().handleOutput(context(4, "other/1.1", "nothing"), [{ id: 2 }])).rejects.toMatchObject({ code: "PreconditionFailed" });
    const expected = { etag: first.written?.etag, writeId: undefined, digest: undefined };
    await io().handleOutput(context(4, "other/1.1", expected), [{ id: 2 }]);
    expect(await writes("quakes")).toHaveLength(2);
  });

  it("refuse a write that follows an earlier event", async () => {
    const { io, writes } = lake({ mode: "append" });
    await io().handleOutput(context(9, "run/1.1"), [{ id: 1 }]);
    await expect(io().handleOutput(context(4, "late/1.1"), [{ id: 2 }])).rejects.toMatchObject({ code: "Conflict", asset: "quakes" });
    await io().handleOutput(context(12, "next/1.1"), [{ id: 3 }]);
    expect(await writes("quakes")).toHaveLength(2);
  });

  it("tell which write made what is stored, also after others", async () => {
    const { io } = lake({ mode: "append" });
    const handler = io();
    const first = context(4, "run/1.1");
    await handler.handleOutput(first, [{ id: 1 }]);
    await handler.handleOutput(new OutputContext({ assetName: "other", base: 5, writeId: "o/1.1", storageId }), [{ id: 1 }]);
    const look = new InputContext({ assetName: "quakes", storageId });
    expect(await handler.inspect(look)).toMatchObject({ path: "quakes", etag: first.written?.etag });
    expect(await handler.inspect(look, { digest: true })).toMatchObject({ writeId: "run/1.1", runId: "run", digest: first.contentVersion });
    await handler.remove(look);
    expect(await handler.inspect(look)).toBeUndefined();
    await expect(handler.handleOutput(context(2, "late/1.1"), [{ id: 2 }])).rejects.toMatchObject({ code: "Conflict" });
  });
});

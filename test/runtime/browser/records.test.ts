import { asset, Storage } from "edgewater";
import { embeddedStorage, sharedStorageCases, storageCases, temporaryRepository, temporaryStore } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { commitWrongBatches } from "../../unit/storage/wrong-batches.ts";

const fresh = (): string => `records-${crypto.randomUUID()}`;

function deleted(database: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(database);
    request.onsuccess = () => resolve(true);
    request.onerror = () => reject(request.error);
    request.onblocked = () => resolve(false);
  });
}

describe.each(storageCases())("Storage.embedded on IndexedDB", ({ name, run }) => {
  it(name, async () => {
    const database = fresh();
    const storage = await Storage.embedded(database);
    await run(storage);
    await storage.close();
    expect(await deleted(database)).toBe(true);
  });
});

describe.each(sharedStorageCases())("Storage.embedded on IndexedDB", ({ name, run }) => {
  it(name, async () => {
    const database = fresh();
    await run(() => Storage.embedded(database));
  });
});

it("Storage.embedded on IndexedDB takes and refuses the same wrong batches as memory, and what it takes is usable", async () => {
  await using storage = await Storage.embedded(fresh());
  const numRuns = rounds(300, 1500);
  expect(await commitWrongBatches(storage, { numRuns, seed: 20261128 })).toBeGreaterThan(numRuns / 20);
});

describe("a Storage that several threads have open", () => {
  it("loses no event and no increment", async () => {
    const database = fresh();
    const storage = await Storage.embedded(database);
    const workers = ["w1", "w2", "w3"].map((name) => {
      const worker = new Worker(new URL("./records-worker.ts", import.meta.url), { type: "module" });
      const done = new Promise<void>((resolve, reject) => {
        worker.onmessage = () => resolve();
        worker.onerror = (event) => reject(new Error(event.message));
      });
      worker.postMessage({ database, times: 15, name });
      return done.finally(() => worker.terminate());
    });
    const abort = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { id } of storage.subscribe({ signal: abort.signal, intervalMs: 2 })) seen.push(id);
    })();
    await Promise.all(workers);
    expect(await storage.kvGet("counter")).toEqual(new Uint8Array([45]));
    await expect.poll(() => seen.length).toBeGreaterThanOrEqual(45);
    abort.abort();
    await reading;
    const all = (await storage.getEventsForRun("run")).map(({ id }) => id);
    expect(seen).toEqual(all);
    await storage.close();
    expect(await deleted(database)).toBe(true);
  });
});

describe("a database that cannot be used", () => {
  const upgrade = (database: string, version: number, change: (from: IDBDatabase, transaction: IDBTransaction) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(database, version);
      request.onupgradeneeded = () => change(request.result, request.transaction as IDBTransaction);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
    });
  const stamped = async (stamp: { version: number; minReader: number; minWriter: number }): Promise<string> => {
    const database = fresh();
    await (await Storage.embedded(database)).close();
    await upgrade(database, stamp.version, (_, transaction) => void transaction.objectStore("meta").put(stamp, "stamp"));
    return database;
  };

  it("is refused when another program created it", async () => {
    const database = fresh();
    await upgrade(database, 1, (from) => void from.createObjectStore("mine"));
    await expect(Storage.embedded(database)).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining("use another name"),
    });
    expect(await deleted(database)).toBe(true);
  });

  it("is refused when it has a later version, unless its stamp allows it", async () => {
    const usable = await stamped({ version: 9, minReader: 1, minWriter: 1 });
    await using storage = await Storage.embedded(usable);
    expect(await storage.getRuns()).toEqual([]);
    const readable = await stamped({ version: 9, minReader: 1, minWriter: 8 });
    await expect(Storage.embedded(readable)).rejects.toMatchObject({
      code: "SchemaMismatch",
      message: expect.stringContaining("readOnly: true"),
    });
    await using reading = await Storage.embedded(readable, { readOnly: true });
    expect(await reading.getRuns()).toEqual([]);
    const unusable = await stamped({ version: 9, minReader: 7, minWriter: 8 });
    await expect(Storage.embedded(unusable, { readOnly: true })).rejects.toMatchObject({ code: "SchemaMismatch" });
    await expect(Storage.migrate(unusable)).rejects.toMatchObject({ code: "SchemaMismatch" });
  });
});

describe("a connection", () => {
  it("reopens after the database was deleted", async () => {
    const database = fresh();
    await using storage = await Storage.embedded(database);
    await storage.kvSet("a", new Uint8Array([1]));
    expect(await deleted(database)).toBe(true);
    expect(await storage.kvGet("a")).toBeUndefined();
    await storage.kvSet("a", new Uint8Array([2]));
    expect(await storage.kvGet("a")).toEqual(new Uint8Array([2]));
  });

  it("opens and closes many times in a row", async () => {
    const database = fresh();
    for (let round = 0; round < 100; round++) {
      await using storage = await embeddedStorage(database);
      await storage.kvSet("round", new Uint8Array([round]));
    }
    expect(await deleted(database)).toBe(true);
  });
});

describe("temporaryRepository and temporaryStore", () => {
  it("leave nothing behind", async () => {
    const one = asset({ name: "one" }, () => 1);
    {
      await using store = await temporaryStore();
      await store.put("a", "b");
      await using repository = await temporaryRepository({ assets: [one] });
      await repository.materialize();
      expect(await repository.load(one)).toBe(1);
    }
    const names = (await indexedDB.databases()).map(({ name = "" }) => name);
    expect(names.filter((name) => name.startsWith("edgewater-"))).toEqual([]);
  });
});

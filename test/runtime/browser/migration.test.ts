/** Brings IndexedDB databases of schema version 1 to this version, while tabs of version 1 are open. */
import { Storage } from "edgewater";
import { describe, expect, it } from "vitest";
import { checkStamp } from "../../../src/storage/schema-version.ts";
import v1 from "../../unit/storage/golden/v1/indexeddb.json" with { type: "json" };
import { type Dump, dump, restore } from "./golden.ts";

const fresh = async (): Promise<string> => {
  const database = `migration-${crypto.randomUUID()}`;
  await restore(database, v1 as Dump);
  return database;
};

function settle<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The stores that every commit of version 1 opened. */
const storesOf1 = ["meta", "events", "latest", "assets", "runs", "logs", "ticks", "kv", "dynamic"];

/** A tab of version 1, which closes its connection for an upgrade, and reopens the database at any version. */
async function oldTab(name: string): Promise<{ readonly commit: () => Promise<void>; readonly close: () => void }> {
  const opened = async (): Promise<IDBDatabase> => {
    const database = await settle(indexedDB.open(name, 1)).catch((error: DOMException) => {
      if (error.name !== "VersionError") throw error;
      return settle(indexedDB.open(name));
    });
    database.onversionchange = () => database.close();
    return database;
  };
  let database = await opened();
  const write = async (): Promise<void> => {
    const transaction = database.transaction(storesOf1, "readwrite");
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const { lastId, lastPosition } = await settle(transaction.objectStore("meta").get("counter"));
    const event = {
      id: lastId + 1,
      eventType: "Materialization",
      assetKey: "old",
      place: "",
      runId: "old",
      timestamp: 1,
      dataVersion: "v",
    };
    transaction.objectStore("events").add({ ...event, inputDataVersions: {}, metadata: {} });
    transaction.objectStore("meta").put({ lastId: lastId + 1, lastPosition }, "counter");
    await done;
  };
  return {
    commit: async () => {
      try {
        await write();
      } catch (error) {
        if ((error as Error).name !== "InvalidStateError") throw error;
        database = await opened();
        await write();
      }
    },
    close: () => database.close(),
  };
}

describe("an IndexedDB database of version 1", () => {
  it("is refused until it is migrated, also when it is only read, and stays as it is", async () => {
    const database = await fresh();
    const message = expect.stringMatching(/it has schema version 1, and this edgewater has 2; run Storage\.migrate\(…\) once/);
    for (const readOnly of [true, false])
      await expect(Storage.embedded(database, { readOnly })).rejects.toMatchObject({ code: "SchemaMismatch", message });
    expect(await dump(database)).toEqual(v1);
  });

  it("is migrated once by several at the same time, and again without a change", async () => {
    const database = await fresh();
    await Promise.all([1, 2, 3, 4].map(() => Storage.migrate(database)));
    const before = await dump(database);
    await Storage.migrate(database);
    expect(await dump(database)).toEqual(before);
    expect(before.version).toBe(2);
  });

  it("takes no commit of a tab of version 1 that was open during the migration, nor of one that opens later", async () => {
    const database = await fresh();
    const old = await oldTab(database);
    await old.commit();
    await Storage.migrate(database);
    const before = await dump(database);
    for (let attempt = 0; attempt < 3; attempt++) await expect(old.commit()).rejects.toMatchObject({ name: "NotFoundError" });
    const later = await oldTab(database);
    await expect(later.commit()).rejects.toMatchObject({ name: "NotFoundError" });
    for (const tab of [old, later]) tab.close();
    expect(await dump(database)).toEqual(before);
    await using storage = await Storage.embedded(database);
    expect(await storage.getEventsForAsset("old")).toHaveLength(1);
  });

  it("is refused by name by a tab of version 1 that opens it after the migration", async () => {
    const database = await fresh();
    await Storage.migrate(database);
    const meta = (await dump(database)).stores.find(({ name }) => name === "meta");
    const stamp = meta?.rows.find(({ key }) => key === "stamp")?.value;
    for (const readOnly of [true, false])
      expect(() => checkStamp("old", stamp as never, readOnly, 1)).toThrow(/use an edgewater with schema version 2 or later/);
  });
});

describe("a database of another program", () => {
  it("is refused by a migration, and stays as it is", async () => {
    const database = `foreign-${crypto.randomUUID()}`;
    const rows = [{ key: "a", value: 1 }];
    await restore(database, { version: 1, stores: [{ name: "mine", keyPath: null, indexes: [], rows }] });
    const before = await dump(database);
    await expect(Storage.migrate(database)).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining("use another name"),
    });
    expect(await dump(database)).toEqual(before);
  });
});

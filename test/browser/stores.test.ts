import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { objectStoreCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";

describe.each(objectStoreCases())("IndexedDBStore", ({ name, run }) => {
  it(name, async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    await run(store);
  });
});

describe.each(objectStoreCases({ keyMayBePrefix: false, pageObjects: 200 }))("OPFSStore", ({ name, run }) => {
  it(name, () => run(new OPFSStore(crypto.randomUUID())));
});

describe("IndexedDBStore", () => {
  it("finds what another connection wrote, and opens again after it was closed", async () => {
    const database = crypto.randomUUID();
    const first = new IndexedDBStore(database);
    await first.put("a", "one");
    await first.close();
    await using second = new IndexedDBStore(database);
    await second.put("a", "two");
    expect(await (await first.get("a")).text()).toBe("two");
    await first.close();
  });

  it("does not stand in the way of deleting the database", async () => {
    const database = crypto.randomUUID();
    const store = new IndexedDBStore(database);
    await store.put("a", "one");
    const deleted = await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(database);
      request.onsuccess = () => resolve(true);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });
    expect(deleted).toBe(true);
    await expect(store.get("a")).rejects.toMatchObject({ code: "NotFound" });
  });
});

import { Storage } from "edgewater";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";

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

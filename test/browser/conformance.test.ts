import { IndexedDBStore } from "edgewater/indexeddb";
import { fullObjectStoreCases } from "edgewater/testing";
import { describe, it } from "vitest";

describe.each(fullObjectStoreCases())("IndexedDBStore", ({ name, run }) => {
  it(name, async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    await run(store);
  });
});

import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { fullObjectStoreCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { hasSyncHandles, inWorker } from "./in-worker.ts";

describe.each(fullObjectStoreCases())("IndexedDBStore", ({ name, run }) => {
  it(name, async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    await run(store);
  });
});

// A page of ours has a few objects: they are as good as many for what lists them, and quicker to make.
const cases = fullObjectStoreCases({ pageObjects: 50 });

describe.each(cases)("OPFSStore", ({ name, run }) => {
  it(name, () => run(new OPFSStore(crypto.randomUUID())));
});

if (hasSyncHandles) {
  describe.each(cases)("OPFSStore in a worker", ({ name }) => {
    it(name, () => inWorker("conformance", { kind: "OPFSStore", name }));
  });
} else {
  it("OPFSStore in a worker of a browser that cannot write there says so", async () => {
    const put = inWorker("conformance", { kind: "OPFSStore", name: "returns the bytes that were put" });
    await expect(put).rejects.toThrow(/Cannot write "conformance\/bytes" in OPFSStore.*invalid state/);
  });
}

describe.each(fullObjectStoreCases())("IndexedDBStore in a worker", ({ name }) => {
  it(name, () => inWorker("conformance", { kind: "IndexedDBStore", name }));
});

import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { fullObjectStoreCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { breadth, ofBrowserStore } from "../../support/breadth.ts";
import { hasSyncHandles, inWorker } from "./in-worker.ts";

describe.each(fullObjectStoreCases())("IndexedDBStore", ({ name, run }) => {
  it(name, async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    await run(store);
  });
});

// The store lists without pages, so few objects test as much as many and are faster to write.
const cases = fullObjectStoreCases({ pageObjects: 50 });

describe.each(cases)("OPFSStore", ({ name, run }) => {
  it(name, { tags: ofBrowserStore(name) }, () => run(new OPFSStore(crypto.randomUUID())));
});

if (hasSyncHandles) {
  describe.each(cases)("OPFSStore in a worker", ({ name }) => {
    it(name, { tags: ofBrowserStore(name) }, () => inWorker("conformance", { kind: "OPFSStore", name }));
  });
} else {
  it("OPFSStore in a worker fails with the reason in a browser that cannot write there", async () => {
    const put = inWorker("conformance", { kind: "OPFSStore", name: "returns the bytes that were put" });
    await expect(put).rejects.toThrow(/Cannot write "conformance\/bytes" in OPFSStore.*invalid state/);
  });
}

// There it has the calls that it has in a window; "tabs.test.ts" has both at once.
describe.each(fullObjectStoreCases())("IndexedDBStore in a worker", ({ name }) => {
  it(name, { tags: [breadth] }, () => inWorker("conformance", { kind: "IndexedDBStore", name }));
});

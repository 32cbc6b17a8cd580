import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { objectStoreCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";

describe.each(objectStoreCases({ pageObjects: 200 }))("IndexedDBStore in a private window", ({ name, run }) => {
  it(name, () => run(new IndexedDBStore(crypto.randomUUID())));
});

describe("OPFSStore in a private window", () => {
  it("fails with NotSupported and the reason", async () => {
    const store = new OPFSStore("quakes");
    for (const call of [
      () => store.put("a", "one"),
      () => store.get("a"),
      () => store.head("a"),
      () => store.delete("a"),
      () => store.list().next(),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: "NotSupported",
        message: "OPFSStore(quakes) needs the Origin Private File System, which this browser refuses here, as in a private window",
        cause: expect.objectContaining({ name: "UnknownError" }),
      });
    }
  });
});

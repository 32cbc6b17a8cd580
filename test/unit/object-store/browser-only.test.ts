/** The errors of the browser stores in other runtimes. */
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { expect, it } from "vitest";

it.each([
  ["IndexedDBStore", new IndexedDBStore("quakes"), "IndexedDBStore(quakes) needs IndexedDB, which this runtime lacks"],
  ["OPFSStore", new OPFSStore("quakes"), "OPFSStore(quakes) needs the Origin Private File System, which this runtime lacks"],
])("%s fails with NotSupported in Node", async (_, store, message) => {
  for (const call of [
    () => store.put("a", "one"),
    () => store.get("a"),
    () => store.head("a"),
    () => store.delete("a"),
    () => store.list().next(),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "NotSupported", message, store: store.name });
  }
});

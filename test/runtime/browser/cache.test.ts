import { MemoryStore } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { certify } from "edgewater/testing";
import { withCache } from "edgewater/with";
import { describe, expect, it } from "vitest";
import { breadth } from "../../support/breadth.ts";

const all = { conditions: true, attributes: true, ranges: true, streams: true, pagination: true, delimiter: true, copies: true } as const;
const cached = () => withCache(new MemoryStore(), new IndexedDBStore(crypto.randomUUID()));

// The cache asks no more of IndexedDBStore than the conformance cases of that.
describe.each(certify(cached, { ...all, conditionalCopies: true, pageObjects: 50 }))("withCache over IndexedDBStore", ({ name, run }) => {
  it(name, { tags: [breadth] }, run);
});

it("serves the cache of another page after the store confirmed the etag", async () => {
  const source = new MemoryStore();
  await source.put("k", "body", { metadata: { a: "🌊" } });
  const database = crypto.randomUUID();
  await using first = new IndexedDBStore(database);
  await (await withCache(source, first).get("k")).text();
  await using second = new IndexedDBStore(database);
  const calls: string[] = [];
  const recording = {
    name: "Recording",
    get: async (...args: Parameters<MemoryStore["get"]>) => {
      calls.push(JSON.stringify(args));
      return source.get(...args);
    },
  };
  const opened = await withCache(recording, second).get("k");
  const { meta } = opened;
  expect([await opened.text(), meta.metadata]).toEqual(["body", { a: "🌊" }]);
  expect(calls).toEqual([expect.stringContaining(`"ifNoneMatch":${JSON.stringify(meta.etag)}`)]);
});

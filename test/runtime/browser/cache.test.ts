import { MemoryStore } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { certify } from "edgewater/testing";
import { withCache } from "edgewater/with";
import { describe, expect, it } from "vitest";

const all = { conditions: true, attributes: true, ranges: true, streams: true, pagination: true, delimiter: true, copies: true } as const;
const cached = () => withCache(new MemoryStore(), new IndexedDBStore(crypto.randomUUID()));

describe.each(certify(cached, { ...all, conditionalCopies: true, pageObjects: 50 }))("withCache over IndexedDBStore", ({ name, run }) => {
  it(name, run);
});

it("serves another page's cache after the store was asked once", async () => {
  const source = new MemoryStore();
  await source.put("k", "body", { metadata: { a: "🌊" } });
  const database = crypto.randomUUID();
  await using first = new IndexedDBStore(database);
  await (await withCache(source, first).get("k")).text();
  await using second = new IndexedDBStore(database);
  const asked: string[] = [];
  const noting = {
    name: "Noting",
    get: async (...args: Parameters<MemoryStore["get"]>) => {
      asked.push(JSON.stringify(args));
      return source.get(...args);
    },
  };
  const { meta, text } = await withCache(noting, second).get("k");
  expect([await text(), meta.metadata]).toEqual(["body", { a: "🌊" }]);
  expect(asked).toEqual([expect.stringContaining(`"ifNoneMatch":${JSON.stringify(meta.etag)}`)]);
});

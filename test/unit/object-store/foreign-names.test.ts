/** Names that are not keys are left out of the lists of every store, and counted in a warning of the trace. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KVStore } from "edgewater/kv";
import { LocalStore } from "edgewater/local";
import { R2Store } from "edgewater/r2";
import { UnstorageStore } from "edgewater/unstorage";
import { withPrefix, withTrace } from "edgewater/with";
import { createStorage } from "unstorage";
import httpDriver from "unstorage/drivers/http";
import memory from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { type Service, services } from "../../support/http-stores.ts";

const foreign = ["raw//x", "/x", "../x", "a\u0001b", "folder/", "x/./y"];

interface Listed {
  readonly names: string[];
  readonly results: { readonly entries?: number; readonly leftOut?: number; readonly warning?: string }[];
}

type Lists = Parameters<typeof withTrace>[0] & { readonly list: (...given: never[]) => AsyncIterable<object> };

async function listed(store: Lists, options?: object): Promise<Listed> {
  const results: Listed["results"] = [];
  const traced = withTrace(store, () => (result) => results.push(result)) as unknown as {
    readonly list: (prefix?: string, options?: object) => AsyncIterable<{ readonly key?: string; readonly prefix?: string }>;
  };
  const names: string[] = [];
  for await (const { key, prefix } of traced.list(undefined, options)) names.push(key ?? prefix ?? "");
  return { names, results };
}

const bucketOf = (service: Service, body: string): Lists =>
  service.make("http://server.test", { fetch: async () => new Response(body) }) as unknown as Lists;

describe.each(services.filter(({ name }) => name !== "HTTP"))("a list of $name", (service) => {
  it("leaves them out, and reports their number", async () => {
    const body = service.page(["good", ...foreign].map((key) => ({ key })));
    const { names, results } = await listed(bucketOf(service, body));
    expect(names).toEqual(["good"]);
    expect(results).toMatchObject([{ entries: 1, leftOut: foreign.length, warning: expect.stringContaining("not keys") }]);
    expect(results[0]?.warning).toMatch(/^[\x20-\x7e…]+$/);
  });

  it("leaves out prefixes that no key has", async () => {
    const body = service.page([], { prefixes: ["good/", "/", "raw//", "../"] });
    expect((await listed(bucketOf(service, body), { delimiter: "/" })).names).toEqual(["good/"]);
  });

  it("reports nothing when there are none", async () => {
    const { results } = await listed(bucketOf(service, service.page([{ key: "good" }])));
    expect(results[0]).toEqual({ durationMs: expect.any(Number), entries: 1 });
  });
});

it("a list of Azure leaves out names that AzureStore refuses", async () => {
  const [azure] = services.filter(({ name }) => name === "Azure") as [Service];
  const { names } = await listed(bucketOf(azure, azure.page(["good", "a\\b", "dot.", "dot./x"].map((key) => ({ key })))));
  expect(names).toEqual(["good"]);
});

describe("a list of R2Store", () => {
  const object = (key: string) => ({ key, size: 1, etag: "e", httpEtag: '"e"', uploaded: new Date(0) });
  const bucketWith = (list: () => object): R2Store =>
    new R2Store({ list: async () => list(), put: list, createMultipartUpload: list } as never);
  const empty = { delimitedPrefixes: [], truncated: false };

  it("leaves them out, and reports their number", async () => {
    const store = bucketWith(() => ({ ...empty, objects: ["good", ...foreign].map(object) }));
    const { names, results } = await listed(store);
    expect([names, results[0]?.leftOut]).toEqual([["good"], foreign.length]);
    const levels = bucketWith(() => ({ ...empty, objects: [], delimitedPrefixes: ["good/", "raw//"] }));
    expect((await listed(levels, { delimiter: "/" })).names).toEqual(["good/"]);
  });

  it.each([
    ["a page that goes on without a cursor", { truncated: true }],
    ["the same cursor without end", { truncated: true, cursor: "c" }],
  ])("is Unavailable after %s", async (_, more) => {
    const store = bucketWith(() => ({ ...empty, ...more, objects: [object("a")] }));
    await expect(listed(store)).rejects.toMatchObject({ code: "Unavailable" });
  });
});

describe("a list of KVStore", () => {
  const pair = (name: string) => ({ name, metadata: { size: 1, modified: 0 } });
  const gone = { getWithMetadata: async () => ({ value: null, metadata: null }) };

  it("leaves them out, and pairs that expire meanwhile", async () => {
    const list = async () => ({ keys: [...["good", ...foreign].map(pair), { name: "expired" }], list_complete: true });
    const { names, results } = await listed(new KVStore({ list, put: list, ...gone } as never));
    expect([names, results[0]?.leftOut]).toEqual([["good"], foreign.length]);
  });

  it.each([
    ["a page that goes on without a cursor", {}],
    ["the same cursor without end", { cursor: "c" }],
  ])("is Unavailable after %s", async (_, more) => {
    const list = async () => ({ keys: [pair("a")], list_complete: false, ...more });
    await expect(listed(new KVStore({ list, put: list, getWithMetadata: list } as never))).rejects.toMatchObject({ code: "Unavailable" });
  });
});

describe("UnstorageStore", () => {
  it("leaves out items that are not keys", async () => {
    const storage = createStorage({ driver: memory() });
    for (const item of ["good", "a%01b", "x:%2E%2E:y", "no%FF"]) await storage.setItemRaw(item, new Uint8Array(1));
    const { names, results } = await listed(new UnstorageStore(storage));
    expect([names, results[0]?.leftOut]).toEqual([["good"], 3]);
  });

  it("maps the statuses of the http driver, also that of a missing key", async () => {
    let status = 404;
    const server = createServer((_, response) => response.writeHead(status).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const store = new UnstorageStore(httpDriver({ base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
    try {
      await expect(store.get("missing")).rejects.toMatchObject({ code: "NotFound", key: "missing" });
      await expect(store.head("missing")).rejects.toMatchObject({ code: "NotFound" });
      status = 403;
      await expect(store.get("k")).rejects.toMatchObject({ code: "PermissionDenied" });
      await expect(store.put("k", "x")).rejects.toMatchObject({ code: "PermissionDenied" });
      status = 401;
      await expect(store.get("k")).rejects.toMatchObject({ code: "Unauthenticated" });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

it("a list of LocalStore leaves out files whose names stand for no key", async () => {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-foreign-"));
  try {
    const store = new LocalStore(folder);
    await store.put("good", "x");
    await store.put("a/b/c", "x");
    // A dot at the end of a segment is written like this, and so are control characters.
    await mkdir(join(folder, ".~2e"));
    await writeFile(join(folder, ".~2e", "x"), "x");
    await writeFile(join(folder, "a~01b"), "x");
    // A segment contains no slash, so these are files of another program, as "x~" is.
    await mkdir(join(folder, "a~2fb"));
    for (const name of ["a~2fb~2fc", "x~", "a~2fb/c"]) await writeFile(join(folder, name), "x");
    const { names, results } = await listed(store);
    expect([names, results[0]?.leftOut]).toEqual([["a/b/c", "good"], 2]);
    expect((await listed(store, { delimiter: "/" })).names).toEqual(["a/", "good"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("withPrefix passes the report on", async () => {
  const [s3] = services as [Service];
  const body = s3.page(["p/good", "p//x"].map((key) => ({ key })));
  const store = withPrefix(s3.make("http://server.test", { fetch: async () => new Response(body) }), "p");
  const { names, results } = await listed(store as unknown as Lists);
  expect([names, results[0]?.leftOut]).toEqual([["good"], 1]);
});

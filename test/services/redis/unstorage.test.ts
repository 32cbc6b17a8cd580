import { certify } from "edgewater/testing";
import { UnstorageStore } from "edgewater/unstorage";
import { createStorage } from "unstorage";
import redis from "unstorage/drivers/redis";
import { describe, expect, inject, it } from "vitest";

const options = { host: "127.0.0.1", ...inject("redis") };

describe.each(certify(() => new UnstorageStore(redis(options)), { atomic: false }))(
  "UnstorageStore with the redis driver",
  ({ name, run }) => {
    it(name, run);
  },
);

describe("UnstorageStore with the redis driver", () => {
  it("stores binary data, and another connection reads it", async () => {
    await using one = new UnstorageStore(redis({ ...options, base: "one" }));
    await using other = new UnstorageStore(redis({ ...options, base: "one" }));
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256);
    await one.put("a b/c:d", bytes);
    expect(await (await other.get("a b/c:d")).bytes()).toEqual(bytes);
    expect(await other.head("a b/c:d")).toMatchObject({ size: 100_000, etag: undefined });
  });

  it("does not dispose of a storage that was passed in", async () => {
    const storage = createStorage({ driver: redis({ ...options, base: "open" }) });
    const store = new UnstorageStore(storage);
    await store.put("k", "x");
    await store.close();
    expect(await (await store.get("k")).text()).toBe("x");
    await storage.dispose();
  });

  it("fails with Unavailable when the server is not reachable, and names store and key", async () => {
    const store = new UnstorageStore(redis({ host: "127.0.0.1", port: 1, maxRetriesPerRequest: 0, retryStrategy: () => null }));
    await expect(store.put("k", "x")).rejects.toMatchObject({ code: "Unavailable", store: "UnstorageStore(redis)", key: "k" });
  });
});

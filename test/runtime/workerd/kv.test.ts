import { env } from "cloudflare:workers";
import { KVStore } from "edgewater/kv";
import { certify } from "edgewater/testing";
import { describe, expect, it } from "vitest";

/** KV in pages of seven keys; a page of its own has a thousand, which take half a minute to write. */
const inPages = {
  put: (...args) => env.VALUES.put(...args),
  getWithMetadata: (key: string, type: "arrayBuffer") => env.VALUES.getWithMetadata(key, type),
  delete: (key) => env.VALUES.delete(key),
  list: (options) => env.VALUES.list({ ...options, limit: 7 } as typeof options),
} as typeof env.VALUES;

describe.each(certify(() => new KVStore(inPages), { attributes: true, consistent: false, pageObjects: 30 }))("KVStore", ({ name, run }) => {
  it(name, run);
});

describe("KVStore", () => {
  const store = new KVStore(env.VALUES);

  it("accepts a body of 25 MiB, and refuses a larger one before it writes", async () => {
    await store.put("large", new Uint8Array(25 * 1024 * 1024));
    expect((await store.head("large")).size).toBe(25 * 1024 * 1024);
    const put = store.put("large", new Uint8Array(25 * 1024 * 1024 + 1));
    await expect(put).rejects.toMatchObject({ code: "NotSupported", message: expect.stringContaining("25 MiB"), key: "large" });
    expect((await store.get("large")).meta.size).toBe(25 * 1024 * 1024);
  });

  it("accepts a key of 512 bytes of UTF-8, and refuses a longer one", async () => {
    const key = "é".repeat(256);
    await store.put(key, "x");
    expect(await (await store.get(key)).text()).toBe("x");
    for (const call of [
      () => store.put(`${key}a`, "x"),
      () => store.get(`${key}a`),
      () => store.head(`${key}a`),
      () => store.delete(`${key}a`),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "InvalidPath", message: expect.stringContaining("513 bytes") });
    }
  });

  it("accepts metadata up to the limit of KV, and reports how many bytes are too many", async () => {
    await store.put("attributes", "x", { metadata: { a: "" } });
    const { metadata } = await env.VALUES.getWithMetadata("attributes", "arrayBuffer");
    const room = 1024 - JSON.stringify(metadata).length;
    await store.put("attributes", "x", { metadata: { a: "x".repeat(room) } });
    expect((await store.head("attributes")).metadata["a"]).toHaveLength(room);
    const put = store.put("attributes", "y", { metadata: { a: "x".repeat(room + 3) } });
    await expect(put).rejects.toMatchObject({ code: "MetadataError", message: expect.stringContaining("3 bytes too long") });
    expect(await (await store.get("attributes")).text()).toBe("x");
  });

  it("reads pairs of other programs, with and without metadata", async () => {
    const put = env.VALUES.put.bind(env.VALUES) as (key: string, value: Uint8Array<ArrayBuffer>, options: object) => Promise<void>;
    await put("foreign/plain", new TextEncoder().encode("12345"), {});
    await put("foreign/other", new TextEncoder().encode("123"), { metadata: { size: "large" } });
    const sizes: Record<string, number> = {};
    for await (const { key, size } of store.list("foreign")) sizes[key] = size;
    expect(sizes).toEqual({ "foreign/other": 3, "foreign/plain": 5 });
    expect(await store.head("foreign/plain")).toMatchObject({ size: 5, contentType: undefined, metadata: {}, lastModified: undefined });
  });

  it.each([
    ["KV PUT failed: 429 Too Many Requests", "Unavailable"],
    ["KV PUT failed: 403 Forbidden", "PermissionDenied"],
  ])("maps %j to %s", async (message, code) => {
    const put = async (): Promise<never> => {
      throw new Error(message);
    };
    const failing = new KVStore({ put, getWithMetadata: put } as unknown as typeof env.VALUES, {
      retry: { maxRetries: 1, delayMs: 1, maxElapsedMs: 500 },
    });
    await expect(failing.put("k", "x")).rejects.toMatchObject({ code, message: expect.stringContaining(message), store: "KVStore" });
  });

  it("waits a second and retries when KV refuses a second write of a key", async () => {
    let failures = 1;
    const put: typeof env.VALUES.put = async (...args) => {
      if (failures-- > 0) throw new Error("KV PUT failed: 429 Too Many Requests");
      return env.VALUES.put(...args);
    };
    const busy = new KVStore({ put, getWithMetadata: put } as unknown as typeof env.VALUES);
    const start = Date.now();
    await busy.put("often", "x");
    expect(Date.now() - start).toBeGreaterThanOrEqual(990);
    expect(await (await store.get("often")).text()).toBe("x");
  });

  it("refuses a wrong retry policy", () => {
    expect(() => new KVStore(env.VALUES, { retry: { delayMs: -1 } })).toThrow(
      expect.objectContaining({ code: "SettingsError", field: "retry.delayMs", message: expect.stringContaining("KVStore") }),
    );
  });
});

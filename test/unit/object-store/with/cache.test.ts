import { type FullGetOptions, MemoryStore } from "edgewater";
import { withCache, withFaults, withTrace } from "edgewater/with";
import { array, assert, asyncProperty, constantFrom, nat } from "fast-check";
import { describe, expect, it, vi } from "vitest";

/** A store that records its calls and the number of bytes that were read. */
function source() {
  const sound = new MemoryStore();
  const calls: string[] = [];
  const read = { bytes: 0 };
  const store = withTrace(sound, ({ verb, key }) => {
    calls.push(`${verb} ${key}`);
    return ({ bytes = 0 }) => {
      if (verb === "read") read.bytes += bytes;
    };
  });
  return { sound, store, calls, read };
}

const textOf = async (store: Pick<MemoryStore, "get">, key: string, options?: FullGetOptions): Promise<string> =>
  (await store.get(key, options)).text();

const keysOf = async (store: MemoryStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys;
};

describe("withCache", () => {
  it("reads the bytes of an object once while the store confirms its etag", async () => {
    const { sound, store, read } = source();
    const cached = withCache(store, new MemoryStore());
    await sound.put("k", "body", { contentType: "a/b", metadata: { a: "🌊" } });
    const first = await cached.get("k");
    for (let round = 0; round < 3; round++) {
      const again = await cached.get("k");
      expect(await again.text()).toBe("body");
      expect(again.meta).toEqual(first.meta);
    }
    expect(read.bytes).toBe(4);
  });

  it("never serves an object that another writer replaced or deleted", async () => {
    const { sound, store } = source();
    const cached = withCache(store, new MemoryStore());
    await sound.put("k", "one");
    expect(await textOf(cached, "k")).toBe("one");
    await sound.put("k", "two");
    expect(await textOf(cached, "k")).toBe("two");
    await sound.delete("k");
    await expect(cached.get("k")).rejects.toMatchObject({ code: "NotFound" });
    await sound.put("k", "three");
    expect(await textOf(cached, "k")).toBe("three");
  });

  it("serves without asking the store up to maxAgeMs, but never an object that it replaced itself", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const { sound, store, calls } = source();
      const cached = withCache(store, new MemoryStore(), { maxAgeMs: 1000 });
      expect(cached.consistency).toBe("eventual");
      await sound.put("k", "one");
      await cached.get("k");
      await sound.put("k", "two");
      vi.advanceTimersByTime(999);
      expect(await textOf(cached, "k")).toBe("one");
      vi.advanceTimersByTime(1);
      expect(await textOf(cached, "k")).toBe("two");
      vi.advanceTimersByTime(1000);
      calls.length = 0;
      for (let round = 0; round < 3; round++) expect(await textOf(cached, "k")).toBe("two");
      expect(calls).toEqual(["get k"]);
      await cached.put("k", "mine");
      expect(await textOf(cached, "k")).toBe("mine");
      await cached.copy("k", "copy");
      await cached.get("copy");
      await cached.delete(["k", "copy"]);
      for (const key of ["k", "copy"]) await expect(cached.get(key)).rejects.toMatchObject({ code: "NotFound" });
    } finally {
      vi.useRealTimers();
    }
  });

  it("does not cache a read that started before a write and ended after it", async () => {
    const sound = new MemoryStore();
    await sound.put("k", "old");
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isFirst = true;
    const store = {
      ...withTrace(sound, () => undefined),
      get: async (key: string, options?: FullGetOptions) => {
        const opened = await sound.get(key, options);
        if (isFirst) {
          isFirst = false;
          await held;
        }
        return opened;
      },
    };
    const cached = withCache(store, new MemoryStore(), { maxAgeMs: 60_000 });
    const slow = textOf(cached, "k");
    await new Promise((resolve) => setTimeout(resolve, 5));
    await cached.put("k", "new");
    release?.();
    expect(await slow).toBe("old");
    expect(await textOf(cached, "k")).toBe("new");
  });

  it("takes ranges from a cached object, and reads them from the store otherwise", async () => {
    const { sound, store, calls } = source();
    const cache = new MemoryStore();
    const cached = withCache(store, cache, { maxAgeMs: 60_000 });
    await sound.put("k", "0123456789");
    expect(await textOf(cached, "k", { range: { start: 2, end: 4 } })).toBe("23");
    expect(await keysOf(cache)).toEqual([]);
    await cached.get("k");
    calls.length = 0;
    const part = await cached.get("k", { range: { start: 2, end: 4 } });
    expect([part.meta.size, await part.text()]).toEqual([10, "23"]);
    await expect(cached.get("k", { range: { start: 10 } })).rejects.toMatchObject({ code: "InvalidRange" });
    expect(calls).toEqual([]);
  });

  it("stays within its size, and evicts the least recently used objects", async () => {
    const { sound, store } = source();
    const cache = new MemoryStore();
    const make = () => withCache(store, cache, { maxObjectBytes: 1000, maxBytes: 3500 });
    const cached = make();
    for (const key of ["a", "b", "c", "d"]) await sound.put(key, "x".repeat(900));
    await sound.put("large", "x".repeat(1001));
    for (const key of ["a", "b", "c", "large", "a", "d"]) await textOf(cached, key);
    expect(await keysOf(cache)).toEqual(["a", "c", "d"]);
    // A second cache over the same store finds the existing entries.
    await sound.put("e", "x".repeat(900));
    await textOf(make(), "e");
    expect(await keysOf(cache)).toHaveLength(3);
  });

  it("serves the right object over a cache that is damaged or fails", async () => {
    const { sound, store } = source();
    const cache = new MemoryStore();
    await sound.put("k", "right");
    for (const wrong of ["", "{}", "{}\nwrong", '{"key":"k","size":5,"readAt":9e15}', '{"key":"other","size":5,"readAt":9e15}\nwrong']) {
      await cache.put("k", wrong);
      expect(await textOf(withCache(store, cache, { maxAgeMs: 60_000 }), "k")).toBe("right");
    }
    const failing = withCache(
      store,
      withFaults(cache, ({ number }) => (number > 3 ? "before" : undefined)),
      { maxAgeMs: 60_000 },
    );
    expect(await textOf(failing, "k")).toBe("right");
    await failing.put("k", "new");
    expect(await textOf(failing, "k")).toBe("new");
  });

  it("serves what the store holds after any sequence of reads and writes", async () => {
    const key = constantFrom("a", "b");
    const action = constantFrom("get", "put", "foreign", "delete", "copy");
    await assert(
      asyncProperty(
        array(
          key.chain((k) => action.map((verb) => ({ k, verb }))),
          { maxLength: 30 },
        ),
        nat(300),
        async (steps, maxBytes) => {
          const sound = new MemoryStore();
          const cached = withCache(sound, new MemoryStore(), { maxBytes });
          const other = (k: string): string => (k === "a" ? "b" : "a");
          for (const [index, { k, verb }] of steps.entries()) {
            if (verb === "put") await cached.put(k, `own ${index}`);
            if (verb === "foreign") await sound.put(k, `foreign ${index}`);
            if (verb === "delete") await cached.delete(k);
            if (verb === "copy") await cached.copy(k, other(k)).catch(() => undefined);
            const missing = (): undefined => undefined;
            expect(await textOf(cached, k).catch(missing)).toBe(await textOf(sound, k).catch(missing));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ["maxObjectBytes", -1],
    ["maxBytes", Number.NaN],
    ["maxAgeMs", -5],
    ["maxBytes", "1 MiB"],
  ])("refuses a %s of %s", (field, value) => {
    const options = { [field]: value } as { maxBytes: number };
    expect(() => withCache(new MemoryStore(), new MemoryStore(), options)).toThrow(
      expect.objectContaining({
        code: "SettingsError",
        field,
        message: expect.stringContaining(`Invalid ${field} of withCache(MemoryStore)`),
      }),
    );
  });
});

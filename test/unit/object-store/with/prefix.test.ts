import { MemoryStore } from "edgewater";
import { withPrefix } from "edgewater/with";
import { describe, expect, it } from "vitest";

const keysOf = async (list: AsyncIterable<{ key: string } | { prefix: string }>): Promise<string[]> => {
  const all: string[] = [];
  for await (const entry of list) all.push("prefix" in entry ? entry.prefix : entry.key);
  return all;
};

describe("withPrefix", () => {
  it("stores everything below the prefix, and returns relative keys", async () => {
    const whole = new MemoryStore();
    const store = withPrefix(whole, "tenants/7/");
    await whole.put("tenants/70/other", "x");
    await store.put("a/b", "x");
    await store.copy("a/b", "c");
    expect(await keysOf(whole.list())).toEqual(["tenants/7/a/b", "tenants/7/c", "tenants/70/other"]);
    expect(await keysOf(store.list())).toEqual(["a/b", "c"]);
    expect(await keysOf(store.list("", { delimiter: "/", startAfter: "a" }))).toEqual(["a/", "c"]);
    expect((await store.get("a/b")).meta.key).toBe("a/b");
    expect((await store.head("c")).key).toBe("c");
    await store.delete(["c", "missing"]);
    expect(await keysOf(store.list())).toEqual(["a/b"]);
  });

  it("has the prefix in its name, and relative keys in its errors", async () => {
    const store = withPrefix(withPrefix(new MemoryStore(), "a"), 'b "c"');
    expect(store.name).toBe('MemoryStore/a/b "c"');
    await store.put("k", "x", { mode: "create" });
    for (const [call, code, message] of [
      [() => store.get("missing"), "NotFound", 'No object "missing" in MemoryStore/a/b "c"'],
      [() => store.put("k", "y", { mode: "create" }), "AlreadyExists", 'Cannot write "k" in MemoryStore/a/b "c": it already exists'],
      [() => store.copy("missing", "k"), "NotFound", 'No object "missing" in MemoryStore/a/b "c"'],
      [() => store.get("../k"), "InvalidPath", 'Invalid key "../k": it has a segment ".."'],
    ] as const) {
      const error = await call().then(
        () => undefined,
        (caught: unknown) => caught,
      );
      expect(error).toMatchObject({ code, message, store: store.name });
      expect((error as { key: string }).key).not.toContain('b "c"');
    }
  });

  it("keeps the cause and the outcome of an error", async () => {
    const cause = new Error("below");
    const stream = new ReadableStream({ pull: (controller) => controller.error(cause) });
    await expect(withPrefix(new MemoryStore(), "p").put("k", stream)).rejects.toMatchObject({ code: "Unavailable", cause, key: "k" });
  });

  it("refuses an invalid prefix", () => {
    expect(() => withPrefix(new MemoryStore(), "../up")).toThrow(expect.objectContaining({ code: "InvalidPath" }));
  });
});

import { MemoryStore } from "edgewater";
import { type ChooseFault, type RetryPolicy, withFaults, withRetry } from "edgewater/with";
import { describe, expect, it } from "vitest";

const policy = { maxRetries: 3, delayMs: 0 };
const first = (count: number, fault: ReturnType<ChooseFault>): ChooseFault => {
  let rest = count;
  return () => (rest-- > 0 ? fault : undefined);
};

function made(choose: ChooseFault) {
  const sound = new MemoryStore();
  const calls: string[] = [];
  const store = withRetry(
    withFaults(sound, (call) => {
      calls.push(call.verb);
      return choose(call);
    }),
    policy,
  );
  return { sound, store, calls };
}

describe("withRetry", () => {
  it("retries a call that fails with Unavailable, as often as the policy allows", async () => {
    const passing = made(first(3, "before"));
    await passing.store.put("k", "x");
    expect(passing.calls).toHaveLength(4);
    const failing = made(first(9, "before"));
    await expect(failing.store.put("k", "x")).rejects.toMatchObject({ code: "Unavailable" });
    expect(failing.calls).toHaveLength(4);
  });

  it("does not retry other errors", async () => {
    const { store, calls } = made(() => undefined);
    await store.put("k", "x", { mode: "create" });
    await expect(store.put("k", "x", { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    await expect(store.get("missing")).rejects.toMatchObject({ code: "NotFound" });
    expect(calls).toHaveLength(3);
  });

  it.each(["put", "copy"] as const)("does not retry a conditional %s that may have been done", async (verb) => {
    const { store, sound, calls } = made(({ verb: called }) => (called === verb ? "after" : undefined));
    await sound.put("source", "x");
    const write = verb === "put" ? store.put("k", "x", { mode: "create" }) : store.copy("source", "k", { mode: "create" });
    await expect(write).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown" });
    expect(calls).toHaveLength(1);
    expect(await (await sound.get("k")).text()).toBe("x");
  });

  it("retries the write of a stream only if nothing was read from it", async () => {
    const unread = made(first(2, "before"));
    await unread.store.put("k", new Blob(["whole"]).stream());
    expect(await (await unread.sound.get("k")).text()).toBe("whole");
    const read = made(first(1, "after"));
    await expect(read.store.put("k", new Blob(["whole"]).stream())).rejects.toMatchObject({ code: "Unavailable" });
    expect(read.calls).toHaveLength(1);
  });

  it("reads a body again that broke off, if the object has the same etag", async () => {
    const { sound, store } = made(first(2, { breakOff: 3 }));
    await sound.put("k", "0123456789");
    expect(await (await store.get("k", { range: { start: 2 } })).text()).toBe("23456789");
  });

  it("does not combine the metadata of one version with the body of another", async () => {
    const { sound, store } = made(first(1, { breakOff: 3 }));
    await sound.put("k", "0123456789");
    const opened = await store.get("k");
    await sound.put("k", "other");
    await expect(opened.text()).rejects.toMatchObject({ code: "Unavailable" });
  });

  it("continues a list after its last entry, also over a store without pagination", async () => {
    for (const isPaged of [true, false]) {
      const sound = new MemoryStore();
      for (let index = 0; index < 20; index++) await sound.put(`k${String(index).padStart(2, "0")}`, "x");
      let lists = 0;
      const breaking = {
        name: "Breaking",
        list: async function* (prefix?: string, options: { startAfter?: string; limit?: number } = {}) {
          let given = 0;
          lists++;
          for await (const meta of sound.list(prefix, isPaged ? options : {})) {
            if (given++ === 6 && lists < 4) await withFaults(sound, () => "before").head("k00");
            yield meta;
          }
        },
      };
      const keys: string[] = [];
      for await (const { key } of withRetry(breaking, policy).list("", isPaged ? { limit: 15 } : {})) keys.push(key);
      expect(keys).toEqual(Array.from({ length: isPaged ? 15 : 20 }, (_, index) => `k${String(index).padStart(2, "0")}`));
    }
  });

  it("ends the wait when the signal is aborted", async () => {
    const store = withRetry(
      withFaults(new MemoryStore(), () => "before"),
      { maxRetries: 8, delayMs: 100_000 },
    );
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 5);
    await expect(store.get("k", { signal: controller.signal })).rejects.toMatchObject({ code: "Aborted", cause: reason });
  });

  it.each([
    ["maxRetries", 1.5],
    ["delayMs", -1],
    ["jitter", "some"],
  ])("refuses a policy with a %s of %s", (field, value) => {
    expect(() => withRetry(new MemoryStore(), { [field]: value } as RetryPolicy)).toThrow(
      expect.objectContaining({ code: "SettingsError", field: `retry.${field}` }),
    );
  });
});

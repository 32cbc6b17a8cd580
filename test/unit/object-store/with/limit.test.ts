import { MemoryStore } from "edgewater";
import { withFaults, withLimit, withTrace } from "edgewater/with";
import { describe, expect, it } from "vitest";

/** A slow store that records the order of its calls and how many ran at once. */
function slow() {
  let now = 0;
  const seen = { most: 0, order: [] as string[] };
  const delayed = withFaults(new MemoryStore(), () => ({ delayMs: 3 }));
  const store = withTrace(delayed, ({ verb, key }) => {
    if (verb === "read") return undefined;
    seen.order.push(key);
    seen.most = Math.max(seen.most, ++now);
    return () => void now--;
  });
  return { store, seen };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("withLimit", () => {
  it("runs no more calls at once than the limit, in the order in which they were made", async () => {
    const { store, seen } = slow();
    const limited = withLimit(store, 3);
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => limited.put(key, "x")));
    expect(seen.most).toBe(3);
    expect(seen.order).toEqual(keys);
    await Promise.all(keys.map(async (key) => (await limited.get(key)).bytes()));
    await Promise.all([limited.head("k1"), limited.delete(["k1", "k2"]), limited.copy("k3", "k4"), limited.head("k5")]);
    expect(seen.most).toBe(3);
  });

  it("counts a get until its body was read or cancelled", async () => {
    const limited = withLimit(slow().store, 1);
    await limited.put("k", "body");
    for (const finish of ["read", "cancel"] as const) {
      const reader = (await limited.get("k")).stream().getReader();
      await reader.read();
      let isDone = false;
      const head = limited.head("k").then(() => {
        isDone = true;
      });
      await pause(20);
      expect(isDone).toBe(false);
      await reader[finish]();
      await head;
    }
  });

  it("does not count a body that nobody starts to read, or that a put of the same store reads", async () => {
    const limited = withLimit(new MemoryStore(), 1);
    await limited.put("k", "body");
    await limited.get("k");
    await limited.get("k");
    await limited.put("copy", (await limited.get("k")).stream());
    expect(await (await limited.get("copy")).text()).toBe("body");
  });

  it("does not count a list between its entries, nor a call that failed", async () => {
    const limited = withLimit(new MemoryStore(), 1);
    for (const key of ["a", "b"]) await limited.put(key, key);
    const bodies: string[] = [];
    for await (const { key } of limited.list()) bodies.push(await (await limited.get(key)).text());
    expect(bodies).toEqual(["a", "b"]);
    await expect(limited.get("missing")).rejects.toMatchObject({ code: "NotFound" });
    await limited.head("a");
  });

  it("ends the wait of a call whose signal is aborted, and does not count it", async () => {
    const limited = withLimit(slow().store, 1);
    const writing = limited.put("k", "x");
    const controller = new AbortController();
    const waiting = limited.put("other", "x", { signal: controller.signal });
    const last = limited.put("last", "x");
    controller.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "Aborted", cause: "enough", key: "other" });
    await Promise.all([writing, last]);
    await expect(limited.head("other")).rejects.toMatchObject({ code: "NotFound" });
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a limit of %s", (limit) => {
    const message = `Invalid limit of withLimit(MemoryStore): ${limit}; expected a whole number, 1 or more`;
    expect(() => withLimit(new MemoryStore(), limit)).toThrow(expect.objectContaining({ code: "SettingsError", field: "limit", message }));
  });
});

import { MemoryStore } from "edgewater";
import { randomFaults, withFaults } from "edgewater/testing";
import { describe, expect, it } from "vitest";

describe("withFaults", () => {
  it("fails before a call without doing it, or after it as if the response was lost", async () => {
    const sound = new MemoryStore();
    const store = withFaults(sound, ({ number }) => ([undefined, "before", "after", "after"] as const)[number]);
    const put = (key: string, mode: "overwrite" | "create") => store.put(key, "x", { mode });
    await expect(put("before", "overwrite")).rejects.toMatchObject({
      code: "Unavailable",
      outcome: undefined,
      store: "MemoryStore",
      key: "before",
    });
    await expect(put("after", "overwrite")).rejects.toMatchObject({ code: "Unavailable", outcome: undefined });
    await expect(put("created", "create")).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown" });
    await put("fine", "create");
    const keys: string[] = [];
    for await (const { key } of sound.list()) keys.push(key);
    expect(keys).toEqual(["after", "created", "fine"]);
  });

  it("breaks off the body of a get, read as bytes or as a stream", async () => {
    const store = withFaults(new MemoryStore(), ({ verb }) => (verb === "get" ? { breakOff: 10 } : undefined));
    await store.put("short", "0123456789");
    await store.put("long", "0123456789a");
    expect(await (await store.get("short")).text()).toBe("0123456789");
    const opened = await store.get("long");
    await expect(opened.bytes()).rejects.toMatchObject({ code: "Unavailable" });
    await expect(new Response(opened.stream()).text()).rejects.toBeDefined();
  });

  it("delays a call, and does not do it when the signal is aborted meanwhile", async () => {
    const sound = new MemoryStore();
    const store = withFaults(sound, () => ({ delayMs: 60_000 }));
    await expect(store.put("k", "x", { signal: AbortSignal.timeout(5) })).rejects.toMatchObject({ code: "Aborted" });
    await expect(sound.head("k")).rejects.toMatchObject({ code: "NotFound" });
  });
});

describe("randomFaults", () => {
  const chosen = (seed: number, percent: number) => {
    const choose = randomFaults({ seed, percent, kinds: ["before", "after"] });
    return Array.from({ length: 4000 }, (_, number) => choose({ verb: "put", key: "k", number }));
  };

  it("are the same for the same seed, and different for another", () => {
    expect(chosen(1, 20)).toEqual(chosen(1, 20));
    expect(chosen(1, 20)).not.toEqual(chosen(2, 20));
  });

  it.each([0, 1, 2 ** 31])("have the right number and kinds, with seed %s", (seed) => {
    const faults = chosen(seed, 25);
    for (const kind of ["before", "after"]) expect(faults.filter((fault) => fault === kind).length / 4000).toBeCloseTo(0.125, 1);
    expect(chosen(seed, 0).filter(Boolean)).toEqual([]);
  });

  it.each([-1, 101, Number.NaN])("refuse a percentage of %s", (percent) => {
    expect(() => randomFaults({ seed: 1, percent })).toThrow(expect.objectContaining({ code: "SettingsError", field: "percent" }));
  });
});

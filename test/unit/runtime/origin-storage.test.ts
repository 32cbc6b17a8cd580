import { originStorage, persist } from "edgewater";
import { afterEach, describe, expect, it, vi } from "vitest";

const unknown = { persisted: undefined, usage: undefined, quota: undefined };

afterEach(() => vi.unstubAllGlobals());

describe("persist", () => {
  it("says that nothing is known where there is no storage of an origin, as in Node", async () => {
    expect(await persist()).toEqual(unknown);
    expect(await originStorage()).toEqual(unknown);
    vi.stubGlobal("navigator", undefined);
    expect(await persist()).toEqual(unknown);
  });

  it("asks once, and not when it was granted before", async () => {
    let persisted = false;
    const ask = vi.fn(async () => {
      persisted = true;
      return persisted;
    });
    const storage = { persisted: async () => persisted, persist: ask, estimate: async () => ({ usage: 1, quota: 2 }) };
    vi.stubGlobal("navigator", { storage });
    expect(await originStorage()).toEqual({ persisted: false, usage: 1, quota: 2 });
    expect(await persist()).toEqual({ persisted: true, usage: 1, quota: 2 });
    expect(await persist()).toEqual({ persisted: true, usage: 1, quota: 2 });
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("tells what a worker can know, which cannot ask", async () => {
    vi.stubGlobal("navigator", { storage: { persisted: async () => false, estimate: () => Promise.reject(new Error("no")) } });
    expect(await persist()).toEqual({ ...unknown, persisted: false });
  });
});

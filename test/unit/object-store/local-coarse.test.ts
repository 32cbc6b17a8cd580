/** LocalStore on a disk that keeps whole seconds. */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

const fs = "../../../src/object-store/local/fs.ts";
let LocalStore: typeof import("edgewater/local").LocalStore;
// Files share their modules with the files after them, which must get the real ones.
beforeAll(async () => {
  vi.resetModules();
  vi.doMock(fs, async (original) => {
    const real = await original<typeof import("../../../src/object-store/local/fs.ts")>();
    const whole = (seconds: number | string | Date): number => Math.floor(Number(seconds));
    const futimesSync: typeof real.futimesSync = (file, _, seconds) => real.futimesSync(file, whole(seconds), whole(seconds));
    return { ...real, futimesSync };
  });
  ({ LocalStore } = await import("edgewater/local"));
});
afterAll(() => {
  vi.doUnmock(fs);
  vi.resetModules();
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("LocalStore on a disk that keeps whole seconds", () => {
  it.each([
    ["without attributes", { metadata: {} }],
    ["with attributes", { metadata: { a: "b" } }],
  ])("gives every write another etag and refuses stale conditions: %s", async (_, options) => {
    const store = new LocalStore(folder);
    const seen = new Set<string | undefined>();
    for (let turn = 0; turn < 6; turn++) {
      const { etag = "" } = await store.put("k", `A${turn % 3}`, options);
      expect(await new LocalStore(folder).head("k")).toMatchObject({ etag, state: "written", ...options });
      await store.put("k", "B0", options);
      await expect(store.put("k", "C0", { mode: { ifMatch: etag } })).rejects.toMatchObject({ code: "PreconditionFailed" });
      seen.add(etag);
      if (turn % 3 === 0) await store.delete("k");
    }
    expect(seen.size).toBe(6);
    expect((await stat(join(folder, "k"))).mtimeMs % 1000).toBe(0);
  });

  it("reports a changed file, and writes streams and large bodies", async () => {
    const store = new LocalStore(folder);
    for (const body of [new Blob(["x".repeat(100_000)]).stream(), "y".repeat(9_000_000)]) {
      const { etag } = await store.put("k", body);
      expect(await store.head("k")).toMatchObject({ etag, state: "written" });
    }
    expect((await Array.fromAsync(store.list())).map(({ etag }) => etag)).toEqual([(await store.head("k")).etag]);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FullObjectStore, MemoryStore } from "edgewater";
import { LocalStore } from "edgewater/local";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true }));

const child = (...args: string[]) =>
  spawn(process.execPath, [join(import.meta.dirname, "local-process.ts"), folder, ...args], { stdio: "inherit" });

describe("LocalStore used by several processes", () => {
  it("counts to 100 when 4 processes make 25 conditional increments each", async () => {
    const store = new LocalStore(folder);
    await store.put("counter", "0");
    const codes = await Promise.all([1, 2, 3, 4].map(async () => (await once(child("25"), "exit"))[0]));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(await (await store.get("counter")).text()).toBe("100");
  });

  it("waits for a lock while its owner lives, and takes it over when its owner was killed", async () => {
    const store = new LocalStore(folder);
    const { etag = "" } = await store.put("counter", "0");
    const holder = child("hold");
    while (!existsSync(join(folder, "held~"))) await new Promise((resolve) => setTimeout(resolve, 10));
    const signal = AbortSignal.timeout(300);
    await expect(store.put("counter", "1", { mode: { ifMatch: etag }, signal })).rejects.toMatchObject({ code: "Aborted" });
    await expect(store.put("counter", "1", { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ code: "Aborted" });
    const exited = once(holder, "exit");
    holder.kill("SIGKILL");
    const waiting = store.put("counter", "1", { mode: { ifMatch: etag } });
    await Promise.all([exited, waiting]);
    expect(await (await store.get("counter")).text()).toBe("1");
    expect(await readdir(join(folder, ".tmp~"))).toEqual([]);
  });
});

describe.each([
  ["MemoryStore", () => new MemoryStore(), (store: FullObjectStore, key: string) => store.put(key, "")],
  // Files of another program, which are listed alike: a write of the store takes a millisecond.
  ["LocalStore", () => new LocalStore(folder), (_: FullObjectStore, key: string) => writeFile(join(folder, key), "")],
] as const)("%s", (_, make, write) => {
  it("lists more than 10,000 keys in order", async () => {
    const store = make();
    const keys = Array.from({ length: 10_050 }, (_, index) => `many/${index % 10}/${String(index).padStart(5, "0")}`);
    for (let index = 0; index < 10; index++) await mkdir(join(folder, "many", String(index)), { recursive: true });
    for (const key of keys) await write(store, key);
    const listed = await Array.fromAsync(store.list("many"), ({ key }) => key);
    expect(listed).toEqual(keys.toSorted());
  });
});

/** Claims that dead, foreign and older processes left in the folder of a LocalStore. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "edgewater/local";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { crc32, crcText } from "../../../src/encoding/crc32.ts";
import { shortHash } from "../../../src/encoding/hash.ts";
import { ClaimOwner } from "../../../src/object-store/local/claim-owner.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true }));

const hash = shortHash("k");
const foreign = "12345-678-anothermachine-random";
const dead = (): string => new ClaimOwner().name.replace(/-\d*-/, "-1-");
const attributes = { metadata: { by: "me" } };
const record = (fields: object): string => `${JSON.stringify({ v: 1, key: "k", etag: "foreign", crc32: "00000000", ...fields })}\n`;

/** Leaves files in the temporary folder. */
async function leave(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, ".tmp~", name, ".."), { recursive: true });
    await writeFile(join(folder, ".tmp~", name), text);
  }
}

/** The claims that a write of "k" may leave behind when its process dies, by what is left. */
const claims = (owner: string): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  "a plain claim": { [`d.${hash}.1.${owner}`]: "theirs" },
  "a record and its bytes": { [`t.1.${owner}`]: "theirs", [`k.${hash}.1.${owner}`]: record({ size: 6, mtime: 5 }) },
  "a plain claim and its record": { [`d.${hash}.1.${owner}`]: "theirs", [`k.${hash}.1.${owner}`]: record({ size: 6, mtime: 5 }) },
  "a record without bytes": { [`k.${hash}.1.${owner}`]: record({ size: 6, mtime: 5 }) },
  "half a record": { [`t.1.${owner}`]: "theirs", [`k.${hash}.1.${owner}`]: '{"v":1,"ke' },
  "an empty record": { [`k.${hash}.1.${owner}`]: "" },
  "a delete": { [`k.${hash}.1.${owner}`]: '{"v":1,"key":"k","isDelete":true}\n' },
  "an accept": { [`k.${hash}.1.${owner}`]: '{"v":1,"key":"k","isAccept":true}\n' },
  "a claim of another key with the same hash": { [`k.${hash}.1.${owner}`]: record({ key: "other", size: 6, mtime: 5 }) },
});

describe.each(Object.keys(claims("")))("a claim of a dead process: %s", (name) => {
  it.each([
    ["before the first write", true],
    ["between two writes", false],
  ])("is removed, and the object stays as it was: %s", async (_, isFirst) => {
    const store = new LocalStore(folder);
    const { etag = "" } = await store.put("k", "mine", attributes);
    await leave(claims(dead())[name] ?? {});
    const reader = new LocalStore(folder);
    expect(await reader.head("k")).toMatchObject({ etag, ...attributes });
    const writer = isFirst ? new LocalStore(folder) : store;
    const next = await writer.put("k", "next", { mode: { ifMatch: etag } });
    expect(await reader.head("k")).toMatchObject({ etag: next.etag, metadata: {} });
    await writer.delete("k");
    expect(readdirSync(join(folder, ".tmp~"))).toEqual(name.includes("another key") && !isFirst ? [expect.stringMatching(/^k\./)] : []);
    expect(readdirSync(folder)).toEqual([".tmp~"]);
  });
});

describe("a record whose writer died after it published the object", () => {
  /** Leaves the object and the claim of a put that was killed right after its publication. */
  async function publishOnly(owner: string): Promise<string> {
    const other = join(folder, "other");
    const store = new LocalStore(other);
    const { etag = "" } = await store.put("k", "theirs", { metadata: { by: "them" } });
    const text = readFileSync(join(other, ".meta~/k~.json"), "utf8");
    await leave({ [`k.${hash}.1.${owner}`]: text });
    const { renameSync } = await import("node:fs");
    renameSync(join(other, "k"), join(folder, "k"));
    await rm(other, { recursive: true });
    return etag;
  }

  it("is found by readers, and brought to its place by the next process that writes", async () => {
    await new LocalStore(folder).put("k", "old", attributes);
    const etag = await publishOnly(dead());
    const store = new LocalStore(folder);
    const theirs = { etag, metadata: { by: "them" }, state: "written" };
    expect(await store.head("k")).toMatchObject(theirs);
    expect((await store.get("k")).meta).toMatchObject(theirs);
    expect(await Array.fromAsync(store.list())).toMatchObject([{ key: "k", etag }]);
    await store.put("another", "x");
    expect(readdirSync(join(folder, ".tmp~"))).toEqual([]);
    expect(existsSync(join(folder, ".meta~/k~.json"))).toBe(true);
    expect(await store.head("k")).toMatchObject(theirs);
  });

  it("is the condition of the next write", async () => {
    const store = new LocalStore(folder);
    await store.put("k", "old");
    const etag = await publishOnly(dead());
    await expect(store.put("k", "x", { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    await store.put("k", "mine", { mode: { ifMatch: etag } });
    expect(await store.head("k")).toMatchObject({ metadata: {} });
  });
});

describe("a claim of a process on another machine", () => {
  it("holds a writer back for some seconds at most", async () => {
    const keys = Object.keys(claims("")).filter((name) => !name.includes("same hash"));
    const started = Date.now();
    await Promise.all(
      keys.map(async (name) => {
        const root = join(folder, name.replaceAll(" ", "-"));
        const store = new LocalStore(root);
        const { etag = "" } = await store.put("k", "mine", attributes);
        for (const [file, text] of Object.entries(claims(foreign)[name] ?? {})) await writeFile(join(root, ".tmp~", file), text);
        const waiting = store.put("k", "late", { signal: AbortSignal.timeout(300) });
        await expect(waiting).rejects.toMatchObject({ code: "Aborted" });
        await store.put("k", "next", { mode: { ifMatch: etag }, ...attributes });
        expect(await (await store.get("k")).text()).toBe("next");
        expect(readdirSync(join(root, ".tmp~"))).toEqual([]);
      }),
    );
    expect(Date.now() - started).toBeGreaterThan(4000);
    expect(crcText(crc32(new Uint8Array()))).toBe("00000000");
  });

  it("does not hold writers of other keys back", async () => {
    await leave({ [`d.${hash}.1.${foreign}`]: "theirs" });
    await new LocalStore(folder).put("another", "x", { signal: AbortSignal.timeout(3000) });
  });
});

describe("files of version 0.1 in the temporary folder", () => {
  const names = [`lock.${hash}/0.abc.1.`, `put.${hash}.1.`, "new.1.", "lock.other/0.abc.1."];

  it.skipIf(!existsSync("/proc/self/stat")).each(names)("make a writer refuse while their process is alive: %s", async (name) => {
    const child = spawn("sleep", ["60"]);
    try {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      const owner = new ClaimOwner().name.replace(/^\d+-\d*-/, `${child.pid}-${fields[19]}-`);
      const store = new LocalStore(folder);
      await store.put("k", "mine", attributes);
      await leave({ [name + owner]: "k" });
      for (const writer of [store, new LocalStore(folder)]) {
        for (const call of [() => writer.put("k", "x"), () => writer.put("k", "x", attributes), () => writer.delete("k")]) {
          await expect(call()).rejects.toMatchObject({
            code: "Unavailable",
            message: expect.stringContaining(`older version of edgewater (process ${child.pid})`),
          });
        }
      }
      expect(await (await store.get("k")).text()).toBe("mine");
      const exited = once(child, "exit");
      child.kill();
      await exited;
      await store.put("k", "again");
      expect(readdirSync(join(folder, ".tmp~"))).toEqual([]);
    } finally {
      child.kill();
    }
  });

  it("are removed when their process is dead", async () => {
    await leave(Object.fromEntries(names.map((name) => [name + dead(), "k"])));
    await new LocalStore(folder).put("k", "x");
    expect(readdirSync(join(folder, ".tmp~"))).toEqual([]);
  });

  it("hold a writer back for seconds when nobody can check their process", async () => {
    await leave({ [names[0] + foreign]: "k" });
    const store = new LocalStore(folder);
    const started = Date.now();
    await Promise.all([store.put("k", "1"), store.put("k", "2", attributes), store.put("k", "3", { mode: "overwrite" })]);
    expect(Date.now() - started).toBeGreaterThan(4000);
    expect(readdirSync(join(folder, ".tmp~"))).toEqual([]);
  });
});

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalStore } from "edgewater/fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true }));

const keys = async (store: LocalStore): Promise<string[]> => {
  const all: string[] = [];
  for await (const { key } of store.list()) all.push(key);
  return all;
};

describe("LocalStore", () => {
  it("makes nothing before the first write, and lists nothing", async () => {
    const store = new LocalStore(join(folder, "later"));
    expect(await keys(store)).toEqual([]);
    await expect(store.get("a")).rejects.toMatchObject({ code: "NotFound" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("writes an object as a file that people can open, in a folder given as a path or a URL", async () => {
    await new LocalStore(pathToFileURL(folder)).put("v1/quakes.superjson", "{}");
    expect(await readFile(join(folder, "v1/quakes.superjson"), "utf8")).toBe("{}");
    expect(await (await new LocalStore(folder).get("v1/quakes.superjson")).text()).toBe("{}");
  });

  it("leaves no temporary file, neither after a write nor after a refused one", async () => {
    const store = new LocalStore(folder);
    await store.put("a", "1");
    await expect(store.put("a/b", "2")).rejects.toMatchObject({ code: "NotSupported" });
    expect(await readdir(join(folder, ".tmp~"))).toEqual([]);
  });

  it("shows a reader the old object or the new one, never a part", async () => {
    const store = new LocalStore(folder);
    const bodies = ["a", "b"].map((letter) => letter.repeat(1_000_000));
    await store.put("big", bodies[0] ?? "");
    let isWriting = true;
    const reads: string[] = [];
    const reading = (async () => {
      while (isWriting) reads.push(await (await store.get("big")).text());
    })();
    for (let round = 0; round < 40; round++) await store.put("big", bodies[round % 2] ?? "");
    isWriting = false;
    await reading;
    expect(reads.length).toBeGreaterThan(5);
    expect(reads.every((text) => bodies.includes(text))).toBe(true);
  });

  it("does not list what a crashed writer has left, nor what nobody here wrote", async () => {
    await new LocalStore(folder).put("a", "1");
    await writeFile(join(folder, ".tmp~", "left"), "half");
    await writeFile(join(folder, "backup~"), "of an editor");
    expect(await keys(new LocalStore(folder))).toEqual(["a"]);
  });

  it("says when a path is too long for the system", async () => {
    await expect(new LocalStore(folder).put("x".repeat(5000), "1")).rejects.toMatchObject({ code: "InvalidPath" });
  });

  it("says when the folder cannot be written, and keeps the old object", async () => {
    await mkdir(join(folder, "is-a-file"));
    await writeFile(join(folder, "is-a-file/root"), "");
    await expect(new LocalStore(join(folder, "is-a-file/root")).put("a", "1")).rejects.toMatchObject({
      store: expect.stringContaining("LocalStore("),
      key: "a",
    });
  });

  it("says when it is not allowed", async () => {
    await chmod(folder, 0o500);
    await asNobody(() => expect(new LocalStore(folder).put("a", "1")).rejects.toMatchObject({ code: "PermissionDenied" }));
  });

  it("does not list links, which may lead out of the folder", async () => {
    await symlink("/", join(folder, "link"));
    expect(await keys(new LocalStore(folder))).toEqual([]);
  });
});

/** Root may do everything: it becomes somebody who may not for a moment. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const user = process.geteuid?.();
  if (user === 0) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (user === 0) process.seteuid?.(0);
  }
}

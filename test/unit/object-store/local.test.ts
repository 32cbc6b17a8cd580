import { chmod, mkdir, mkdtemp, readdir, readFile, rm, rmdir, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalStore } from "edgewater/local";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withFolder } from "../../../src/object-store/local/layout.ts";

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
  it("creates no folder before the first write", async () => {
    const store = new LocalStore(join(folder, "later"));
    expect(await keys(store)).toEqual([]);
    await expect(store.get("a")).rejects.toMatchObject({ code: "NotFound" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("writes an object as a plain file, in a folder given as a path or a URL", async () => {
    await new LocalStore(pathToFileURL(folder)).put("v1/quakes.superjson", "{}");
    expect(await readFile(join(folder, "v1/quakes.superjson"), "utf8")).toBe("{}");
    expect(await (await new LocalStore(folder).get("v1/quakes.superjson")).text()).toBe("{}");
  });

  it("removes its temporary file after a write and after a refused write", async () => {
    const store = new LocalStore(folder);
    await store.put("a", "1");
    await expect(store.put("a/b", "2")).rejects.toMatchObject({ code: "NotSupported" });
    expect(await readdir(join(folder, ".tmp~"))).toEqual([]);
  });

  it("returns the old object or the new one while it is replaced, never a part", async () => {
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

  it("lists neither temporary files nor files of other programs", async () => {
    await new LocalStore(folder).put("a", "1");
    await writeFile(join(folder, ".tmp~", "left"), "half");
    await writeFile(join(folder, "backup~"), "of an editor");
    expect(await keys(new LocalStore(folder))).toEqual(["a"]);
  });

  it("fails with InvalidPath for a path that is too long for the system", async () => {
    await expect(new LocalStore(folder).put("x".repeat(5000), "1")).rejects.toMatchObject({ code: "InvalidPath" });
  });

  it("names store and key when its folder is a file", async () => {
    await mkdir(join(folder, "is-a-file"));
    await writeFile(join(folder, "is-a-file/root"), "");
    await expect(new LocalStore(join(folder, "is-a-file/root")).put("a", "1")).rejects.toMatchObject({
      store: expect.stringContaining("LocalStore("),
      key: "a",
    });
  });

  it("fails with PermissionDenied when it may not write to the folder", async () => {
    await chmod(folder, 0o500);
    await asNobody(() => expect(new LocalStore(folder).put("a", "1")).rejects.toMatchObject({ code: "PermissionDenied" }));
  });

  it("refuses a link that leads out of the folder, and follows one that stays inside", async () => {
    const outside = await mkdtemp(join(tmpdir(), "edgewater-outside-"));
    await writeFile(join(outside, "secret"), "secret");
    await symlink(outside, join(folder, "out"));
    await symlink(join(outside, "secret"), join(folder, "file"));
    await mkdir(join(folder, "real"));
    await symlink(join(folder, "real"), join(folder, "in"));
    const store = new LocalStore(folder);
    for (const key of ["out/secret", "out/new", "file"]) {
      for (const call of [() => store.get(key), () => store.head(key), () => store.put(key, "x"), () => store.delete(key)]) {
        await expect(call()).rejects.toMatchObject({ code: "PermissionDenied", key });
      }
    }
    await expect(Array.fromAsync(store.list("out"))).rejects.toMatchObject({ code: "PermissionDenied" });
    expect(await readdir(outside)).toEqual(["secret"]);
    await store.put("in/a", "inside");
    expect(await readFile(join(folder, "real/a"), "utf8")).toBe("inside");
    expect(await (await store.get("in/a")).text()).toBe("inside");
    await rm(outside, { recursive: true });
  });

  it("accepts a link as its folder", async () => {
    await mkdir(join(folder, "target"));
    await symlink(join(folder, "target"), join(folder, "root"));
    const store = new LocalStore(join(folder, "root"));
    await store.put("a/b", "1", { contentType: "text/plain", mode: "create" });
    expect((await store.head("a/b")).contentType).toBe("text/plain");
    expect(await keys(store)).toEqual(["a/b"]);
  });

  it("removes the temporary files of dead processes only", async () => {
    const store = new LocalStore(folder);
    await store.put("a", "1");
    let finish = (): void => undefined;
    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new Uint8Array([49]));
        finish = () => controller.close();
      },
    });
    const writing = store.put("b", slow);
    while ((await readdir(join(folder, ".tmp~"))).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const [living = ""] = await readdir(join(folder, ".tmp~"));
    const dead = living.replace(/-\d+-/, "-1-");
    await writeFile(join(folder, ".tmp~", dead), "half");
    await new LocalStore(folder).put("c", "1");
    expect(await readdir(join(folder, ".tmp~"))).toEqual([living]);
    finish();
    await writing;
    expect(await keys(store)).toEqual(["a", "b", "c"]);
  });

  it("gives a new etag to an object that replaces one with a future time", async () => {
    const store = new LocalStore(folder, { fsync: true });
    await store.put("a", "1");
    await utimes(join(folder, "a"), 4e9, 4e9);
    const { etag: first } = await store.head("a");
    const { etag: second } = await store.put("a", "2");
    expect(second).not.toBe(first);
    expect((await store.head("a")).lastModified?.getTime()).toBeGreaterThanOrEqual(4e12);
  });

  it("creates a folder again that other writers keep removing", async () => {
    const path = join(folder, "a/b/c/file");
    let isGoing = true;
    const removing = ["a/b/c", "a/b", "a"].map(async (name) => {
      while (isGoing) {
        await rmdir(join(folder, name)).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (let round = 0; round < 30; round++) {
      await withFolder(path, () => writeFile(path, ""));
      await unlink(path);
    }
    isGoing = false;
    await Promise.all(removing);
  });

  it("does not list links", async () => {
    await symlink("/", join(folder, "link"));
    expect(await keys(new LocalStore(folder))).toEqual([]);
  });
});

/** Runs the work as an unprivileged user if the tests run as root. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const user = process.geteuid?.();
  if (user === 0) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (user === 0) process.seteuid?.(0);
  }
}

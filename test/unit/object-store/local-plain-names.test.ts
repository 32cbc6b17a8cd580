import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "edgewater/local";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { otherNames } from "../../../src/object-store/local/plain-names.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true }));

const keysOf = async (store: LocalStore, prefix?: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
};

describe("a LocalStore with plain names", () => {
  const names = ["day=2024-01-15/Part-00000 é.snappy.parquet", "Ünïcode/日本.txt", "a%2Fb", "tilde~d", "z!q"];

  it("gives every file the name of its key", async () => {
    const store = new LocalStore(folder, { names: "plain" });
    for (const key of names) await store.put(key, key, { mode: "create", contentType: "text/plain" });
    expect(await readdir(join(folder, "day=2024-01-15"))).toEqual(["Part-00000 é.snappy.parquet"]);
    expect(await keysOf(store)).toEqual([...names].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))));
    for (const key of names) {
      const opened = await store.get(key);
      expect([await opened.text(), opened.meta.contentType, opened.meta.state]).toEqual([key, "text/plain", "written"]);
      await expect(store.put(key, "2", { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    }
    await store.delete(names);
    expect(await keysOf(store)).toEqual([]);
  });

  it("reads the files of other programs", async () => {
    await mkdir(join(folder, "Lake/_delta_log"), { recursive: true });
    await writeFile(join(folder, "Lake/Part-A.parquet"), "1");
    await writeFile(join(folder, "Lake/_delta_log/00.json"), "2");
    const store = new LocalStore(folder, { names: "plain" });
    expect(await keysOf(store, "Lake")).toEqual(["Lake/Part-A.parquet", "Lake/_delta_log/00.json"]);
    expect(await (await store.get("Lake/Part-A.parquet")).text()).toBe("1");
    expect(await keysOf(new LocalStore(folder))).toEqual([]);
  });

  it("refuses names of its own, and names that are too long for a file", async () => {
    const store = new LocalStore(folder, { names: "plain" });
    for (const key of [".meta~/a", "a/.tmp~", "a~.json", "x".repeat(241), `${"é".repeat(121)}`]) {
      await expect(store.put(key, "1"), key).rejects.toMatchObject({
        code: "NotSupported",
        message: expect.stringContaining('names: "escaped"'),
      });
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it("tells a name from the one that a disk takes it for", () => {
    expect(otherNames(["Photo.JPG"], ["", "data", "Photo.JPG"])).toBeUndefined();
    expect(otherNames(["Photo.JPG"], ["", "data", "photo.jpg"])).toEqual(["photo.jpg"]);
    expect(otherNames(["A", "x"], ["", "data", "a", "x"])).toEqual(["a", "x"]);
    expect(otherNames(["caf\u00e9"], ["", "data", "cafe\u0301"])).toEqual(["cafe\u0301"]);
    // A link leads elsewhere.
    expect(otherNames(["link"], ["", "data", "target"])).toBeUndefined();
  });

  it("refuses other forms of names", () => {
    expect(() => new LocalStore(folder, { names: "Plain" as never })).toThrow(
      expect.objectContaining({ code: "SettingsError", field: "names" }),
    );
  });
});

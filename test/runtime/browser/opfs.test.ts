import { OPFSStore } from "edgewater/opfs";
import { withTrace } from "edgewater/with";
import { describe, expect, it } from "vitest";
import { hasSyncHandles } from "./in-worker.ts";

const textOf = async (store: OPFSStore, key: string) => (await store.get(key)).text();
const keysOf = (store: OPFSStore) => Array.fromAsync(store.list(), ({ key }) => key);

async function folderOf(name: string, ...below: string[]): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const each of [name, ...below]) folder = await folder.getDirectoryHandle(each, { create: true });
  return folder;
}

const namesIn = async (folder: FileSystemDirectoryHandle) => (await Array.fromAsync(folder.keys())).sort();

async function write(folder: FileSystemDirectoryHandle, name: string, bytes: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await writable.write(bytes);
  await writable.close();
}

async function bytesIn(folder: FileSystemDirectoryHandle, name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());
}

describe("a list of OPFSStore", () => {
  it("leaves out files and folders of other programs, whose names stand for no key, and never touches them", async () => {
    const name = crypto.randomUUID();
    const store = new OPFSStore(name);
    await store.put("good", "x");
    await store.put("a/b/c", "x");
    const folder = await folderOf(name);
    // No slot, no valid escape, a character that is written otherwise, a slash in a segment, an empty name, a control character.
    const files = ["notes.txt", "x~2", "%zz~0", "%61~0", "a%2Fb%2Fc~0", "~1", "a%01b~0"];
    for (const file of files) await write(folder, file, "of another program");
    // "..", a control character and a slash in a segment, and a name that is written otherwise.
    const folders = ["%2E%2E", "a%01", "a%2Fb", "%61"];
    for (const each of folders) await write(await folderOf(name, each), "c~0", "of another program");

    const leftOut: string[] = [];
    const traced = withTrace(store, () => (result) => leftOut.push(`${result.leftOut} left out`));
    expect(await Array.fromAsync(traced.list(), ({ key }) => key)).toEqual(["a/b/c", "good"]);
    expect(leftOut).toEqual([expect.stringMatching(/^[1-9]/)]);
    const level = await Array.fromAsync(store.list("", { delimiter: "/" }), (entry) => ("prefix" in entry ? entry.prefix : entry.key));
    expect(level).toEqual(["a/", "good"]);
    await store.delete(["good", "a/b/c"]);
    expect(await keysOf(store)).toEqual([]);
    expect(await namesIn(folder)).toEqual(expect.arrayContaining([...files, ...folders]));
  });
});

describe("OPFSStore after a crash", () => {
  it("never lists unfinished writes, and removes them with the first write while no other writer is active", async () => {
    const name = crypto.randomUUID();
    const store = new OPFSStore(name);
    await store.put("a", "x");
    await write(await folderOf(name, "~tmp"), "unfinished", "half of some");
    expect(await keysOf(new OPFSStore(name))).toEqual(["a"]);
    let end = (): void => undefined;
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new Uint8Array(1000));
        end = () => controller.close();
      },
    });
    const writing = store.put("b", endless);
    while ((await namesIn(await folderOf(name, "~tmp"))).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await new OPFSStore(name).put("c", "x");
    expect(await namesIn(await folderOf(name, "~tmp"))).toContain("unfinished");
    end();
    await writing;
    await new OPFSStore(name).put("c", "x");
    expect(await namesIn(await folderOf(name, "~tmp"))).toEqual([]);
    expect(await keysOf(store)).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["between publishing the new file and removing the old one", "~1", "~0"],
    ["at the same point with the file names swapped", "~0", "~1"],
  ])("has one object after a crash %s", async (_, kept, other) => {
    const name = crypto.randomUUID();
    const store = new OPFSStore(name);
    await store.put("k", "one");
    if (kept === "~1") await store.put("k", "two");
    const folder = await folderOf(name);
    expect(await namesIn(folder)).toEqual([`k${kept}`, "~tmp"].sort());
    const aside = await bytesIn(folder, `k${kept}`);
    await store.put("k", "three");
    await write(folder, `k${kept}`, aside);
    expect(await namesIn(folder)).toEqual(["k~0", "k~1", "~tmp"]);

    const found = await textOf(store, "k");
    const { etag = "" } = await store.head("k");
    for (let turn = 0; turn < 3; turn++) expect(await textOf(new OPFSStore(name), "k")).toBe(found);
    expect(await Array.fromAsync(store.list(), (each) => [each.key, each.etag])).toEqual([["k", etag]]);
    await store.put("k", "four", { mode: { ifMatch: etag } });
    expect(await textOf(store, "k")).toBe("four");
    expect(await namesIn(folder)).toHaveLength(2);

    await write(folder, `k${(await namesIn(folder)).includes("k~0") ? "~1" : other}`, aside);
    await store.delete("k");
    expect(await keysOf(store)).toEqual([]);
    expect(await namesIn(folder)).toEqual(["~tmp"]);
  });

  it("ignores an empty file, which Firefox leaves if it is killed while it removes it", async () => {
    const name = crypto.randomUUID();
    const store = new OPFSStore(name);
    const folder = await folderOf(name);
    await write(folder, "k~0", "");
    await expect(store.get("k")).rejects.toMatchObject({ code: "NotFound" });
    await expect(store.head("k")).rejects.toMatchObject({ code: "NotFound" });
    expect(await keysOf(store)).toEqual([]);
    await store.put("k", "new", { mode: "create" });
    expect(await textOf(store, "k")).toBe("new");
    await write(folder, "k~1", "");
    expect(await textOf(store, "k")).toBe("new");
    await store.put("k", "newer");
    expect(await textOf(store, "k")).toBe("newer");
    expect(await keysOf(store)).toEqual(["k"]);
    expect(await namesIn(folder)).toHaveLength(2);
  });

  it("refuses a file of a wrong length as damaged, and can replace and delete it", async () => {
    const name = crypto.randomUUID();
    const store = new OPFSStore(name);
    for (const size of [10, 1_000_000]) {
      for (const cut of [1, 20, -3]) {
        await store.delete("k");
        await store.put("k", new Uint8Array(size), { contentType: "image/png" });
        const folder = await folderOf(name);
        const bytes = await bytesIn(folder, "k~0");
        await write(folder, "k~0", cut > 0 ? bytes.slice(0, -cut) : new Uint8Array([...bytes.slice(0, 5), ...bytes]));
        await expect(store.get("k")).rejects.toMatchObject({ code: "Integrity", key: "k" });
        await expect(store.head("k")).rejects.toMatchObject({ code: "Integrity" });
        expect(await Array.fromAsync(store.list(), (each) => [each.key, each.etag])).toEqual([["k", undefined]]);
        await expect(store.put("k", "x", { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
        await store.put("k", "whole");
        expect(await textOf(store, "k")).toBe("whole");
      }
    }
  });

  it("does not list an empty folder as a common prefix", async () => {
    const name = crypto.randomUUID();
    const store = new OPFSStore(name);
    await folderOf(name, "a", "b", "c");
    await store.put("d/e", "x");
    const level = await Array.fromAsync(store.list("", { delimiter: "/" }), (each) => ("prefix" in each ? each.prefix : each.key));
    expect(level).toEqual(["d/"]);
    await store.put("a", "x");
    expect(await keysOf(store)).toEqual(["a", "d/e"]);
  });
});

describe("a reader of OPFSStore", () => {
  it.each([
    ["bytes", async (object: Awaited<ReturnType<OPFSStore["get"]>>) => object.bytes()],
    [
      "a stream",
      async (object: Awaited<ReturnType<OPFSStore["get"]>>) => new Uint8Array(await new Response(object.stream()).arrayBuffer()),
    ],
  ])("can read an opened object to its end after it was replaced or deleted: %s", async (_, read) => {
    const store = new OPFSStore(crypto.randomUUID());
    for (const replace of [() => store.put("k", "new"), () => store.delete("k")]) {
      for (const size of [10, 5_000_000]) {
        const body = Uint8Array.from({ length: size }, (_, index) => (index >> 8) % 251);
        await store.put("k", body);
        const [opened, part] = [await store.get("k"), await store.get("k", { range: { start: 3, end: size - 2 } })];
        await replace();
        for (const [object, expected] of [
          [opened, body],
          [part, body.subarray(3, size - 2)],
        ] as const) {
          const bytes = await read(object);
          expect(bytes.byteLength).toBe(expected.byteLength);
          expect(bytes.every((byte, index) => byte === expected[index])).toBe(true);
        }
      }
    }
  });
});

it("stores keys of a thousand characters, and ignores files of other programs", async () => {
  const name = crypto.randomUUID();
  const store = new OPFSStore(name);
  // WebKitGTK allows shorter names only.
  const long = hasSyncHandles ? [`${"x".repeat(500)}/${"y".repeat(499)}`] : [];
  const keys = [...long, "é".repeat(60), `long/${"z".repeat(240)}`].slice(hasSyncHandles ? 0 : 1);
  for (const key of keys) await store.put(key, key);
  for (const key of keys) expect(await textOf(store, key)).toBe(key);
  const folder = await folderOf(name);
  for (const other of ["other.txt", "100%~0", "%41~0"]) await write(folder, other, "of another program").catch(() => undefined);
  expect(await keysOf(store)).toEqual(keys.toSorted());
});

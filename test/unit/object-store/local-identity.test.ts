/** The identity of objects of a LocalStore: through writes, copies of the folder, damage, edits and the folders of version 0.1. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, readdirSync } from "node:fs";
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { asset, BytesIOHandler, Repository } from "edgewater";
import { LocalStore } from "edgewater/local";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import golden from "./local-golden.json" with { type: "json" };
import { writeGoldenFolder } from "./local-golden.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true }));

const attributes = { contentType: "text/plain", metadata: { owner: "ann" } };

/** The etags of an object as list, head and get report them: all the same. */
async function etagOf(store: LocalStore, key: string): Promise<string | undefined> {
  const listed = (await Array.fromAsync(store.list())).find((each) => each.key === key)?.etag;
  const etags = new Set([listed, (await store.head(key)).etag, (await store.get(key)).meta.etag]);
  expect([...etags]).toHaveLength(1);
  return listed;
}

describe("the etag of a LocalStore", () => {
  it.each([
    ["without attributes", {}],
    ["with attributes", attributes],
  ])("is new for every write, also of the same bytes: %s", async (_, options) => {
    const store = new LocalStore(folder);
    const seen = new Set<string | undefined>();
    const turns = rounds(60, 300);
    for (let turn = 0; turn < turns; turn++) {
      const { etag } = await store.put("k", "12345", options);
      expect((await store.head("k")).etag).toBe(etag);
      seen.add(etag);
      if (turn % 3 === 0) await store.delete("k");
    }
    expect(seen.size).toBe(turns);
  });

  it.each([
    ["without attributes", {}],
    ["with attributes", attributes],
  ])("is new for a write that follows an edit whose time was set back: %s", async (_, options) => {
    const store = new LocalStore(folder);
    const seen = new Set<string | undefined>();
    const turns = rounds(60, 300);
    for (let turn = 0; turn < turns; turn++) {
      seen.add((await store.put("k", "12345", options)).etag);
      await utimes(join(folder, "k"), 1, 1);
      if (turn % 5 === 0) await store.delete("k");
    }
    expect(seen.size).toBe(turns);
  });

  it("refuses a stale condition, although bytes and size come back", async () => {
    const store = new LocalStore(folder);
    for (let turn = 0; turn < rounds(30, 100); turn++) {
      const options = turn % 2 === 0 ? {} : attributes;
      const { etag = "" } = await store.put("k", "A", options);
      await store.put("k", "B", turn % 3 === 0 ? {} : attributes);
      await store.put("k", "A", options);
      await expect(store.put("k", "C", { mode: { ifMatch: etag } })).rejects.toMatchObject({ code: "PreconditionFailed" });
    }
  });

  it("is the same from put, head, get and list", async () => {
    const store = new LocalStore(folder);
    for (const [key, options] of [
      ["plain", {}],
      ["a/with", attributes],
      [`${"Long ".repeat(100)}/x`, attributes],
    ] as const) {
      const { etag } = await store.put(key, "x", options);
      expect(await etagOf(store, key)).toBe(etag);
      expect(await etagOf(new LocalStore(folder), key)).toBe(etag);
    }
  });

  it("is kept by many writers of one key in one process, of which one wins each turn", async () => {
    const stores = [new LocalStore(folder), new LocalStore(folder)];
    await stores[0]?.put("counter", "0");
    const count = async (store: LocalStore | undefined): Promise<void> => {
      for (let done = 0; done < 10; ) {
        const object = await store?.get("counter");
        const next = String(Number(await object?.text()) + 1);
        const written = store?.put("counter", next, { mode: { ifMatch: object?.meta.etag ?? "" }, metadata: { next } });
        done += (await written?.catch(() => undefined)) === undefined ? 0 : 1;
      }
    };
    await Promise.all([0, 1, 0, 1, 0, 1].map((index) => count(stores[index])));
    expect(await (await stores[1]?.get("counter"))?.text()).toBe("60");
  });
});

const run = promisify(execFile);
const shell = (script: string): Promise<unknown> => run("sh", ["-ec", script]);
const isThere = (tool: string): boolean => (process.env["PATH"] ?? "").split(":").some((path) => existsSync(join(path, tool)));

/** Sets the times of all files. */
async function setTimes(copy: string, change: (mtimeMs: number) => number): Promise<void> {
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const seconds = change((await stat(path)).mtimeMs) / 1000;
    await utimes(path, seconds, seconds);
  }
}

type Way = readonly [name: string, tools: readonly string[], copy: (from: string, to: string) => Promise<unknown>];

const withTimes: readonly Way[] = [
  ["cp -a", ["cp"], (from, to) => shell(`cp -a ${from} ${to}`)],
  ["rsync -a", ["rsync"], (from, to) => shell(`rsync -a ${from}/ ${to}/`)],
  ["tar", ["tar"], (from, to) => shell(`mkdir ${to} && tar -C ${from} --format=gnu -cf - . | tar -C ${to} -xf -`)],
  [
    "tar with fractions of seconds",
    ["tar"],
    (from, to) => shell(`mkdir ${to} && tar -C ${from} --format=pax -cf - . | tar -C ${to} -xf -`),
  ],
  ["zip", ["zip", "unzip"], (from, to) => shell(`cd ${from} && zip -qr ${to}.zip . && unzip -q ${to}.zip -d ${to}`)],
  ["zip with even seconds", ["zip", "unzip"], (from, to) => shell(`cd ${from} && zip -qXr ${to}.zip . && unzip -q ${to}.zip -d ${to}`)],
  ["cpSync with times", [], async (from, to) => cpSync(from, to, { recursive: true, preserveTimestamps: true })],
  [
    "a disk that keeps even seconds",
    ["cp"],
    (from, to) => shell(`cp -a ${from} ${to}`).then(() => setTimes(to, (ms) => Math.floor(ms / 2000) * 2000)),
  ],
  [
    "a disk that rounds up to even seconds",
    ["cp"],
    (from, to) => shell(`cp -a ${from} ${to}`).then(() => setTimes(to, (ms) => Math.ceil(ms / 2000) * 2000)),
  ],
];

const withoutTimes: readonly Way[] = [
  ["cp -r", ["cp"], (from, to) => shell(`cp -r ${from} ${to}`)],
  ["rsync -r", ["rsync"], (from, to) => shell(`rsync -r ${from}/ ${to}/`)],
  [
    "git clone",
    ["git"],
    (from, to) =>
      shell(
        `cp -r ${from} ${to}-work && cd ${to}-work && git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm x && git clone -q ${to}-work ${to} && rm -rf ${to}/.git`,
      ),
  ],
  ["a touch of every file", ["cp"], (from, to) => shell(`cp -a ${from} ${to}`).then(() => setTimes(to, () => Date.now() + 5000.5))],
];

const keys = Array.from({ length: 12 }, (_, index) => `v1/Ünï ${"n".repeat(index * 25)}/k${index}.json`);

async function fill(from: string): Promise<void> {
  const store = new LocalStore(from);
  for (const [index, key] of keys.entries()) {
    await store.put(key, JSON.stringify({ index }), { contentType: "application/json", metadata: { index: String(index) } });
  }
  await store.put("plain", "without attributes");
}

describe("a copy of the folder of a LocalStore", () => {
  it.for(withTimes)("has the attributes and the etags of the original: %s", async ([, tools, copy], { skip }) => {
    skip(!tools.every(isThere), `there is no ${tools.join(" and ")}`);
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    await fill(from);
    await copy(from, to);
    const [original, store] = [new LocalStore(from), new LocalStore(to)];
    for (const [index, key] of keys.entries()) {
      const head = await store.head(key);
      expect(head).toMatchObject({ contentType: "application/json", metadata: { index: String(index) }, state: "written" });
      expect(await etagOf(store, key)).toBe((await original.head(key)).etag);
      expect(await (await store.get(key)).text()).toBe(JSON.stringify({ index }));
    }
    expect(await store.head("plain")).toMatchObject({ state: "plain", metadata: {} });
  });

  it.for(withoutTimes)(
    "has the attributes of the original, and etags of its own, without the times: %s",
    async ([, tools, copy], { skip }) => {
      skip(!tools.every(isThere), `there is no ${tools.join(" and ")}`);
      const [from, to] = [join(folder, "from"), join(folder, "to")];
      await fill(from);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await copy(from, to);
      // A copy that was made at a full second may look like one on a disk that keeps no fractions.
      await setTimes(to, (ms) => (ms % 1000 < 1 ? ms + 1.5 : ms));
      const store = new LocalStore(to);
      for (const [index, key] of keys.entries()) {
        expect(await store.head(key)).toMatchObject({ metadata: { index: String(index) }, state: "copied" });
        expect((await store.get(key)).meta.state).toBe("copied");
        const { etag = "" } = await store.put(key, "new", { mode: { ifMatch: (await etagOf(store, key)) ?? "" }, ...attributes });
        expect(await store.head(key)).toMatchObject({ etag, state: "written", ...attributes });
      }
    },
  );
});

describe("a file that was changed by another program", () => {
  const body = "x".repeat(100_000);
  const path = (): string => join(folder, "k");
  const put = async (): Promise<LocalStore> => {
    const store = new LocalStore(folder);
    await store.put("k", body, attributes);
    return store;
  };

  /** Changes one byte and keeps the size. */
  async function flip(): Promise<void> {
    const file = await open(path(), "r+");
    await file.write("y", 50_000);
    await file.close();
  }

  it.each([
    ["truncated", () => truncate(path(), 1000)],
    ["emptied", () => truncate(path(), 0)],
    ["longer", () => appendFile(path(), "more")],
    ["edited, with the same size", () => flip().then(() => utimes(path(), 1.5, 1.5))],
    ["replaced by an editor", () => writeFile(`${path()}~`, "other").then(() => rename(`${path()}~`, path()))],
  ])("is reported as changed, has another etag, and is taken as it is by accept: %s", async (_, change) => {
    const store = await put();
    const { etag: before = "" } = await store.head("k");
    await change();
    expect(await store.head("k")).toMatchObject({ state: "changed", ...attributes });
    const object = await store.get("k");
    expect(object.meta.state).toBe("changed");
    expect(await object.text()).toBe(await readFile(path(), "utf8"));
    expect(await etagOf(store, "k")).not.toBe(before);
    await expect(store.put("k", "z", { mode: { ifMatch: before } })).rejects.toMatchObject({ code: "PreconditionFailed" });

    const { etag } = await store.accept("k");
    expect(await store.head("k")).toMatchObject({ etag, state: "plain", contentType: undefined, metadata: {} });
    expect(await (await store.get("k")).text()).toBe(await readFile(path(), "utf8"));
    expect((await store.put("k", "z", { mode: { ifMatch: etag ?? "" } })).etag).not.toBe(etag);
  });

  it("is refused with Integrity when its bytes are damaged and its time and size are the same", async () => {
    const store = await put();
    const { mtimeMs } = await stat(path());
    await flip();
    await utimes(path(), mtimeMs / 1000, mtimeMs / 1000);
    await expect((await store.get("k")).bytes()).rejects.toMatchObject({ code: "Integrity", key: "k" });
    await expect(new Response((await store.get("k")).stream()).text()).rejects.toMatchObject({ code: "Integrity" });
    expect(await (await store.get("k", { range: { start: 0, end: 5 } })).text()).toBe("xxxxx");
    await expect(store.copy("k", "copy")).rejects.toMatchObject({ code: "Integrity" });
    await store.put("small", "abc", attributes);
    const small = join(folder, "small");
    const times = await stat(small);
    await writeFile(small, "abd");
    await utimes(small, times.mtimeMs / 1000, times.mtimeMs / 1000);
    await expect(store.get("small")).rejects.toMatchObject({ code: "Integrity", message: expect.stringContaining("write it again") });
    await store.accept("small");
    expect(await (await store.get("small")).text()).toBe("abd");
    await store.put("k", body, attributes);
    expect(await (await store.get("k")).text()).toBe(body);
  });

  it.each(["", '{"v":1,"key":"k"', "[]", '{"v":1,"key":"k","etag":5}'])(
    "is refused with Integrity when its record is damaged: %j",
    async (text) => {
      const store = await put();
      await writeFile(join(folder, ".meta~/k~.json"), text);
      for (const call of [() => store.get("k"), () => store.head("k")]) {
        await expect(call()).rejects.toMatchObject({ code: "Integrity", message: expect.stringContaining("k~.json") });
      }
      const [{ etag } = { etag: "" }] = await Array.fromAsync(store.list());
      const { etag: accepted = "" } = await store.accept("k");
      expect(accepted).toBe(etag);
      await store.put("k", "new", { mode: { ifMatch: accepted }, ...attributes });
      expect(await store.head("k")).toMatchObject({ state: "written", ...attributes });
    },
  );

  it("is refused with NotSupported when a newer version wrote its record", async () => {
    const store = await put();
    await writeFile(join(folder, ".meta~/k~.json"), '{"v":2,"key":"k"}');
    await expect(store.head("k")).rejects.toMatchObject({ code: "NotSupported", message: expect.stringContaining("update edgewater") });
  });

  it("keeps its record when accept finds the bytes that were written", async () => {
    const store = await put();
    const { etag } = await store.head("k");
    expect(await store.accept("k")).toEqual({ etag });
    await utimes(path(), 5, 5);
    await store.accept("k");
    expect(await store.head("k")).toMatchObject({ state: "copied", ...attributes });
    await expect(store.accept("missing")).rejects.toMatchObject({ code: "NotFound" });
    await expect(store.accept("../x")).rejects.toMatchObject({ code: "InvalidPath" });
    await expect(store.accept("k", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "Aborted" });
  });

  it("is refused with Integrity by a handler until accept", async () => {
    const store = new LocalStore(folder);
    const tile = asset({ name: "tile" }, () => new Uint8Array(1000).fill(7));
    await using repository = await Repository.open({ assets: [tile], ioHandler: new BytesIOHandler({ store }) });
    for (const change of [() => truncate(join(folder, "tile.bin"), 10), () => truncate(join(folder, "tile.bin"), 0)]) {
      await repository.materialize();
      await change();
      await expect(repository.load(tile)).rejects.toMatchObject({ code: "Integrity", message: expect.stringContaining("accept") });
    }
    await store.accept("tile.bin");
    expect(await repository.load(tile)).toEqual(new Uint8Array());
  });
});

describe("an object without attributes that replaces one with attributes", () => {
  it("has none, and its identity survives a copy", async () => {
    const store = new LocalStore(folder);
    await store.put("k", "with", attributes);
    const { etag } = await store.put("k", "without");
    expect(await store.head("k")).toEqual(expect.objectContaining({ etag, contentType: undefined, metadata: {}, state: "written" }));
    await store.put("k", new Blob(["streamed"]).stream());
    expect(await store.head("k")).toMatchObject({ contentType: undefined, metadata: {}, size: 8 });
    await store.delete("k");
    expect(readdirSync(folder).sort()).toEqual([".tmp~"]);
  });

  it("has none when the file was removed by hand", async () => {
    const store = new LocalStore(folder);
    await store.put("k", "with", attributes);
    await unlink(join(folder, "k"));
    await expect(store.head("k")).rejects.toMatchObject({ code: "NotFound" });
    await store.put("k", "without");
    expect(await store.head("k")).toMatchObject({ contentType: undefined, metadata: {} });
    await unlink(join(folder, "k"));
    await store.delete("k");
    expect(readdirSync(folder).sort()).toEqual([".tmp~"]);
  });
});

describe("links and files where a LocalStore keeps folders", () => {
  it.each([".meta~", ".meta~/v1", ".tmp~"])(
    "are refused when a link leads out of the folder, and nothing is written there: %s",
    async (name) => {
      const outside = await mkdtemp(join(tmpdir(), "edgewater-outside-"));
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await symlink(outside, join(folder, name));
      const store = new LocalStore(folder);
      await expect(store.put("v1/k", "x", attributes)).rejects.toMatchObject({
        code: "PermissionDenied",
        message: expect.stringContaining("link"),
      });
      await expect(store.put("v1/k", new Blob(["x"]).stream(), attributes)).rejects.toMatchObject({ code: "PermissionDenied" });
      await mkdir(join(folder, "v1"));
      await writeFile(join(folder, "v1/k"), "dropped");
      for (const call of [() => store.head("v1/k"), () => store.get("v1/k"), () => store.delete("v1/k"), () => store.accept("v1/k")]) {
        await expect(call()).rejects.toMatchObject({ code: "PermissionDenied" });
      }
      await expect(Array.fromAsync(store.list("v1"))).rejects.toMatchObject({ code: "PermissionDenied" });
      expect(readdirSync(outside)).toEqual([]);
      expect(await readFile(join(folder, "v1/k"), "utf8")).toBe("dropped");
      await rm(outside, { recursive: true });
    },
  );

  it("are followed when a link stays below the folder", async () => {
    await mkdir(join(folder, "kept"));
    await symlink(join(folder, "kept"), join(folder, ".meta~"));
    const store = new LocalStore(folder);
    await store.put("v1/k", "x", attributes);
    expect(await store.head("v1/k")).toMatchObject(attributes);
    expect(existsSync(join(folder, "kept/v1/k~.json"))).toBe(true);
  });

  it.each([".meta~", ".meta~/v1", ".tmp~"])("are refused with Integrity when they are files: %s", async (name) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), "a file");
    await mkdir(join(folder, "v1"));
    await writeFile(join(folder, "v1/k"), "dropped");
    const store = new LocalStore(folder);
    for (const call of [
      () => store.put("v1/k", "x", attributes),
      () => store.head("v1/k"),
      () => store.get("v1/k"),
      () => store.delete("v1/k"),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "Integrity", message: expect.stringContaining("remove the file") });
    }
    expect(await readFile(join(folder, name), "utf8")).toBe("a file");
  });

  it("do not read a record through a link to a file outside", async () => {
    const outside = await mkdtemp(join(tmpdir(), "edgewater-outside-"));
    const store = new LocalStore(folder);
    await store.put("k", "x", attributes);
    await rename(join(folder, ".meta~/k~.json"), join(outside, "record"));
    await symlink(join(outside, "record"), join(folder, ".meta~/k~.json"));
    await expect(store.head("k")).rejects.toMatchObject({ code: "PermissionDenied" });
    await rm(outside, { recursive: true });
  });
});

describe("a folder of version 0.1", () => {
  it.each([
    ["itself", async () => undefined],
    ["a copy of it", () => shell(`cp -a ${folder}/old ${folder}/copy && rm -r ${folder}/old && mv ${folder}/copy ${folder}/old`)],
  ])("keeps its attributes and etags: %s", async (_, change) => {
    const old = join(folder, "old");
    await writeGoldenFolder(old);
    await change();
    const store = new LocalStore(old);
    const listed = new Map((await Array.fromAsync(store.list())).map(({ key, etag }) => [key, etag]));
    expect([...listed.keys()]).toEqual(golden.objects.map(({ key }) => key));
    for (const { key, body, contentType, metadata, etag } of golden.objects) {
      const object = await store.get(key);
      expect(await object.text()).toBe(body);
      expect(object.meta).toMatchObject({ contentType, metadata, state: etag === undefined ? "plain" : "written" });
      if (etag !== undefined) expect(object.meta.etag).toBe(etag);
      expect(listed.get(key)).toBe(object.meta.etag);
    }
  });

  it("is written as today, object by object, under the etags of before", async () => {
    await writeGoldenFolder(folder);
    const store = new LocalStore(folder);
    for (const [index, { key }] of golden.objects.entries()) {
      const { etag = "" } = await store.head(key);
      if (index % 3 === 0) await store.put(key, "new", { mode: { ifMatch: etag }, ...attributes });
      else if (index % 3 === 1) await store.put(key, "new");
      else await store.delete(key);
    }
    const left = readdirSync(folder, { recursive: true, encoding: "utf8" });
    expect(left.filter((path) => path.endsWith(".attributes~"))).toEqual([]);
    const listed = await Array.fromAsync(store.list(), ({ key }) => key);
    expect(listed).toEqual(golden.objects.filter((_, index) => index % 3 !== 2).map(({ key }) => key));
    for (const [index, { key }] of golden.objects.entries()) {
      if (index % 3 === 0) expect(await store.head(key)).toMatchObject({ ...attributes, state: "written" });
      if (index % 3 === 1) expect(await store.head(key)).toMatchObject({ contentType: undefined, metadata: {} });
      await store.delete(key);
    }
    expect(readdirSync(folder).sort()).toEqual([".tmp~"]);
  });

  it("is refused with Integrity where its attributes are damaged", async () => {
    await writeGoldenFolder(folder);
    const { path } = golden.files.find((file) => file.path.includes("node/k1")) ?? { path: "" };
    await writeFile(join(folder, path), "{");
    await expect(new LocalStore(folder).head("v1/node/k1.superjson")).rejects.toMatchObject({ code: "Integrity" });
  });
});

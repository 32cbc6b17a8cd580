import { asset, EdgewaterError, MemoryStore, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { type Fault, randomFaults, type WriteBackStore, withCache, withFaults, withTrace } from "edgewater/with";
import { array, assert, asyncProperty, constantFrom, nat, oneof, record } from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { rounds } from "../../../support/breadth.ts";

/** No test of the conditions, whose object a fault could leave behind. */
const known = { keepsConditions: true } as const;

/** A far store whose connection can be cut, and the store over it. */
function tiers({ near = new MemoryStore(), sound = new MemoryStore() } = {}) {
  const link: { isCut: boolean; fault: Fault | undefined } = { isCut: false, fault: undefined };
  const far = { ...withFaults(sound, () => (link.isCut ? "before" : link.fault)), ...known };
  const open = (): WriteBackStore => withCache(far, near, { mode: "write-back" });
  return { sound, near, link, open, store: open() };
}

const textOf = async (store: Pick<WriteBackStore, "get">, key: string): Promise<string> => (await store.get(key)).text();
const pendingKeys = async (store: WriteBackStore): Promise<string[]> => (await store.pending()).map(({ key }) => key);
const contentOf = async (store: MemoryStore): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  for await (const { key } of store.list()) found[key] = await (await store.get(key)).text();
  return found;
};

describe("withCache with write-back", () => {
  it("takes writes while the far store cannot be reached, lists them, and uploads them later with their attributes", async () => {
    const { sound, link, store } = tiers();
    link.isCut = true;
    const before = Date.now();
    await store.put("a/b", "one", { contentType: "text/plain", metadata: { a: "🌊" } });
    await store.put("a", new Blob(["two!"]).stream());
    await expect(store.flush()).rejects.toMatchObject({ code: "Unavailable" });
    const pending = await store.pending();
    expect(pending).toMatchObject([
      { key: "a", size: 4, isDeleted: false, error: { code: "Unavailable" } },
      { key: "a/b", size: 3, isDeleted: false },
    ]);
    for (const { since } of pending) expect(since.getTime()).toBeGreaterThanOrEqual(before);
    expect(await textOf(store, "a/b")).toBe("one");
    expect(await (await store.get("a", { range: { start: 1, end: 3 } })).text()).toBe("wo");
    expect(await store.head("a/b")).toMatchObject({ key: "a/b", size: 3, contentType: "text/plain", metadata: { a: "🌊" } });
    await expect(Array.fromAsync(store.list())).rejects.toMatchObject({ code: "Unavailable" });
    link.isCut = false;
    await store.flush();
    expect(await store.pending()).toEqual([]);
    expect(await contentOf(sound)).toEqual({ a: "two!", "a/b": "one" });
    expect(await sound.head("a/b")).toMatchObject({ contentType: "text/plain", metadata: { a: "🌊" } });
  });

  it("knows after a restart what is only local, and uploads it by itself at the first call", async () => {
    const { sound, link, store, open } = tiers();
    link.isCut = true;
    await store.put("k", "body");
    await store.delete("gone");
    await store.close();
    const again = open();
    expect(await again.pending()).toMatchObject([
      { key: "gone", isDeleted: true, size: 0 },
      { key: "k", isDeleted: false, size: 4 },
    ]);
    await again.close();
    link.isCut = false;
    const last = open();
    expect(await textOf(last, "k")).toBe("body");
    await expect.poll(() => contentOf(sound)).toEqual({ k: "body" });
    await last.close();
  });

  it("lists what is only local among the objects of the far store", async () => {
    const { sound, link, store } = tiers();
    for (const key of ["p/a", "p/c/1", "p/d", "p/gone/1", "p/gone/2", "z"]) await sound.put(key, "far");
    const local = withCache(
      withFaults(sound, ({ verb }) => (verb === "list" ? undefined : "before")),
      new MemoryStore(),
      { mode: "write-back" },
    );
    await local.put("p/b", "near");
    await local.put("p/c/2", "near");
    await local.put("p/d", "longer");
    await local.delete(["p/a", "p/gone/1", "p/gone/2"]);
    const list = async (options: object): Promise<unknown[]> =>
      Array.fromAsync(local.list("p", options), (entry) => Object.values(entry)[0]);
    expect(await list({})).toEqual(["p/b", "p/c/1", "p/c/2", "p/d"]);
    expect(await list({ delimiter: "/" })).toEqual(["p/b", "p/c/", "p/d"]);
    expect(await list({ delimiter: "/", limit: 2 })).toEqual(["p/b", "p/c/"]);
    expect(await list({ delimiter: "/", startAfter: "p/b" })).toEqual(["p/c/", "p/d"]);
    expect(await list({ startAfter: "p/c/1", limit: 1 })).toEqual(["p/c/2"]);
    expect(await list({ limit: 0 })).toEqual([]);
    expect((await Array.fromAsync(local.list("p"))).at(-1)).toMatchObject({ size: 6, etag: undefined });
    link.isCut = true;
    await store.close();
    await local.close();
  });

  it("never uploads over an object that another writer has changed, and lets the caller decide", async () => {
    const { sound, link, store } = tiers();
    await sound.put("k", "first");
    expect(await textOf(store, "k")).toBe("first");
    link.isCut = true;
    await store.put("k", "mine");
    await sound.put("k", "theirs");
    link.isCut = false;
    const message = /another writer has changed it since it was read here.*resolve\("k", "near"\)/;
    await expect(store.flush()).rejects.toMatchObject({ code: "Conflict", key: "k", message });
    expect(await store.pending()).toMatchObject([{ key: "k", error: { code: "Conflict" } }]);
    expect(await contentOf(sound)).toEqual({ k: "theirs" });
    expect(await textOf(store, "k")).toBe("mine");
    await store.resolve("k", "near");
    expect(await contentOf(sound)).toEqual({ k: "mine" });
    expect(await store.pending()).toEqual([]);
    await expect(store.resolve("k", "near")).rejects.toMatchObject({ code: "NotFound" });

    link.isCut = true;
    await store.delete("k");
    await sound.put("k", "theirs again");
    link.isCut = false;
    await expect(store.flush()).rejects.toMatchObject({ code: "Conflict" });
    await store.resolve("k", "far");
    expect(await store.pending()).toEqual([]);
    expect(await textOf(store, "k")).toBe("theirs again");
  });

  it("replaces an object that it never saw only if the upload need not wait", async () => {
    const { sound, link, store } = tiers();
    await sound.put("online", "old");
    await sound.put("offline", "old");
    await store.put("online", "new");
    await store.flush();
    link.isCut = true;
    await store.put("offline", "new");
    await expect(store.flush()).rejects.toMatchObject({ code: "Unavailable" });
    link.isCut = false;
    await expect(store.flush()).rejects.toMatchObject({ code: "Conflict" });
    expect(await contentOf(sound)).toEqual({ online: "new", offline: "old" });
    await store.close();
  });

  it.each(["this tab", "another tab"])(
    "knows what %s has seen when the clock is set back between the read and the write",
    async (reader) => {
      const { sound, store, open } = tiers();
      await sound.put("k", "first");
      const other = open();
      await textOf(reader === "this tab" ? store : other, "k");
      await sound.put("k", "theirs");
      const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() - 3_600_000);
      try {
        await store.put("k", "mine");
        await expect(store.flush()).rejects.toMatchObject({ code: "Conflict" });
      } finally {
        clock.mockRestore();
      }
      expect(await contentOf(sound)).toEqual({ k: "theirs" });
      await Promise.all([store.close(), other.close()]);
    },
  );

  it("counts an upload whose answer was lost as done, also when a newer write follows", async () => {
    const { sound, link, store } = tiers();
    await store.put("k", "one");
    await store.flush();
    link.fault = "after";
    await store.put("k", "two");
    await expect(store.flush()).rejects.toMatchObject({ code: "Unavailable" });
    expect(await contentOf(sound)).toEqual({ k: "two" });
    await store.put("k", "three");
    link.fault = undefined;
    await store.flush();
    expect(await contentOf(sound)).toEqual({ k: "three" });
  });

  it("repeats an upload harmlessly after a crash before it was noted", async () => {
    const sound = new MemoryStore();
    let isCrashing = true;
    const near = new MemoryStore();
    const crashing = withFaults(near, ({ verb, key }) =>
      isCrashing && verb === "put" && key.startsWith(".write-back/states/") && sawUpload() ? "before" : undefined,
    );
    let uploads = 0;
    const sawUpload = (): boolean => uploads > 0;
    const traced = withTrace(sound, ({ verb }) => {
      if (verb === "put") uploads++;
    });
    const far = { ...traced, ...known };
    const store = withCache(far, crashing, { mode: "write-back" });
    await store.put("k", "body");
    await expect(store.flush()).rejects.toMatchObject({ code: "Unavailable" });
    await store.close();
    isCrashing = false;
    const again = withCache(far, near, { mode: "write-back" });
    const { etag } = await sound.head("k");
    expect(await pendingKeys(again)).toEqual(["k"]);
    await again.flush();
    expect(await again.pending()).toEqual([]);
    expect((await sound.head("k")).etag).toBe(etag);
  });

  it("serves cached objects without a connection, and none that is older than its own upload", async () => {
    const { sound, link, store, near } = tiers();
    await sound.put("read", "from far");
    await textOf(store, "read");
    await store.put("written", "here");
    await store.flush();
    link.isCut = true;
    expect(await textOf(store, "read")).toBe("from far");
    expect(await textOf(store, "written")).toBe("here");
    expect(await store.head("written")).toMatchObject({ size: 4, etag: undefined });
    await expect(store.get("never")).rejects.toMatchObject({ code: "Unavailable" });
    link.isCut = false;
    const old = await near.get("written");
    const entry = await old.bytes();
    await store.put("written", "newer");
    await store.flush();
    await near.put("written", entry); // as a read of another tab that began before
    link.isCut = true;
    await expect(store.get("written")).rejects.toMatchObject({ code: "Unavailable" });
    await store.close();
  });

  it("evicts nothing that is only local, and writes nothing when the near store is full", async () => {
    let isFull = false;
    const near = withFaults(new MemoryStore(), () => undefined);
    const full: typeof near = {
      ...near,
      put: async (key, ...rest) => {
        if (isFull) throw new EdgewaterError("QuotaExceeded", "full", { key });
        return near.put(key, ...rest);
      },
    };
    const sound = new MemoryStore();
    const far = withFaults(sound, ({ verb }) => (verb === "get" ? undefined : "before"));
    await sound.put("other", "x".repeat(1000));
    for (const mode of ["write-back", "write-through"] as const) {
      const store = withCache(far, full, { mode: mode as "write-back", maxBytes: 0 });
      if (mode === "write-back") await store.put("k", "only here");
      await textOf(store, "other");
    }
    const store = withCache(far, full, { mode: "write-back" });
    expect(await textOf(store, "k")).toBe("only here");
    isFull = true;
    await expect(store.put("k", "too much")).rejects.toMatchObject({ code: "QuotaExceeded" });
    expect(await textOf(store, "k")).toBe("only here");
    await store.close();
  });

  it("uploads from a near store that is full, and ends a flush at once when it is aborted", async () => {
    const sound = new MemoryStore();
    const full: MemoryStore = Object.assign(new MemoryStore(), {
      put: async (key: string, body: string, options: object) => {
        if (key.startsWith(".write-back/states/")) throw new EdgewaterError("QuotaExceeded", "full", { key });
        return MemoryStore.prototype.put.call(full, key, body, options);
      },
    });
    const store = withCache(sound, full, { mode: "write-back" });
    await store.put("k", "body");
    await store.flush();
    expect(await contentOf(sound)).toEqual({ k: "body" });
    expect(await store.pending()).toEqual([]);
    await store.close();

    const hanging = withFaults(sound, ({ verb }) => (verb === "list" ? undefined : { delayMs: 60_000 }));
    const slow = withCache({ ...hanging, ...known }, new MemoryStore(), { mode: "write-back" });
    await slow.put("k", "body");
    const controller = new AbortController();
    const flushing = slow.flush({ signal: controller.signal });
    controller.abort();
    await expect(flushing).rejects.toMatchObject({ code: "Aborted" });
    expect(await pendingKeys(slow)).toEqual(["k"]);
    await slow.close();
  });

  it("loses no write, uploads none over a newer one, and reports no false conflict, whatever fails", async () => {
    const step = record({
      tab: nat(1),
      verb: constantFrom("put", "put", "delete", "get", "flush", "reload", "wait"),
      key: constantFrom("a", "a/b"),
    });
    await assert(
      asyncProperty(array(step, { maxLength: 25 }), nat(), oneof(constantFrom(0), constantFrom(50)), async (steps, seed, percent) => {
        const sound = new MemoryStore();
        const near = new MemoryStore();
        let isFaulty = true;
        const choose = randomFaults({ seed, percent });
        const far = { ...withFaults(sound, (call) => (isFaulty ? choose(call) : undefined)), ...known };
        const open = (): WriteBackStore => withCache(far, near, { mode: "write-back" });
        const tabs = [open(), open()];
        const expected: Record<string, string> = {};
        for (const [index, { tab, verb, key }] of steps.entries()) {
          const store = tabs[tab] as WriteBackStore;
          if (verb === "put") {
            expected[key] = `${index}`;
            await store.put(key, `${index}`);
          } else if (verb === "delete") {
            delete expected[key];
            await store.delete(key);
          } else if (verb === "flush") await store.flush().catch(() => undefined);
          else if (verb === "wait") await new Promise((resolve) => setTimeout(resolve));
          else if (verb === "reload") {
            void store.close();
            tabs[tab] = open();
          } else {
            const found = await textOf(store, key).catch((error: EdgewaterError) => error.code);
            if (found !== "Unavailable") expect(found).toBe(expected[key] ?? "NotFound");
          }
        }
        isFaulty = false;
        for (const store of tabs) await store.close();
        const last = open();
        await last.flush();
        expect(await last.pending()).toEqual([]);
        expect(await contentOf(sound)).toEqual(expected);
        await last.close();
      }),
      { numRuns: rounds(25, 1000) },
    );
  });

  it("keeps the values of a repository right before and after the upload, on this device and on another", async () => {
    const { sound, link, store } = tiers();
    let runs = 0;
    const numbers = asset({ name: "numbers" }, () => {
      runs++;
      return [1, 2, 3];
    });
    const storage = Storage.memory();
    const open = (own: WriteBackStore | MemoryStore): Promise<Repository> =>
      Repository.open({ assets: [numbers], ioHandler: new SuperJsonIOHandler({ store: own, prefix: "v1" }), storage });
    link.isCut = true;
    await using repository = await open(store);
    await repository.materialize();
    expect(await repository.load(numbers)).toEqual([1, 2, 3]);
    const status = async (of: Repository): Promise<unknown[]> => (await of.status({ verify: true })).map((each) => each.status);
    expect(await status(repository)).toEqual(["UpToDate"]);
    expect(await pendingKeys(store)).toEqual(["v1/numbers.superjson"]);
    link.isCut = false;
    await store.flush();
    expect(await status(repository)).toEqual(["UpToDate"]);
    await using other = await open(sound);
    expect(await other.load(numbers)).toEqual([1, 2, 3]);
    expect(await status(other)).toEqual(["UpToDate"]);
    expect(runs).toBe(1);
    await store.close();
  });

  it("refuses wrong tiers, options and conditions by name", async () => {
    const memory = new MemoryStore();
    const kv = Object.assign(new MemoryStore(), { name: "KVStore", etags: undefined, consistency: "eventual" });
    const make =
      (far: unknown, near: unknown, options: object = {}) =>
      () =>
        withCache(far as never, near as never, { mode: "write-back", ...options });
    expect(make(memory, memory)).toThrow(/Invalid cache of withCache\(MemoryStore\): it is the store itself/);
    expect(make(kv, memory)).toThrow(/no reliable conditional writes/);
    expect(make(memory, kv)).toThrow(/does not give every write an etag/);
    expect(make({ name: "x", get: () => undefined }, memory)).toThrow(/Invalid store of withCache/);
    expect(make(memory, new MemoryStore(), { maxAgeMs: 1 })).toThrow(/Unknown option "maxAgeMs"/);
    expect(make(memory, new MemoryStore(), { mode: "writeback" })).toThrow(/Invalid mode of withCache/);
    const store = withCache(memory, new MemoryStore(), { mode: "write-back" });
    await expect(store.put("k", "x", { mode: "create" } as never)).rejects.toMatchObject({ code: "SettingsError", field: "mode" });
    await expect(store.get("k", { ifMatch: "e" } as never)).rejects.toMatchObject({ code: "SettingsError", field: "ifMatch" });
    await expect(store.flush({ sinal: undefined } as never)).rejects.toThrow(/did you mean "signal"/);
    await expect(store.resolve("k", "both" as never)).rejects.toThrow(/expected "near" or "far"/);
  });

  it("uploads nothing to a store that ignores conditions", async () => {
    const sound = new MemoryStore();
    const blind: MemoryStore = Object.assign(new MemoryStore(), {
      name: "BlindStore",
      put: (key: string, body: string, options: object) => sound.put(key, body, { ...options, mode: "overwrite" }),
    });
    const store = withCache(blind, new MemoryStore(), { mode: "write-back" });
    await store.put("k", "body");
    await expect(store.flush()).rejects.toMatchObject({ code: "NotSupported" });
    expect(await pendingKeys(store)).toEqual(["k"]);
    await store.close();
  });
});

import { IndexedDBStore } from "edgewater/indexeddb";
import { afterEach, describe, expect, it, vi } from "vitest";

afterEach(() => vi.restoreAllMocks());

const transactions = () => vi.spyOn(IDBDatabase.prototype, "transaction");
const textOf = async (store: IndexedDBStore, key: string) => (await store.get(key)).text();
const mebibyte = 1024 * 1024;

/** All values or keys of an IndexedDB object store. */
async function raw(database: string, name: string, what: "getAll" | "getAllKeys" = "getAll"): Promise<unknown[]> {
  const opened = await answer(indexedDB.open(database));
  try {
    return await answer(opened.transaction(name).objectStore(name)[what]());
  } finally {
    opened.close();
  }
}

function answer<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

describe("the connection of IndexedDBStore", () => {
  it("sees the writes of another connection, and opens again after it was closed", async () => {
    const database = crypto.randomUUID();
    const first = new IndexedDBStore(database);
    await first.put("a", "one");
    await first.close();
    await using second = new IndexedDBStore(database);
    await second.put("a", "two");
    expect(await textOf(first, "a")).toBe("two");
    await first.close();
  });

  it("refuses the database of another program, with the remedy", async () => {
    const database = crypto.randomUUID();
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("something else");
    (await answer(request)).close();
    const refusal = { code: "Integrity", message: expect.stringContaining("use another name") };
    const store = new IndexedDBStore(database);
    await expect(store.put("k", "v")).rejects.toMatchObject(refusal);
    await expect(store.get("k")).rejects.toMatchObject(refusal);
    await expect(Array.fromAsync(store.list())).rejects.toMatchObject(refusal);
  });

  it("does not block deleting the database", async () => {
    const database = crypto.randomUUID();
    const store = new IndexedDBStore(database);
    await store.put("a", "one");
    const deleted = await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(database);
      request.onsuccess = () => resolve(true);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });
    expect(deleted).toBe(true);
    await expect(store.get("a")).rejects.toMatchObject({ code: "NotFound" });
    await store.close();
  });

  it("is opened again once when the browser closed it, for reads and writes", async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    const closeIt = async (): Promise<void> => {
      const seen = transactions();
      await store.head("a");
      (seen.mock.contexts[0] as IDBDatabase).close();
      seen.mockRestore();
    };
    const { etag = "" } = await store.put("a", "one");
    await closeIt();
    expect(await textOf(store, "a")).toBe("one");
    await closeIt();
    await store.put("a", "two", { mode: { ifMatch: etag } });
    await closeIt();
    expect(await Array.fromAsync(store.list(), ({ key }) => key)).toEqual(["a"]);
    expect(await textOf(store, "a")).toBe("two");
  });

  it("is not opened again and again when it fails as in Safari", async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    await store.put("a", "one");
    const open = vi.spyOn(indexedDB, "open");
    const lost = new DOMException("Connection to Indexed Database server lost. Refresh the page to try again", "UnknownError");
    const failing = transactions().mockImplementationOnce(() => {
      throw lost;
    });
    expect(await textOf(store, "a")).toBe("one");
    expect(open).toHaveBeenCalledTimes(1);
    failing.mockImplementation(() => {
      throw lost;
    });
    await expect(store.get("a")).rejects.toMatchObject({ code: "Unavailable", key: "a", cause: lost });
    await expect(store.put("a", "x")).rejects.toMatchObject({ code: "Unavailable", key: "a", cause: lost });
    expect(open.mock.calls.length).toBeLessThanOrEqual(5);
  });

  it("passes the durability to its transactions", async () => {
    for (const durability of ["strict", "relaxed"] as const) {
      await using store = new IndexedDBStore(crypto.randomUUID(), { durability });
      const seen = transactions();
      await store.put("a", "one");
      const modes = seen.mock.results.map(({ value }) => (value as IDBTransaction).durability);
      expect(new Set(modes)).toEqual(new Set([durability]));
      seen.mockRestore();
    }
  });

  it("refuses a database of a newer version", async () => {
    const database = crypto.randomUUID();
    (await answer(indexedDB.open(database, 99))).close();
    await expect(new IndexedDBStore(database).get("a")).rejects.toMatchObject({ code: "NotSupported" });
  });
});

describe("a write of IndexedDBStore whose connection breaks", () => {
  /** Lets the next write transactions commit, runs `meanwhile`, and then fails them as if the connection was lost. */
  function breakAfterCommit(meanwhile: () => Promise<unknown> = async () => undefined, times = 1): void {
    const real = IDBDatabase.prototype.transaction;
    const spied = transactions();
    let left = times;
    spied.mockImplementation(function (this: IDBDatabase, ...args: Parameters<typeof real>) {
      const transaction = real.apply(this, args);
      if (args[1] !== "readwrite") return transaction;
      if (--left === 0) spied.mockRestore();
      const fail = (): void => void meanwhile().then(() => transaction.onabort?.(new Event("abort")));
      Object.defineProperty(transaction, "oncomplete", { set: () => transaction.addEventListener("complete", fail) });
      Object.defineProperty(transaction, "error", { value: new DOMException("The connection was lost", "UnknownError") });
      return transaction;
    });
  }

  it("does not conflict with itself when it is repeated", async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    const { etag = "" } = await store.put("a", "one");
    breakAfterCommit();
    const written = await store.put("a", "two", { mode: { ifMatch: etag } });
    expect(await store.head("a")).toMatchObject({ etag: written.etag });
    breakAfterCommit();
    await store.put("b", "new", { mode: "create" });
    expect(await textOf(store, "b")).toBe("new");
  });

  it("does not conflict with itself when its shared transaction broke twice", async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    await store.put("there", "x");
    breakAfterCommit(undefined, 2);
    const writes = [store.put("a", "one", { mode: "create" }), store.put("there", "y", { mode: "create" }), store.put("b", "two")];
    const codes = (await Promise.allSettled(writes)).map((each) => (each.status === "fulfilled" ? "done" : each.reason.code));
    // The second write may conflict with itself or with the object from before, so its outcome is unknown.
    expect(codes).toEqual(["done", "Unavailable", "done"]);
    expect(await textOf(store, "there")).toBe("x");
  });

  it("has an unknown outcome when another write came after it", async () => {
    const database = crypto.randomUUID();
    await using store = new IndexedDBStore(database);
    await using other = new IndexedDBStore(database);
    const { etag = "" } = await store.put("a", "one");
    breakAfterCommit(() => other.put("a", "of another"));
    await expect(store.put("a", "two", { mode: { ifMatch: etag } })).rejects.toMatchObject({ code: "Unavailable", key: "a" });
    expect(await textOf(store, "a")).toBe("of another");
  });
});

describe("concurrent writes of IndexedDBStore", () => {
  it("share one transaction, and run in their order", async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    await store.put("first", "x");
    const seen = transactions();
    const puts = Array.from({ length: 50 }, (_, index) => store.put(`k/${index % 10}`, String(index)));
    await Promise.all([...puts, store.delete("k/3"), store.put("k/4", "last")]);
    expect(seen.mock.calls.filter(([, mode]) => mode === "readwrite")).toHaveLength(1);
    expect(await textOf(store, "k/9")).toBe("49");
    expect(await textOf(store, "k/4")).toBe("last");
    await expect(store.get("k/3")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("fail separately", async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    await store.put("there", "x");
    const detached = new Uint8Array(10);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    const aborted = new AbortController();
    const outcomes = Promise.allSettled([
      store.put("a", "a"),
      store.put("there", "b", { mode: "create" }),
      store.put("c", detached),
      store.put("d", "d", { mode: { ifMatch: '"none"' } }),
      store.put("e", "e", { signal: aborted.signal }),
      store.put("f", new Uint8Array(2 * mebibyte)),
    ]);
    aborted.abort();
    const codes = (await outcomes).map((outcome) => (outcome.status === "fulfilled" ? "done" : outcome.reason.code));
    expect(codes).toEqual(["done", "AlreadyExists", "Unavailable", "PreconditionFailed", "Aborted", "done"]);
    expect(await Array.fromAsync(store.list(), ({ key }) => key)).toEqual(["a", "f", "there"]);
  });

  it("check their conditions one after the other inside the transaction", async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    const outcomes = await Promise.allSettled([
      store.put("a", "one", { mode: "create" }),
      store.put("a", "two", { mode: "create" }),
      store.delete("a"),
      store.put("a", "three", { mode: "create" }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(await textOf(store, "a")).toBe("three");
  });
});

describe("large objects in IndexedDBStore", () => {
  it("leave no chunk when they are replaced or deleted, in their own or a shared transaction", async () => {
    const database = crypto.randomUUID();
    await using store = new IndexedDBStore(database);
    const large = new Uint8Array(3 * mebibyte + 1);
    const streamed = () => new Blob([new Uint8Array(17 * mebibyte)]).stream();
    await store.put("a", large);
    expect(await raw(database, "body", "getAllKeys")).toHaveLength(4);
    await store.put("a", large);
    expect(await raw(database, "body", "getAllKeys")).toHaveLength(4);
    await store.put("a", streamed());
    expect(await raw(database, "body", "getAllKeys")).toHaveLength(17);
    await store.put("a", "small");
    expect(await raw(database, "body", "getAllKeys")).toEqual([]);
    await Promise.all([store.put("a", large), store.put("b", large), store.put("c", large), store.put("a", "small")]);
    expect(await raw(database, "body", "getAllKeys")).toHaveLength(8);
    await Promise.all([store.put("b", "small"), store.delete("c")]);
    expect(await raw(database, "body", "getAllKeys")).toEqual([]);
    expect(await raw(database, "uploads", "getAllKeys")).toEqual([]);
  });

  it("leave no chunk when a batch contains more of them than it reads from the index", async () => {
    const database = crypto.randomUUID();
    await using store = new IndexedDBStore(database);
    const keys = Array.from({ length: 120 }, (_, index) => `k/${String(index).padStart(3, "0")}`);
    await Promise.all(keys.map((key) => store.put(key, new Uint8Array(5000))));
    expect(await raw(database, "body", "getAllKeys")).toHaveLength(120);
    await Promise.all(keys.map((key) => store.put(key, "small")));
    expect(await raw(database, "body", "getAllKeys")).toEqual([]);
  });

  it("leave no chunk when an upload fails or is refused", async () => {
    const database = crypto.randomUUID();
    await using store = new IndexedDBStore(database);
    await store.put("a", "old");
    const failing = () => {
      let chunks = 0;
      return new ReadableStream<Uint8Array>({
        pull: (controller) =>
          ++chunks > 9 ? controller.error(new Error("the source failed")) : controller.enqueue(new Uint8Array(mebibyte)),
      });
    };
    await expect(store.put("a", failing())).rejects.toMatchObject({ code: "Unavailable" });
    await expect(store.put("a", new Blob([new Uint8Array(5 * mebibyte)]).stream(), { mode: "create" })).rejects.toMatchObject({
      code: "AlreadyExists",
    });
    expect(await textOf(store, "a")).toBe("old");
    expect(await raw(database, "body", "getAllKeys")).toEqual([]);
    expect(await raw(database, "uploads", "getAllKeys")).toEqual([]);
  });

  it("are swept by the first write after a crashed upload, but not while another upload is active", async () => {
    const database = crypto.randomUUID();
    await using store = new IndexedDBStore(database);
    await store.put("a", "x");
    const opened = await answer(indexedDB.open(database));
    const transaction = opened.transaction(["body", "uploads"], "readwrite");
    transaction.objectStore("uploads").put("k", '"crashed"');
    transaction.objectStore("body").put(new Uint8Array(10), ['"crashed"', 0]);
    await new Promise((resolve) => {
      transaction.oncomplete = resolve;
    });
    opened.close();
    let end = (): void => undefined;
    await new Promise<void>((entered) => {
      void navigator.locks.request(`edgewater/indexeddb/${database}`, { mode: "shared" }, () => {
        entered();
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      });
    });
    await new IndexedDBStore(database).put("b", "x");
    expect(await raw(database, "body", "getAllKeys")).toHaveLength(1);
    end();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await new IndexedDBStore(database).put("b", "x");
    expect(await raw(database, "body", "getAllKeys")).toEqual([]);
    expect(await raw(database, "uploads", "getAllKeys")).toEqual([]);
    expect(await Array.fromAsync(store.list(), ({ key }) => key)).toEqual(["a", "b"]);
  });

  it("are read chunk by chunk, and a range reads only its chunks", async () => {
    await using store = new IndexedDBStore(crypto.randomUUID());
    const size = 20 * mebibyte + 5;
    const body = Uint8Array.from({ length: size }, (_, index) => (index >> 10) % 251);
    await store.put("a", body);
    const read = vi.spyOn(IDBObjectStore.prototype, "getAll");
    const range = await store.get("a", { range: { start: 5 * mebibyte - 1, end: 5 * mebibyte + 1 } });
    expect([...(await range.bytes())]).toEqual([...body.subarray(5 * mebibyte - 1, 5 * mebibyte + 1)]);
    const chunks = await Promise.all(read.mock.results.map(({ value }) => (value as IDBRequest<unknown[]>).result.length));
    expect(chunks).toEqual([2]);
    read.mockRestore();
    let at = 0;
    let isSame = true;
    // Streams of WebKit are not async iterable.
    const reader = (await store.get("a")).stream().getReader();
    for (let { value: chunk } = await reader.read(); chunk !== undefined; { value: chunk } = await reader.read()) {
      expect(chunk.byteLength).toBeLessThanOrEqual(mebibyte);
      for (let index = 0; index < chunk.byteLength; index += 97) isSame &&= chunk[index] === body[at + index];
      at += chunk.byteLength;
    }
    expect([at, isSame]).toEqual([size, true]);
    const whole = await (await store.get("a")).bytes();
    expect(whole.byteLength === size && whole.every((byte, index) => byte === body[index])).toBe(true);
  });

  it("fail with Unavailable when they are replaced during a read, and with Integrity when a chunk is missing", async () => {
    const database = crypto.randomUUID();
    await using store = new IndexedDBStore(database);
    await store.put("a", new Uint8Array(17 * mebibyte));
    const opened = await store.get("a");
    const reader = opened.stream().getReader();
    await reader.read();
    await store.put("a", "new");
    await expect(reader.read()).rejects.toMatchObject({ code: "Unavailable", key: "a" });
    await store.put("b", new Uint8Array(2 * mebibyte));
    const connection = await answer(indexedDB.open(database));
    const bodies = connection.transaction("body", "readwrite").objectStore("body");
    const [first] = await answer(bodies.getAllKeys());
    await answer(bodies.delete(first as IDBValidKey));
    connection.close();
    await expect(store.get("b")).rejects.toMatchObject({ code: "Integrity", key: "b" });
  });
});

it("stores only the bytes of a view, not its whole buffer", async () => {
  const database = crypto.randomUUID();
  await using store = new IndexedDBStore(database);
  const memory = new Uint8Array(mebibyte).fill(7);
  await store.put("small", memory.subarray(10, 13));
  await store.put("large", memory.subarray(10, 10_010));
  const [record] = (await raw(database, "meta")).filter((each) => (each as { key: string }).key === "small") as { bytes: Uint8Array }[];
  expect(record?.bytes.buffer.byteLength).toBe(3);
  expect(((await raw(database, "body"))[0] as Uint8Array).buffer.byteLength).toBe(10_000);
});

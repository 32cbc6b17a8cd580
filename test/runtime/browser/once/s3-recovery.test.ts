/** What is left when the browser has deleted everything that an origin has stored. */
import { asset, Repository, Storage, type StorageBackend, SuperJsonIOHandler, selfInput } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { inspect } from "edgewater/inspector";
import { OPFSStore } from "edgewater/opfs";
import { remote } from "edgewater/remote";
import { S3Store } from "edgewater/s3";
import { type NearStore, type WriteBackStore, withCache, withFaults, withPrefix } from "edgewater/with";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { hasSyncHandles } from "../in-worker.ts";

const { endpoint, region, bucket, ...credentials } = inject("s3");
const { url, token } = inject("remote");

/** As a browser evicts an origin: all databases and files at once, also those that are open. */
async function evict(): Promise<void> {
  const databases = await indexedDB.databases();
  await Promise.all(
    databases.map(({ name = "" }) => {
      return new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
      });
    }),
  );
  if (!hasSyncHandles) return;
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
}

const nears: Readonly<Record<string, () => NearStore>> = {
  IndexedDBStore: () => new IndexedDBStore("values"),
  ...(hasSyncHandles && { OPFSStore: () => new OPFSStore("values") }),
};

beforeEach(evict);

describe.each(Object.entries(nears))("after an eviction of %s and the records", (_, near) => {
  const setup = (prefix: string = crypto.randomUUID()) => {
    const calls: string[] = [];
    const numbers = asset({ name: "numbers", codeVersion: "1" }, () => {
      calls.push("numbers");
      return [1, 2, 3];
    });
    const total = asset({ name: "total", inputs: { numbers, previous: selfInput<number>() } }, ({ numbers: all, previous = 0 }) => {
      calls.push(`total after ${previous}`);
      return previous + all.length;
    });
    /** Whether nothing can be uploaded. */
    const link = { isCut: false };
    const far = withPrefix(new S3Store({ bucket, region, endpoint, credentials }), `recovery/${prefix}`);
    const cuttable = withFaults(far, ({ verb }) => (link.isCut && verb === "put" ? "before" : undefined));
    const openStore = (): WriteBackStore => withCache(cuttable, near(), { mode: "write-back" });
    const openRepository = (store: WriteBackStore, storage: Promise<Storage>): Promise<Repository> =>
      Repository.open({ assets: [numbers, total], ioHandler: new SuperJsonIOHandler({ store, prefix: "v1" }), storage });
    const statusOf = async (repository: Repository): Promise<Record<string, string>> =>
      Object.fromEntries((await repository.status({ verify: true })).map(({ asset: name, status }) => [name, status]));
    return { prefix, numbers, total, calls, link, openStore, openRepository, statusOf };
  };
  const records = (name: string): StorageBackend => remote(`${url}/${name}`, { token });

  it("loads uploaded values by remote records, and makes nothing again", async () => {
    const { prefix, total, calls, openStore, openRepository, statusOf } = setup();
    {
      const store = openStore();
      await using repository = await openRepository(store, Storage.connect(records(prefix)));
      await repository.materialize();
      await repository.materialize({ selection: [total] });
      await store.flush();
      await store.close();
    }
    await evict();
    const store = openStore();
    await using repository = await openRepository(store, Storage.connect(records(prefix)));
    expect(await store.pending()).toEqual([]);
    expect(await repository.load(total)).toBe(6);
    expect(await statusOf(repository)).toEqual({ numbers: "UpToDate", total: "UpToDate" });
    await repository.materialize({ skipUnchanged: true });
    expect(calls).toEqual(["numbers", "total after 0", "total after 3", "total after 6"]);
    await store.close();
  });

  it("loads uploaded values by records that were exported and imported", async () => {
    const { numbers, total, calls, openStore, openRepository, statusOf } = setup();
    let file: Blob;
    {
      const store = openStore();
      await using repository = await openRepository(store, Storage.embedded("records"));
      await repository.materialize();
      await store.flush();
      file = await new Response(await inspect(repository).export("records")).blob();
      await store.close();
    }
    await evict();
    const store = openStore();
    await using repository = await openRepository(store, Storage.embedded("records"));
    await inspect(repository).import(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>);
    expect([await repository.load(numbers), await repository.load(total)]).toEqual([[1, 2, 3], 3]);
    expect(await statusOf(repository)).toEqual({ numbers: "UpToDate", total: "UpToDate" });
    expect(calls).toEqual(["numbers", "total after 0"]);
    await store.close();
  });

  it("reports values that were only local as missing, and never takes them for a first run", async () => {
    const { prefix, numbers, total, calls, link, openStore, openRepository, statusOf } = setup();
    {
      const store = openStore();
      await using repository = await openRepository(store, Storage.connect(records(prefix)));
      link.isCut = true;
      await repository.materialize();
      expect(await repository.load(total)).toBe(3);
      expect((await store.pending()).map(({ key }) => key)).toEqual(["v1/numbers.superjson", "v1/total.superjson"]);
      await store.close();
    }
    await evict();
    link.isCut = false;
    const store = openStore();
    await using repository = await openRepository(store, Storage.connect(records(prefix)));
    await expect(repository.load(numbers)).rejects.toMatchObject({ code: "NotFound" });
    expect(await statusOf(repository)).toEqual({ numbers: "Missing", total: "Missing" });
    await expect(repository.materialize({ skipUnchanged: true })).rejects.toMatchObject({
      asset: "total",
      message: /records it, and it is gone from its store.*wipe it to start without it/,
    });
    expect(calls).toEqual(["numbers", "total after 0", "numbers"]);
    expect(await repository.load(numbers)).toEqual([1, 2, 3]);
    await store.close();
  });
});

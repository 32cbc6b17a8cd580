import { asset, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { parallel } from "edgewater/parallel";
import { executorCases } from "edgewater/testing";
import { afterAll, describe, expect, it } from "vitest";

const place = `executors-${crypto.randomUUID()}`;
const start = (): Worker => new Worker(new URL("./steps-worker.ts", import.meta.url), { type: "module", name: place });

describe("parallel() with Web Workers", async () => {
  const executor = parallel({ start, size: 2 });
  const storage = await Storage.embedded(`${place}-records`);
  const store = new IndexedDBStore(place);
  afterAll(async () => {
    await executor[Symbol.asyncDispose]();
    await storage.close();
    await store.close();
  });

  it.each(executorCases("workers"))("$name", ({ run }) => run({ storage, store, executor }));

  it("ends a worker that hangs in a loop, and fails the step after three of them", async () => {
    const hangs = asset({ name: "hangs" }, () => 1);
    const hanging = parallel({ start, size: 1, stepTimeoutMs: 500 });
    await using repository = await Repository.open({
      assets: [hangs],
      ioHandler: new SuperJsonIOHandler({ store }),
      storage,
      executor: hanging,
    });
    const result = await repository.materialize({ raiseOnError: false });
    await hanging[Symbol.asyncDispose]();
    expect(result.failedAssets).toMatchObject([{ name: "hangs", error: { code: "Unavailable" } }]);
    expect(String(result.failedAssets[0]?.error)).toMatch(/gave no answer in 500 ms/);
  });
});

import { Storage } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { parallel } from "edgewater/parallel";
import { executorCases, openExecutorSuite } from "edgewater/testing";
import { afterAll, describe, expect, it } from "vitest";
import { inOtherWorkers } from "../../support/breadth.ts";

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

  for (const { name, run } of executorCases("workers")) it(name, { tags: inOtherWorkers(name) }, () => run({ storage, store, executor }));

  it("ends a worker that hangs in a loop, and tries its step in another", async () => {
    await using hanging = parallel({ start, size: 1, stepTimeoutMs: 3000 });
    await using repository = await openExecutorSuite({ storage, store, executor: hanging });
    expect(await repository.materialize({ selection: ["hangs"] })).toMatchObject({ success: true });
  });
});

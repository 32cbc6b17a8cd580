/** Concurrent writers of one database or folder: this window and workers, each with its own store. */
import { isEdgewaterError } from "edgewater";
import { describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { hasSyncHandles, inWorker, newWorker } from "./in-worker.ts";
import { type Kind, storeOf } from "./worker.ts";

const kinds: readonly Kind[] = hasSyncHandles ? ["IndexedDBStore", "OPFSStore"] : ["IndexedDBStore"];

describe.each(kinds)("%s in a window and two workers", (kind) => {
  it("counts exactly with conditional writes", async () => {
    const name = crypto.randomUUID();
    const store = storeOf(kind, name);
    await store.put("counter", "0");
    const workers = [newWorker(), newWorker()];
    const times = rounds(5, 15);
    const counting = workers.map((worker) => inWorker("count", { kind, name, times }, worker));
    for (let done = 0; done < times; ) {
      const object = await store.get("counter");
      const next = String(Number(await object.text()) + 1);
      try {
        await store.put("counter", next, { mode: { ifMatch: object.meta.etag ?? "" } });
        done++;
      } catch (error) {
        if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
      }
    }
    await Promise.all(counting);
    for (const worker of workers) worker.terminate();
    expect(await (await store.get("counter")).text()).toBe(String(3 * times));
  });

  it("reads and lists a whole object while it is replaced", async () => {
    const name = crypto.randomUUID();
    const store = storeOf(kind, name);
    await store.put("folder/k", "0".repeat(1000));
    await store.put("folder/other", "x");
    const worker = newWorker();
    let isWriting = true;
    const writing = inWorker("overwrite", { kind, name, key: "folder/k", times: rounds(30, 60) }, worker).finally(() => {
      isWriting = false;
    });
    let reads = 0;
    for (; isWriting; reads++) {
      const text = await (await store.get("folder/k")).text();
      expect(text).toBe((text[0] ?? "").repeat(1000));
      expect(await Array.fromAsync(store.list("folder"), ({ key }) => key)).toEqual(["folder/k", "folder/other"]);
      expect((await store.head("folder/k")).size).toBe(1000);
    }
    await writing;
    worker.terminate();
    expect(reads).toBeGreaterThan(5);
  });

  it("can read and write after a worker was terminated during its writes", async () => {
    const name = crypto.randomUUID();
    const store = storeOf(kind, name);
    await store.put("k", "0".repeat(1000));
    for (let turn = 0; turn < rounds(2, 4); turn++) {
      const worker = newWorker();
      inWorker("overwrite", { kind, name, key: "k", times: 100_000 }, worker).catch(() => undefined);
      const before = (await store.head("k")).etag;
      while ((await store.head("k")).etag === before) await new Promise((resolve) => setTimeout(resolve, 5));
      worker.terminate();
      const text = await (await store.get("k")).text();
      expect(text).toBe((text[0] ?? "").repeat(1000));
      const { etag = "" } = await store.head("k");
      const outcome = await store.put("k", "n".repeat(1000), { mode: { ifMatch: etag } }).catch((error: unknown) => error);
      if (isEdgewaterError(outcome)) expect(outcome.code).toBe("PreconditionFailed");
    }
    expect(await Array.fromAsync(store.list(), ({ key }) => key)).toEqual(["k"]);
  });
});

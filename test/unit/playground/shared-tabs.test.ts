import type { Backend, StorageBackend } from "edgewater";
import { Storage } from "edgewater";
import { expect, it } from "vitest";
import { sharedAmongTabs } from "../../../playground/storage/shared-tabs.ts";
import { MemoryBackend } from "../../../src/storage/memory.ts";

it("tells each tab of the events of the others, and goes on when the tab that asks is closed", async () => {
  const tabs = tabsOf(new MemoryBackend());
  const [first, second] = [await tabs(), await tabs()];
  const [seenByFirst, seenBySecond] = [seen(first), seen(second)];
  await commit(first, "a");
  await commit(second, "b");
  await expect.poll(() => seenBySecond.names).toEqual(["a", "b"]);
  await expect.poll(() => seenByFirst.names).toEqual(["a", "b"]);

  seenByFirst.stop();
  await first.close();
  const third = await tabs();
  await commit(third, "c");
  await expect.poll(() => seenBySecond.names).toEqual(["a", "b", "c"]);
  seenBySecond.stop();
  await Promise.all([second.close(), third.close()]);
});

it("finds what a tab has committed that was closed before it could tell", async () => {
  const database = new MemoryBackend();
  const tab = await tabsOf(database)();
  const all = seen(tab);
  const silent = await Storage.connect(backendOf(database));
  await commit(silent, "a");
  await expect.poll(() => all.names).toEqual(["a"]);
  all.stop();
  await tab.close();
});

it("has one tab that asks, however many wait", async () => {
  const database = new MemoryBackend();
  let asks = 0;
  const counted = new Proxy(database, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      return (...given: readonly { readonly limit?: number }[]) => {
        if (property === "events" && given[0]?.limit === 1) asks++;
        return value.apply(target, given);
      };
    },
  });
  const name = crypto.randomUUID();
  const tabs = tabsOf(counted, name);
  const opened = [await tabs(), await tabs(), await tabs(), await tabs()];
  const listeners = opened.map(seen);
  await expect.poll(() => asks).toBeGreaterThan(4);
  const held = (await navigator.locks.query()).held ?? [];
  expect(held.filter((lock) => lock.name?.includes(name)).length).toBe(1);
  for (const listener of listeners) listener.stop();
  await Promise.all(opened.map((tab) => tab.close()));
});

/** Tabs over one database, each with a Storage of its own. The name keeps the tests apart. */
function tabsOf(database: Backend, name: string = crypto.randomUUID()): () => Promise<Storage> {
  return () => Storage.connect(sharedAmongTabs({ ...backendOf(database), name }));
}

function backendOf(database: Backend): StorageBackend {
  const open = async (): Promise<Backend> =>
    new Proxy(database, {
      get: (target, property) => {
        const value: unknown = property === "close" ? async () => {} : Reflect.get(target, property);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return { name: database.name, open, migrate: async () => {} };
}

async function commit(storage: Storage, assetKey: string): Promise<void> {
  const event = {
    eventType: "Observation",
    assetKey,
    runId: "run",
    timestamp: 1,
    dataVersion: assetKey,
    metadata: {},
    inputDataVersions: {},
    codeVersion: undefined,
    partitionKey: undefined,
  } as const;
  await storage.commit({ events: [event] });
}

function seen(storage: Storage): { readonly names: readonly string[]; readonly stop: () => void } {
  const names: string[] = [];
  const stop = new AbortController();
  void (async () => {
    for await (const event of storage.subscribe({ signal: stop.signal })) names.push(String(event.assetKey));
  })();
  return { names, stop: () => stop.abort() };
}

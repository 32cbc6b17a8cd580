import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { sqlite } from "edgewater/sqlite";
import { UnstorageStore } from "edgewater/unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { playHistory } from "../../support/history/random.ts";
import type { HistoryStore } from "../../support/history/shared.ts";
import { ContentEtagStore, PlainStore } from "../../support/history/stores.ts";

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), "edgewater-history-"));

const stores: Readonly<Record<string, () => unknown>> = {
  "a store with conditions": () => new MemoryStore(),
  "a store whose etags name content": () => new ContentEtagStore(),
  "a store without conditions": () => new PlainStore(),
  "a store without conditions and metadata": () => new UnstorageStore(memoryDriver()),
};

/** How many seeds of each kind: about a second. */
const seeds = 12;

describe.each(Object.entries(stores))("random writes, rollbacks, prunes, wipes and readers of %s", (_, store) => {
  it("agree with a model", async () => {
    for (let seed = 1; seed <= seeds; seed++)
      expect(await playHistory(seed, { storage: Storage.memory(), store: store() as HistoryStore })).toEqual([]);
  });
});

it("agree with a model also in local files and SQLite", async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const store = new LocalStore(await folder()) as unknown as HistoryStore;
    await using storage = await Storage.connect(sqlite(join(await folder(), "records.sqlite")));
    expect(await playHistory(seed, { storage, store })).toEqual([]);
  }
});

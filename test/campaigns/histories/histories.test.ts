import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, Storage } from "edgewater";
import { UnstorageStore } from "edgewater/unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { inFolder } from "../../support/history/folder.ts";
import { playHistory } from "../../support/history/random.ts";
import { checkNoGarbage, eventsOf, type HistoryStore, open, places } from "../../support/history/shared.ts";
import { ContentEtagStore, PlainStore } from "../../support/schedules/stores.ts";
import { root, run } from "../../support/spawn.ts";

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), "edgewater-history-"));

const stores: Readonly<Record<string, () => unknown>> = {
  "a store with conditions": () => new MemoryStore(),
  "a store whose etags name content": () => new ContentEtagStore(),
  "a store without conditions": () => new PlainStore(),
  "a store without conditions and metadata": () => new UnstorageStore(memoryDriver()),
};

/** How many seeds of each kind. */
const seeds = rounds(1, 3);

describe.each(Object.entries(stores))("random writes, rollbacks, prunes, wipes and readers of %s", (_, store) => {
  it("agree with a model", async () => {
    for (let seed = 1; seed <= seeds; seed++)
      expect(await playHistory(seed, { storage: Storage.memory(), store: store() as HistoryStore })).toEqual([]);
  });
});

describe("local files and SQLite", () => {
  it("agree with a model", async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const shared = await inFolder(await folder());
      expect(await playHistory(seed, shared)).toEqual([]);
      await shared.storage.close();
    }
  });

  it("have every value that two processes have recorded at once, and nothing else", async () => {
    const place = await folder();
    const program = join(root, "test/support/history/process.ts");
    const before = await inFolder(place);
    const works = [1, 2].map((seed) => run(process.execPath, ["--conditions=edgewater-source", program, place, String(seed)]));
    const lines = (await Promise.all(works)).flatMap((text) => text.trim().split("\n"));
    const values = new Map<number, number>();
    for (const line of lines.map((text) => JSON.parse(text) as { id: number; value?: number; of?: number; problem?: string })) {
      expect(line.problem).toBeUndefined();
      values.set(line.id, line.value ?? Number.NaN);
    }
    const by = await open(before);
    for (const each of places)
      for (const { id, metadata } of await eventsOf(before, each)) {
        const recorded = values.get(Number(metadata["rollbackOf"]?.value ?? id));
        const found = await by.load(each, id);
        if (recorded !== undefined && !Number.isNaN(recorded)) expect(found).toBe(recorded);
        expect(values.has(id)).toBe(true);
      }
    expect(await checkNoGarbage(before, by)).toEqual([]);
    await before.storage.close();
  });
});

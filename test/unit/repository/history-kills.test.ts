import { MemoryStore, Storage } from "edgewater";
import { UnstorageStore } from "edgewater/unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { playKill, works } from "../../support/history/kills.ts";
import type { HistoryStore } from "../../support/history/shared.ts";
import { ContentEtagStore, PlainStore } from "../../support/schedules/stores.ts";

const stores: Readonly<Record<string, () => unknown>> = {
  "a store with conditions": () => new MemoryStore(),
  "a store whose etags name content": () => new ContentEtagStore(),
  "a store without conditions": () => new PlainStore(),
  "a store without conditions and metadata": () => new UnstorageStore(memoryDriver()),
};

describe.each(Object.entries(stores))("on %s", (_, store) => {
  it.each(works.map((work) => [work.name, work] as const))("%s may be killed at every call", async (_name, work) => {
    for (const isDone of [false, true])
      for (let at = 1; ; at++) {
        const problems = await playKill(work, { storage: Storage.memory(), store: store() as HistoryStore }, at, isDone);
        if (problems === undefined) break;
        expect(problems, `killed ${isDone ? "after" : "before"} call ${at}`).toEqual([]);
      }
  });
});

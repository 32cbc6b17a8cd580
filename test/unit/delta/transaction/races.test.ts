import { expect, it } from "vitest";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { race } from "../../../support/delta/race.ts";

it.each([1, 2, 3])("loses and doubles no row of writers over a store that fails, from the seed %i", async (seed) => {
  expect(await race({ seed, store: new MemoryStore(), faults: ["before", "after", { delayMs: 1 }] })).toEqual([]);
});

it("loses and doubles no row of many writers", async () => {
  expect(await race({ seed: 4, store: new MemoryStore(), faults: [], writers: 8 })).toEqual([]);
});

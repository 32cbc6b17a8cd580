import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { describe, expect, it } from "vitest";
import type { TableStore } from "../../../src/delta/store.ts";
import { rounds } from "../../support/breadth.ts";
import { race } from "../../support/delta/race.ts";

const seeds = Array.from({ length: rounds(1, 2) }, (_, index) => index + 1);

describe.each([IndexedDBStore, OPFSStore])("a Delta table in an %o", (Store) => {
  it.each(seeds)("loses and doubles no row of writers, each with a store of its own, from the seed %i", async (seed) => {
    const name = `delta-${crypto.randomUUID()}`;
    const open = (): TableStore => new Store(name);
    expect(await race({ seed, store: open(), storeOf: open })).toEqual([]);
  });
});

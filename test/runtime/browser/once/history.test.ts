import { Storage } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { describe, expect, it } from "vitest";
import { playHistory } from "../../../support/history/random.ts";
import type { HistoryStore } from "../../../support/history/shared.ts";

const stores: Readonly<Record<string, (name: string) => unknown>> = {
  IndexedDBStore: (name) => new IndexedDBStore(name),
  OPFSStore: (name) => new OPFSStore(name),
};

describe.each(Object.entries(stores))("random writes, rollbacks, prunes, wipes and readers of an %s", (_, make) => {
  it("agree with a model over Storage.embedded", async () => {
    const name = `history-${crypto.randomUUID()}`;
    await using storage = await Storage.embedded(`${name}-records`);
    expect(await playHistory(2, { storage, store: make(name) as HistoryStore })).toEqual([]);
  });
});

import { Storage } from "edgewater";
import { withPrefix } from "edgewater/with";
import { describe, expect, it } from "vitest";
import { playHistory } from "../../support/history/random.ts";
import type { HistoryStore } from "../../support/history/shared.ts";
import { makeStore } from "./store.ts";

/** How many seeds: about five seconds. */
const seeds = 2;

describe("random writes, rollbacks, prunes, wipes and readers of an S3Store", () => {
  it("agree with a model", async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const store = withPrefix(makeStore(), `history/${crypto.randomUUID()}`) as unknown as HistoryStore;
      expect(await playHistory(seed, { storage: Storage.memory(), store })).toEqual([]);
    }
  });
});

/** Properties of a Storage for random sequences of commits. */
import { Storage } from "edgewater";
import { sqlite } from "edgewater/sqlite";
import { expect, it } from "vitest";
import type { NewEvent } from "../../../src/storage/types.ts";
import { rounds } from "../../support/breadth.ts";
import { laws } from "./laws.ts";
import { commitWrongBatches } from "./wrong-batches.ts";

it.each(laws)("%s", (_, hold) => hold({ numRuns: rounds(40, 150), seed: 20261125 }));

it("SQLite and memory take and refuse the same wrong batches, and what they take is usable", async () => {
  await using file = await Storage.connect(sqlite(":memory:"));
  const numRuns = rounds(1000, 6000);
  expect(await commitWrongBatches(file, { numRuns, seed: 20261128 })).toBeGreaterThan(numRuns / 20);
});

it("keeps the latest materialization when a later observation exists, too", async () => {
  const event = { assetKey: "a", runId: "r1", timestamp: 0, dataVersion: "1", inputDataVersions: {}, metadata: {} };
  await using memory = Storage.memory();
  await using file = await Storage.connect(sqlite(":memory:"));
  for (const storage of [memory, file]) {
    for (const eventType of ["Materialization", "Observation"]) await storage.commit({ events: [{ ...event, eventType } as NewEvent] });
    await storage.prune({ before: 1, keep: 1 });
    expect(await storage.getLatestMaterialization("a")).toMatchObject({ dataVersion: "1" });
  }
});

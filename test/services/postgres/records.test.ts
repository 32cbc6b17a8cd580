import { Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { commitWrongBatches } from "../../unit/storage/wrong-batches.ts";
import { newDatabase } from "./database.ts";

describe("Storage.connect(postgres(…))", () => {
  it.each(storageCases())("$name", async ({ run }) => {
    await using database = await newDatabase();
    await using storage = await Storage.connect(postgres(database.url));
    await run(storage);
  });

  it.each(sharedStorageCases())("$name", async ({ run }) => {
    await using database = await newDatabase();
    await run(() => Storage.connect(postgres(database.url)));
  });

  it("takes and refuses the same wrong batches as memory, and what it takes is usable", async () => {
    await using database = await newDatabase();
    await using storage = await Storage.connect(postgres(database.url));
    const numRuns = rounds(300, 1500);
    expect(await commitWrongBatches(storage, { numRuns, seed: 20261128 })).toBeGreaterThan(numRuns / 20);
  });
});

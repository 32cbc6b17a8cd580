import { Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { commitWrongBatches } from "../../unit/storage/wrong-batches.ts";
import { byHand, newDatabase } from "./database.ts";

describe("Storage.connect(postgres(…))", () => {
  let database: Awaited<ReturnType<typeof newDatabase>>;
  beforeAll(async () => {
    database = await newDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  // An empty schema is made much faster than a database.
  beforeEach(() => byHand(database.name, (sql) => sql.unsafe("DROP SCHEMA public CASCADE; CREATE SCHEMA public")).then(() => {}));

  it.each(storageCases())("$name", async ({ run }) => {
    await using storage = await Storage.connect(postgres(database.url));
    await run(storage);
  });

  it.each(sharedStorageCases())("$name", ({ run }) => run(() => Storage.connect(postgres(database.url))));

  it("takes and refuses the same wrong batches as memory, and what it takes is usable", async () => {
    await using storage = await Storage.connect(postgres(database.url));
    const numRuns = rounds(300, 1500);
    expect(await commitWrongBatches(storage, { numRuns, seed: 20261128 })).toBeGreaterThan(numRuns / 20);
  });
});

import { Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { describe, it } from "vitest";
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
});

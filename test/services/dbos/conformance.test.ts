/** The cases of executors over DBOS, with its tables and the records in Postgres. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";
import { executorCases } from "edgewater/testing";
import { afterAll, describe, it } from "vitest";
import { launchDBOS } from "../../support/engines/dbos.ts";
import { newDatabase } from "../postgres/database.ts";

describe("dbos()", async () => {
  const [database, systemDatabase] = [await newDatabase(), await newDatabase()];
  const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  const storage = await Storage.connect(postgres(database.url));
  const launched = await launchDBOS(systemDatabase.url);
  const store = new LocalStore(folder, { reach: "anywhere" });
  afterAll(async () => {
    await launched[Symbol.asyncDispose]();
    await storage.close();
    await Promise.all([database, systemDatabase].map((each) => each[Symbol.asyncDispose]()));
    await rm(folder, { recursive: true });
  });

  it.each(executorCases("engine"))("$name", ({ run }) => run({ ...launched, storage, store }));
});

/** The cases of executors over a Restate server, with the records in Postgres. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";
import { executorCases } from "edgewater/testing";
import { afterAll, describe, inject, it } from "vitest";
import { startRestateService } from "../../support/engines/restate.ts";
import { newDatabase } from "../postgres/database.ts";

describe("restate()", async () => {
  const database = await newDatabase();
  const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  const storage = await Storage.connect(postgres(database.url));
  const service = await startRestateService(inject("restate"));
  const store = new LocalStore(folder, { reach: "anywhere" });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await storage.close();
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it.each(executorCases("engine"))("$name", ({ run }) => run({ ...service, storage, store }));
});

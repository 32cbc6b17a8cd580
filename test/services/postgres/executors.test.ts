/** Steps in worker threads over records in Postgres. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { parallel } from "edgewater/parallel";
import { postgres } from "edgewater/postgres";
import { executorCases } from "edgewater/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { breadth } from "../../support/breadth.ts";
import { newDatabase } from "./database.ts";
import type { WorkerOptions } from "./steps-worker.ts";

// Workers over records in Postgres are those of pg-boss, too, and threads as workers are tested over embedded records.
describe("parallel() over Storage.connect(postgres(…))", { tags: [breadth] }, () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof newDatabase>>;
  let storage: Storage;
  let executor: ReturnType<typeof parallel>;
  beforeAll(async () => {
    database = await newDatabase();
    folder = await mkdtemp(join(tmpdir(), "edgewater-"));
    storage = await Storage.connect(postgres(database.url));
    const workerData: WorkerOptions = { url: database.url, folder };
    const execArgv = ["--conditions=edgewater-source"];
    executor = parallel({ start: () => new Worker(new URL("./steps-worker.ts", import.meta.url), { execArgv, workerData }), size: 2 });
  });
  afterAll(async () => {
    await executor[Symbol.asyncDispose]();
    await storage.close();
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it.each(executorCases("workers"))("$name", ({ run }) => run({ storage, store: new LocalStore(folder), executor }));
});

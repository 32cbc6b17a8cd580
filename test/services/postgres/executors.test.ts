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
import { afterAll, describe, it } from "vitest";
import { newDatabase } from "./database.ts";
import type { WorkerOptions } from "./steps-worker.ts";

describe("parallel() over Storage.connect(postgres(…))", async () => {
  const database = await newDatabase();
  const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  const storage = await Storage.connect(postgres(database.url));
  const workerData: WorkerOptions = { url: database.url, folder };
  const execArgv = ["--conditions=edgewater-source"];
  const executor = parallel({ start: () => new Worker(new URL("./steps-worker.ts", import.meta.url), { execArgv, workerData }), size: 2 });
  afterAll(async () => {
    await executor[Symbol.asyncDispose]();
    await storage.close();
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it.each(executorCases("workers"))("$name", ({ run }) => run({ storage, store: new LocalStore(folder), executor }));
});

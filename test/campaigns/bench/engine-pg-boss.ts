import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { pgBoss } from "edgewater/pg-boss";
import { PgBoss } from "pg-boss";
import { type EnginePlace, type EngineRun, selection } from "./engine-run.ts";

/** What a worker gets. */
export interface PgBossWorker {
  readonly place: EnginePlace;
  /** The URL of the Postgres with the queue. */
  readonly database: string;
}

/** Starts pg-boss with two workers, each in a thread. */
export async function pgBossRun(database: string, place: EnginePlace): Promise<EngineRun> {
  const boss = new PgBoss({ connectionString: database, useListenNotify: true });
  boss.on("error", () => {});
  const { executor } = pgBoss(await boss.start());
  const workerData: PgBossWorker = { place, database };
  const workers = [1, 2].map(() => new Worker(new URL("./engine-pg-boss-worker.ts", import.meta.url), { workerData }));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  return {
    make: async (repository, runId) => void (await repository.materialize({ runId, selection, executor })),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
      await boss.stop({ graceful: false });
    },
  };
}

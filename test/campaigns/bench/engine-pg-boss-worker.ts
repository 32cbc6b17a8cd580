/** A worker of pg-boss that makes the steps of a place. */
import { parentPort, workerData } from "node:worker_threads";
import { pgBoss } from "edgewater/pg-boss";
import { PgBoss } from "pg-boss";
import type { PgBossWorker } from "./engine-pg-boss.ts";
import { openEnginePlace } from "./engine-run.ts";

const { place, database } = workerData as PgBossWorker;
const boss = new PgBoss({ connectionString: database, useListenNotify: true });
boss.on("error", () => {});
await pgBoss(await boss.start()).work(await openEnginePlace(place), { concurrency: 8 });
parentPort?.postMessage("ready");

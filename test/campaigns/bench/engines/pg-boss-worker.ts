/** A worker thread that makes the steps of the row of pg-boss. */
import { parentPort, workerData } from "node:worker_threads";
import { pgBoss } from "edgewater/pg-boss";
import { PgBoss } from "pg-boss";
import { openPlace } from "../executors-assets.ts";

const { folder, records } = workerData as { readonly folder: string; readonly records: string };
const boss = new PgBoss({ connectionString: records, useListenNotify: true });
boss.on("error", () => {});
await pgBoss(await boss.start()).work(await openPlace(folder, records), { concurrency: 8 });
parentPort?.postMessage("ready");

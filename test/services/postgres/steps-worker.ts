/** A worker that makes the steps of the executor cases over records in Postgres. */
import { workerData } from "node:worker_threads";
import { Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { serveSteps } from "edgewater/parallel";
import { postgres } from "edgewater/postgres";
import { openExecutorSuite } from "edgewater/testing";

/** What a worker is started with. */
export interface WorkerOptions {
  /** The database of the records. */
  readonly url: string;
  /** The folder of the values. */
  readonly folder: string;
}

const { url, folder } = workerData as WorkerOptions;

/** An error that nothing catches ends the worker. */
function die(): Promise<never> {
  setTimeout(() => {
    throw new Error("killed");
  });
  return new Promise(() => {});
}

await serveSteps(async () => openExecutorSuite({ storage: await Storage.connect(postgres(url)), store: new LocalStore(folder), die }));

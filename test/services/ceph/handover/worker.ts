/** A worker of the server. It tells the server which functions it calls. */
import { parentPort, workerData } from "node:worker_threads";
import { Repository, Storage } from "edgewater";
import { serveSteps } from "edgewater/parallel";
import { assetsOf, type Place, storeOf } from "./pipeline.ts";

/** What a worker is started with. */
export interface WorkerOptions {
  /** The folder of the records. */
  readonly folder: string;
  readonly place: Place;
}

/** What a worker tells the server, beside the answers of `serveSteps`. */
export interface WorkerMessage {
  readonly called: string;
}

const { folder, place } = workerData as WorkerOptions;
const onCall = (called: string): void => parentPort?.postMessage({ called } satisfies WorkerMessage);
await serveSteps(() =>
  Repository.open({ assets: Object.values(assetsOf(storeOf(place), place, onCall)), storage: Storage.embedded(folder) }),
);

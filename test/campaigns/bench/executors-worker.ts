/** A worker that makes the assets of the rows of executors. */
import { workerData } from "node:worker_threads";
import { serveSteps } from "edgewater/parallel";
import { openPlace } from "./executors-assets.ts";

const { folder, records } = workerData as { readonly folder: string; readonly records: string };
await serveSteps(() => openPlace(folder, records));

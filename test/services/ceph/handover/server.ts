/**
 * A server that keeps records in a file and serves them, prints their URL, and lets its workers finish the run whose id it reads from
 * its standard input. The argument is its options as JSON.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { argv, stdin } from "node:process";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { isEdgewaterError, Repository, Storage } from "edgewater";
import { parallel } from "edgewater/parallel";
import { bearer, nodeListener, serveStorage } from "edgewater/remote";
import { assetsOf, storeOf } from "./pipeline.ts";
import type { WorkerMessage, WorkerOptions } from "./worker.ts";

/** What the server is started with. */
export interface ServerOptions extends WorkerOptions {
  readonly token: string;
  /** The origin of the page. */
  readonly origin: string;
}

/** What the server has done when the run has ended. */
export interface ServerReport {
  /** The functions that the thread of the server has called, and those that its workers have called. */
  readonly calls: readonly string[];
  readonly workerCalls: readonly string[];
  readonly total: unknown;
  readonly status: string | undefined;
  /** The names of the materializations of the run, and whether each was recorded by another process than the one that wrote it. */
  readonly materialized: readonly (readonly [name: string, adopted: boolean])[];
}

const { folder, place, token, origin } = JSON.parse(argv[2] ?? "") as ServerOptions;
const workerCalls: string[] = [];
const start = (): Worker => {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { folder, place } satisfies WorkerOptions });
  return worker.on("message", ({ called }: Partial<WorkerMessage>) => called !== undefined && workerCalls.push(called));
};
await using executor = parallel({ start, size: 2 });
await using storage = await Storage.embedded(folder);
const handler = serveStorage(storage, { authorize: bearer({ write: token }), cors: { origins: [origin] } });
const server = createServer(nodeListener(handler)).listen(0, "127.0.0.1");
server.once("listening", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/records`));

for await (const runId of createInterface(stdin)) {
  const calls: string[] = [];
  const assets = Object.values(assetsOf(storeOf(place), place, (name) => calls.push(name)));
  await using repository = await Repository.open({ assets, storage, executor });
  await finish(repository, runId);
  const events = await storage.getEventsForRun(runId);
  const report: ServerReport = {
    calls,
    workerCalls: workerCalls.splice(0),
    total: await repository.load("total"),
    status: (await storage.getRun(runId))?.status,
    materialized: events.map(({ assetKey, metadata }) => [assetKey, metadata["adopted"]?.value === true]),
  };
  console.log(JSON.stringify(report));
}
server.closeAllConnections();
server.close();

/** Takes the run over as soon as its tab counts as gone. */
async function finish(repository: Repository, runId: string): Promise<void> {
  while (true) {
    try {
      await repository.materialize({ resume: runId });
      return;
    } catch (error) {
      if (!isEdgewaterError(error, "InProgress")) throw error;
      await setTimeout(100);
    }
  }
}

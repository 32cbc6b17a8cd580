/**
 * A pipeline over pg-boss with two worker processes, one of which is killed in the middle. It uses the Postgres at DATABASE_URL,
 * else it starts one of its own that is gone at the end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../../test/support/servers/postgres.ts";
import { openRepository, openSteps, type Place } from "./pipeline.ts";

const own = process.env["DATABASE_URL"] === undefined ? await start() : undefined;
const database =
  own === undefined
    ? (process.env["DATABASE_URL"] as string)
    : `postgres://${own.server.user}:${encodeURIComponent(own.server.password)}@${own.server.host}/postgres`;
const folder = await mkdtemp(join(tmpdir(), "edgewater-example-"));
const place: Place = { database, folder };

const { boss, executor } = await openSteps(place);
const workers = await Promise.all([startWorker(), startWorker()]);
const repository = await openRepository(place, { executor });
const [first] = workers as [ChildProcess, ChildProcess];
let outputs = 0;
const begun = performance.now();
const { success } = await repository.materialize({
  selection: ["report"],
  includeUpstream: true,
  partitionKeys: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
  onProgress: (event) => {
    if (event.type === "step-start") console.log(`${since()} begins ${event.step}`);
    if (event.type !== "output") return;
    console.log(`${since()} recorded ${event.event.assetKey} ${event.event.partitionKey ?? ""}`);
    if (++outputs !== 1) return;
    console.log(`${since()} kills the worker ${first.pid}; pg-boss misses its heartbeat in 10 s, and another one goes on`);
    first.kill("SIGKILL");
  },
});
console.log(`${since()} ${success ? "success" : "failure"}:`, await repository.load("report"));

for (const worker of workers) {
  if (worker.exitCode !== null || worker.signalCode !== null) continue;
  worker.kill("SIGTERM");
  await once(worker, "exit");
}
await repository.close();
await boss.stop();
await own?.stop();
await rm(folder, { recursive: true });

function since(): string {
  return `${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s`;
}

/** Starts a worker process, and waits until it has begun. */
async function startWorker(): Promise<ChildProcess> {
  const args = ["--conditions=edgewater-source", join(import.meta.dirname, "worker.ts"), JSON.stringify(place)];
  const worker = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(worker.stdout, "data");
  return worker;
}

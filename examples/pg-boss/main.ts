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

await using atEnd = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), "edgewater-example-"));
atEnd.defer(() => rm(folder, { recursive: true }));
const place: Place = { folder, database: process.env["DATABASE_URL"] ?? (await ownDatabase()) };

const { boss, executor } = await openSteps(place);
atEnd.defer(() => boss.stop());
const repository = atEnd.use(await openRepository(place, { executor }));
const [first] = await Promise.all([startWorker(), startWorker()]);

const begun = performance.now();
let outputs = 0;
const { success } = await repository.materialize({
  partitionKeys: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
  onProgress: (event) => {
    if (event.type === "step-start") say(`begins ${event.step}`);
    if (event.type === "log") say(event.message);
    if (event.type !== "output") return;
    say(`recorded ${event.event.assetKey} ${event.event.partitionKey ?? ""}`);
    if (++outputs !== 2) return;
    say(`kills the worker ${first.pid}: pg-boss misses its heartbeat in 10 s, and the other one goes on`);
    first.kill("SIGKILL");
  },
});
say(`${success ? "success" : "failure"}: ${JSON.stringify(await repository.load("report"))}`);

function say(text: string): void {
  console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${text}`);
}

/** Starts a Postgres, and returns its URL. */
async function ownDatabase(): Promise<string> {
  const { server, stop } = await start();
  atEnd.defer(stop);
  return `postgres://${server.user}:${encodeURIComponent(server.password)}@${server.host}/postgres`;
}

/** Starts a worker process, and waits until it has begun. It ends when its standard input is closed. */
async function startWorker(): Promise<ChildProcess> {
  const args = ["--conditions=edgewater-source", join(import.meta.dirname, "worker.ts"), JSON.stringify(place)];
  const worker = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  atEnd.defer(async () => {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    worker.stdin.end();
    await once(worker, "exit");
  });
  await once(worker.stdout, "data");
  return worker;
}

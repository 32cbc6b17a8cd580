/** Where tests of pg-boss take place: a new database for records and jobs, a folder for values, and worker processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "edgewater/local";
import { type ConstructorOptions, PgBoss } from "pg-boss";
import { newDatabase } from "../database.ts";
import type { WorkerOptions } from "./worker.ts";

export type BossPlace = Awaited<ReturnType<typeof newPlace>>;

/** A new database and a folder, which are gone at the end of the block. */
export async function newPlace() {
  const database = await newDatabase();
  const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  const bosses: PgBoss[] = [];
  const store = new LocalStore(folder, { reach: "anywhere" });
  /** A boss that has started. It looks for silent workers every second. */
  const newBoss = async (options: ConstructorOptions = {}): Promise<PgBoss> => {
    const own = { connectionString: database.url, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1, max: 5 };
    const boss = new PgBoss({ ...own, ...options });
    // Without a listener an error of the background ends the process.
    boss.on("error", () => {});
    bosses.push(boss);
    return boss.start();
  };
  const end = async (): Promise<void> => {
    await Promise.all(bosses.map((boss) => boss.stop({ graceful: false })));
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
  return { url: database.url, name: database.name, folder, store, newBoss, [Symbol.asyncDispose]: end };
}

/** Starts a worker process over a place; it has begun when the promise resolves. */
export async function startWorker({ url, folder }: WorkerOptions): Promise<ChildProcess> {
  const args = ["--conditions=edgewater-source", join(import.meta.dirname, "worker.ts"), JSON.stringify({ url, folder })];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  return child;
}

/** Ends a process, as the kernel ends one that has too much memory. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

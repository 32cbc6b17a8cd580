/**
 * Steps in two worker threads beside the same steps in this thread. `Storage.memory()` cannot be reached from other threads: what
 * comes closest is a file of SQLite in a folder of memory, for both.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Asset, type Executor, inProcess } from "edgewater";
import { parallel } from "edgewater/parallel";
import { components } from "../../../scripts/components.ts";
import { start as startPostgres } from "../../support/servers/postgres.ts";
import { heavy, many, openPlace, single } from "./executors-assets.ts";
import { type AddRow, medians, ratio } from "./harness.ts";

export async function executorRows(add: AddRow, folder: string): Promise<void> {
  await rowsOver(add, folder, join(folder, "records"), "SQLite in a folder", true);
  if (!components.postgres.path) return;
  const { server, stop } = await startPostgres();
  const { host, user, password } = server;
  const url = `postgres://${user}:${encodeURIComponent(password)}@${host}/postgres`;
  await rowsOver(add, join(folder, randomUUID()), url, "Postgres", false);
  await stop();
}

async function rowsOver(add: AddRow, folder: string, records: string, label: string, withWork: boolean): Promise<void> {
  const start = (): Worker => new Worker(new URL("./executors-worker.ts", import.meta.url), { workerData: { folder, records } });
  await using executor = parallel({ start, size: 2 });
  await using repository = await openPlace(folder, records);
  const here = inProcess();
  const make = (assets: readonly Asset[], where: Executor) => async (): Promise<void> =>
    void (await repository.materialize({ selection: assets, executor: where }));
  // Both workers are started before anything is measured.
  await make(heavy, executor)();

  const inWorkers = (assets: readonly Asset[]) => ({ name: "parallel, two workers", run: make(assets, executor) });
  const inThread = (assets: readonly Asset[]) => ({ name: "inProcess", run: make(assets, here) });
  if (withWork) {
    add(await ratio("16 assets that compute, two workers", inWorkers(heavy), inThread(heavy), 1 / 1.7));
    const one = { name: "one step", run: make([single], executor) };
    const rest = { name: "an asset in this thread", run: make([single], here) };
    const [step = 0, own = 0] = await medians([one, rest]);
    add({
      what: "round trip of a step to a warm worker, beyond the same step in this thread",
      measured: `${(step - own).toFixed(3)} ms`,
      budget: "≤ 2 ms",
      isWithin: step - own <= 2,
      anchor: "inProcess",
    });
  }
  add(await ratio(`1,000 steps over two workers, ${label}`, inWorkers(many), inThread(many), 1.5));
}

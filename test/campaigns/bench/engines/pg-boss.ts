/** A thousand steps over pg-boss with two workers: their time, and the statements that Postgres counts for each. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { pgBoss } from "edgewater/pg-boss";
import { PgBoss } from "pg-boss";
import connect from "postgres";
import { components } from "../../../../scripts/components.ts";
import { start as startPostgres } from "../../../support/servers/postgres.ts";
import { many, openPlace, single } from "../executors-assets.ts";
import type { AddRow } from "../harness.ts";

/** The most that a step may cost: what it costs in workers over the same records, and its job sent, taken, completed and looked at. */
const budget = { ms: 40, statements: 25 };

export async function pgBossRows(add: AddRow, folder: string): Promise<void> {
  if (!components.postgres.path) return;
  const { server, stop } = await startPostgres({ shared_preload_libraries: "pg_stat_statements" });
  const records = `postgres://${server.user}:${encodeURIComponent(server.password)}@${server.host}/postgres`;
  const sql = connect(records, { max: 1 });
  await sql`CREATE EXTENSION pg_stat_statements`;
  const boss = new PgBoss({ connectionString: records, useListenNotify: true });
  boss.on("error", () => {});
  const { executor } = pgBoss(await boss.start());
  const repository = await openPlace(folder, records, { executor });
  const workers = await Promise.all(
    [1, 2].map(async () => {
      const worker = new Worker(new URL("./pg-boss-worker.ts", import.meta.url), { workerData: { folder, records } });
      await once(worker, "message");
      return worker;
    }),
  );
  await repository.materialize({ selection: [single] });
  await sql`SELECT pg_stat_statements_reset()`;
  const start = performance.now();
  await repository.materialize({ selection: many });
  const ms = (performance.now() - start) / many.length;
  const [counted] = await sql<{ jobs: number; all: number }[]>`
    SELECT sum(calls)::float8 AS all, (sum(calls) FILTER (WHERE query LIKE '%pgboss%'))::float8 AS jobs
    FROM pg_stat_statements WHERE query !~* '^(begin|commit|select pg_stat)'`;
  const [jobs, all] = [(counted?.jobs ?? 0) / many.length, (counted?.all ?? 0) / many.length];
  await Promise.all(workers.map((worker) => worker.terminate()));
  await repository.close();
  await boss.stop({ graceful: false });
  await sql.end();
  await stop();
  add({
    what: "a step over pg-boss, of 1,000 over two workers",
    measured: `${ms.toFixed(1)} ms, ${all.toFixed(1)} statements, ${jobs.toFixed(1)} of them of pg-boss`,
    budget: `≤ ${budget.ms} ms, ≤ ${budget.statements} statements`,
    isWithin: ms <= budget.ms && all <= budget.statements,
    anchor: "—",
  });
}

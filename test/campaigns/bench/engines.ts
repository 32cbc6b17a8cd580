/** A run of 1,000 steps with each engine, with the records in Postgres. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import connect from "postgres";
import { components } from "../../../scripts/components.ts";
import { start as startPostgres } from "../../support/servers/postgres.ts";
import { dbosRun } from "./engine-dbos.ts";
import { kubernetesRun } from "./engine-kubernetes.ts";
import { pgBossRun } from "./engine-pg-boss.ts";
import { restateRun } from "./engine-restate.ts";
import { type EnginePlace, openEnginePlace, type StartEngine, selection } from "./engine-run.ts";
import { many } from "./executors-assets.ts";
import type { AddRow } from "./harness.ts";
import { countStatements } from "./statements.ts";

export async function engineRows(add: AddRow, folder: string): Promise<void> {
  if (!components.postgres.path) return;
  const { server, stop } = await startPostgres();
  const engines: Readonly<Partial<Record<keyof typeof mostStatements, StartEngine>>> = {
    ...(components.restate.path && { Restate: restateRun }),
    DBOS: dbosRun,
    "pg-boss": pgBossRun,
    Kubernetes: kubernetesRun,
  };
  for (const [name, start] of Object.entries(engines)) await engineRow(add, name as keyof typeof mostStatements, start, server, folder);
  await stop();
}

/** The most statements about records for one step; each pod of Kubernetes opens the records anew. */
const mostStatements = { Restate: 35, DBOS: 35, "pg-boss": 35, Kubernetes: 42 } as const;

async function engineRow(
  add: AddRow,
  name: keyof typeof mostStatements,
  start: StartEngine,
  { host, user, password }: { readonly host: string; readonly user: string; readonly password: string },
  folder: string,
): Promise<void> {
  const urlOf = (at: string, database: string): string => `postgres://${user}:${encodeURIComponent(password)}@${at}/${database}`;
  const id = name.toLowerCase().replace(/\W/g, "_");
  const databases = [`records_${id}`, `engine_${id}`] as const;
  const sql = connect(urlOf(host, "postgres"), { max: 1 });
  for (const database of databases) await sql.unsafe(`CREATE DATABASE ${database}`);
  await sql.end();
  await using records = await countStatements(host);
  await using own = await countStatements(host);
  const place: EnginePlace = { records: urlOf(records.host, databases[0]), values: join(folder, randomUUID()) };
  await using engine = await start(urlOf(own.host, databases[1]), place);
  await using repository = await openEnginePlace(place);
  const alone = await timed(() => repository.materialize({ selection }));
  const [recordsBefore, ownBefore] = [records.statements(), own.statements()];
  const made = await timed(() => engine.make(repository, randomUUID()));
  const perStep = (records.statements() - recordsBefore) / many.length;
  const ofEngine = (own.statements() - ownBefore) / many.length;
  const others = ofEngine > 0 ? `, and ${ofEngine.toFixed(1)} of its own` : "";
  add({
    what: `a run of 1,000 steps with ${name}, records in Postgres`,
    measured: `${(made / 1000).toFixed(1)} s (${(made / alone).toFixed(1)}×), ${perStep.toFixed(1)} statements a step${others}`,
    budget: `≤ ${mostStatements[name]} statements a step`,
    isWithin: perStep <= mostStatements[name],
    anchor: "inProcess",
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

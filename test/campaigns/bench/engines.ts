/** A run of 1,000 steps with each engine, with the records in Postgres. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import connect from "postgres";
import { components } from "../../../scripts/components.ts";
import { start as startPostgres } from "../../support/servers/postgres.ts";
import { dbosRun } from "./engine-dbos.ts";
import { restateRun } from "./engine-restate.ts";
import { type StartEngine, selection } from "./engine-run.ts";
import { many, openPlace } from "./executors-assets.ts";
import type { AddRow } from "./harness.ts";
import { countStatements } from "./statements.ts";

export async function engineRows(add: AddRow, folder: string): Promise<void> {
  if (!components.postgres.path) return;
  const { server, stop } = await startPostgres();
  const engines: Readonly<Record<string, StartEngine>> = { ...(components.restate.path && { Restate: restateRun }), DBOS: dbosRun };
  for (const [name, start] of Object.entries(engines)) await engineRow(add, name, start, server, folder);
  await stop();
}

/** The most statements about records for one step. */
const mostStatements = 35;

async function engineRow(
  add: AddRow,
  name: string,
  start: StartEngine,
  { host, user, password }: { readonly host: string; readonly user: string; readonly password: string },
  folder: string,
): Promise<void> {
  const urlOf = (at: string, database: string): string => `postgres://${user}:${encodeURIComponent(password)}@${at}/${database}`;
  const databases = [`records_${name.toLowerCase()}`, `engine_${name.toLowerCase()}`] as const;
  const sql = connect(urlOf(host, "postgres"), { max: 1 });
  for (const database of databases) await sql.unsafe(`CREATE DATABASE ${database}`);
  await sql.end();
  await using records = await countStatements(host);
  await using own = await countStatements(host);
  await using engine = await start(urlOf(own.host, databases[1]));
  const store = new LocalStore(join(folder, randomUUID()), { reach: "anywhere" });
  const ioHandler = new SuperJsonIOHandler({ store });
  await using repository = await openPlace(folder, urlOf(records.host, databases[0]), { ioHandler });
  const alone = await timed(() => repository.materialize({ selection }));
  const [recordsBefore, ownBefore] = [records.statements(), own.statements()];
  const made = await timed(() => engine.make(repository, randomUUID()));
  const perStep = (records.statements() - recordsBefore) / many.length;
  const ofEngine = (own.statements() - ownBefore) / many.length;
  const others = ofEngine > 0 ? `, and ${ofEngine.toFixed(1)} of its own` : "";
  add({
    what: `a run of 1,000 steps with ${name}, records in Postgres`,
    measured: `${(made / 1000).toFixed(1)} s (${(made / alone).toFixed(1)}×), ${perStep.toFixed(1)} statements a step${others}`,
    budget: `≤ ${mostStatements} statements a step`,
    isWithin: perStep <= mostStatements,
    anchor: "inProcess",
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

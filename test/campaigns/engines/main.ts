/**
 * `npm run kills:restate` and `npm run kills:dbos`: runs of an engine whose service is killed at random points. Arguments: how many
 * kills, and the seed.
 */
import connect from "postgres";
import { components } from "../../../scripts/components.ts";
import { randomOf } from "../../support/random.ts";
import { freePort } from "../../support/servers/free-port.ts";
import { start as startPostgres } from "../../support/servers/postgres.ts";
import { startRestate } from "../../support/servers/restate.ts";
import { killService } from "./campaign.ts";
import { dbosEngine, restateEngine } from "./engine.ts";
import { newRecords } from "./place.ts";

const [name, ...given] = process.argv.slice(2);
const [kills = 100, seed = Date.now() % 1e6] = given.map(Number);
if (components.postgres.path === undefined || (name === "restate" && components.restate.path === undefined))
  throw new Error("This needs Postgres, and kills:restate needs Restate; install them with npm run setup");

const { server, stop } = await startPostgres();
const urlOf = (database: string): string => `postgres://${server.user}:${encodeURIComponent(server.password)}@${server.host}/${database}`;
const sql = connect(urlOf("postgres"), { max: 1 });
for (const database of ["records", "engine"]) await sql.unsafe(`CREATE DATABASE ${database}`);
await sql.end();
const restate = name === "restate" ? await startRestate() : undefined;
try {
  await using records = await newRecords(urlOf("records"));
  await using engine = restate ? restateEngine(restate.server, await freePort()) : dbosEngine(urlOf("engine"));
  const { problems, detectedMs, recoveredMs, ...outcome } = await killService(engine, records, kills, randomOf(seed));
  for (const problem of problems) console.log(problem);
  console.log(
    `${engine.name}, seed ${seed}: ${outcome.kills} kills in ${outcome.runs} runs, ${problems.length} problems; ` +
      `at most ${outcome.mostBytes} bytes a step; ` +
      `from a kill to the next attempt, with the start of the process: ${spread(detectedMs)}; from there until the run goes on: ${spread(recoveredMs)}`,
  );
  if (problems.length > 0) process.exitCode = 1;
} finally {
  await restate?.stop();
  await stop();
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((left, right) => left - right);
  return `median ${sorted[Math.floor(sorted.length / 2)] ?? 0} ms, at most ${sorted.at(-1) ?? 0} ms`;
}

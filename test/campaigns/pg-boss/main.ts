/**
 * `npm run kills:pg-boss`: runs over pg-boss on a Postgres of its own, whose workers and orchestrators are killed. Arguments: how
 * many kills, and a seed.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomOf } from "../../support/random.ts";
import { start } from "../../support/servers/postgres.ts";
import { bundleChild } from "../kills/processes.ts";
import { killOverPgBoss } from "./campaign.ts";

const [kills = 100, seed = 1] = process.argv.slice(2).map(Number);
await using program = await bundleChild(import.meta.dirname, ["pg-boss"]);
const folder = await mkdtemp(join(tmpdir(), "edgewater-pg-boss-"));
const { server, stop } = await start();
const url = `postgres://${server.user}:${encodeURIComponent(server.password)}@${server.host}/postgres`;
const place = { url, folder };
const began = performance.now();
const run = killOverPgBoss(program.file, place, { kills, workers: 4, lanes: 2, everyMs: 1500, random: randomOf(seed) });
const outcome = await run.finally(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

/** The median and the greatest of some times, in seconds. */
function shown(times: readonly number[]): string {
  const sorted = times.toSorted((left, right) => left - right);
  const seconds = (ms: number | undefined): string => `${((ms ?? Number.NaN) / 1000).toFixed(1)} s`;
  return `${seconds(sorted[Math.floor(sorted.length / 2)])}, at most ${seconds(sorted.at(-1))} (${times.length} jobs)`;
}

const { problems, runs, freezes, detected, takenOver } = outcome;
for (const problem of problems) console.log(problem);
console.log(
  `${outcome.kills.workers} kills of workers, ${outcome.kills.orchestrators} of orchestrators, ${freezes} freezes: ${runs} runs, ${problems.length} problems, ${Math.round((performance.now() - began) / 1000)} s`,
);
console.log(`A silent worker was detected ${shown(detected)} after its heartbeat had expired.`);
console.log(`Another worker went on ${shown(takenOver)} after that.`);
if (problems.length > 0) process.exitCode = 1;

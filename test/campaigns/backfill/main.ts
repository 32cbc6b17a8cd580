/**
 * `npm run backfill`: a backfill of two assets over a LocalStore and SQLite, whose processes are killed. Arguments: how many
 * partitions, how many kills, how many processes drive it at the same time.
 */
import { bundleChild } from "../kills/processes.ts";
import { killBackfill } from "./campaign.ts";

const [partitions = 10_000, kills = 10, drivers = 2] = process.argv.slice(2).map(Number);
await using program = await bundleChild(import.meta.dirname);
const start = performance.now();
const { reported, problems, ...outcome } = await killBackfill(program.file, { partitions, kills, drivers, partitionsPerRun: 100 });
for (const problem of problems) console.log(problem);
const seconds = Math.round((performance.now() - start) / 1000);
console.log(
  `${partitions} partitions of 2 assets: ${outcome.kills} kills, ${reported} outputs reported, ${problems.length} problems, ${seconds} s`,
);
if (problems.length > 0) process.exitCode = 1;

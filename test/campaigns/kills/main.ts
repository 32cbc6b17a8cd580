/** `npm run kills`: runs that are killed at random moments. Arguments: how many kills, and the seed. */
import { randomFrom } from "../crash/judge.ts";
import { bundleChild, killProcesses, newFolder, type Outcome } from "./processes.ts";

const [kills = 1000, seed = Date.now() % 1e6] = process.argv.slice(2).map(Number);
console.log(`seed ${seed}`);
/** Kills over one folder, before what they have left is checked. */
const perFolder = 25;

await using program = await bundleChild();
const outcome: Outcome = { kills: 0, ends: {}, problems: [] };
const random = randomFrom(seed);
while (outcome.kills < kills) {
  await using folder = await newFolder();
  const known = outcome.problems.length;
  await killProcesses(program.file, folder.place, Math.min(perFolder, kills - outcome.kills), random, outcome);
  for (const problem of outcome.problems.slice(known)) console.log(`after ${outcome.kills} kills: ${problem}`);
}
console.log(
  `LocalStore and SQLite: ${outcome.kills} kills, ${outcome.problems.length} problems, runs ended ${JSON.stringify(outcome.ends)}`,
);
if (outcome.problems.length > 0) process.exitCode = 1;

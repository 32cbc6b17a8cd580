/**
 * `npm run kills`: runs whose calls fail, and that are killed at random moments, while others make the same. Arguments: how many
 * kills of processes over a LocalStore and SQLite, how many over S3 and Postgres, how many of tabs and workers, and the seed.
 */
import { browsers } from "../../../scripts/browsers.ts";
import { components } from "../../../scripts/components.ts";
import { randomOf } from "../../support/random.ts";
import { failCalls } from "./faults.ts";
import { bundleChild, killProcesses, newFolder, type Outcome } from "./processes.ts";
import { startServices } from "./services.ts";
import { killTabs } from "./tabs.ts";

const [local = 1000, remote = 100, tabs = 100, seed = Date.now() % 1e6] = process.argv.slice(2).map(Number);
console.log(`seed ${seed}`);
/** Kills over one place, before what they have left is checked. */
const perPlace = 25;
const random = randomOf(seed);

async function campaign(name: string, kills: number, killSome: (kills: number, outcome: Outcome) => Promise<void>): Promise<void> {
  const outcome: Outcome = { kills: 0, ends: {}, problems: [] };
  while (outcome.kills < kills) {
    const known = outcome.problems.length;
    await killSome(Math.min(perPlace, kills - outcome.kills), outcome);
    for (const problem of outcome.problems.slice(known)) console.log(`${name}, after ${outcome.kills} kills: ${problem}`);
  }
  console.log(`${name}: ${outcome.kills} kills, ${outcome.problems.length} problems, runs ended ${JSON.stringify(outcome.ends)}`);
  if (outcome.problems.length > 0) process.exitCode = 1;
}

for (const keeps of ["etags and metadata", "metadata", "nothing"] as const) {
  await campaign(`calls that fail, in a store that keeps ${keeps}`, local / 2, (_, outcome) => failCalls(keeps, random, outcome));
}
await using program = await bundleChild();
await campaign("LocalStore and SQLite", local, async (kills, outcome) => {
  await using folder = await newFolder();
  await killProcesses(program.file, folder.place, kills, random, outcome);
});
if (remote > 0 && components.ceph.path && components.postgres.path) {
  await using services = await startServices();
  await campaign("S3 and Postgres", remote, async (kills, outcome) =>
    killProcesses(program.file, await services.newPlace(), kills, random, outcome),
  );
}

for (const kind of tabs > 0 ? (["IndexedDBStore", "OPFSStore"] as const) : []) {
  const browser = browsers.find(({ name }) => name === "chromium");
  if (browser !== undefined)
    await campaign(`Chromium, ${kind}`, tabs / 2, (kills, outcome) => killTabs(browser, kind, kills, random, outcome));
}

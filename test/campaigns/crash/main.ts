/**
 * `npm run crash`: LocalStore killed and failed at every call, with and without fsync, and then every store that survives
 * a crash killed at random moments. Arguments: how many kills, and the seed to do the same once more.
 */
import { browsers } from "../../../scripts/browsers.ts";
import { randomOf } from "../../support/random.ts";
import { killBrowser } from "./browser.ts";
import { fence } from "./fence.ts";
import type { Judge } from "./judge.ts";
import { killLocal } from "./local.ts";
import { operations } from "./operations.ts";
import { killWriters } from "./records.ts";
import { sweep } from "./sweep.ts";

const [kills = 100, seed = Date.now() % 1e6] = process.argv.slice(2).map(Number);
console.log(`seed ${seed}`);
const report = (name: string, judge: Judge): void => {
  console.log(`${name}: ${judge}`);
  if (judge.problems.length > 0) process.exitCode = 1;
};

for (const name of Object.keys(operations)) {
  for (const how of ["kill", "torn", "fail"] as const) {
    for (const fsync of [false, true]) console.log(`${name}, ${how}${fsync ? ", fsync" : ""}: ${await sweep(name, how, fsync)} calls`);
  }
}
for (const name of ["ifMatch", "ifMatch with attributes"] as const) {
  for (let first = 1; first < 75; first += 15) {
    const problems = await fence(
      name,
      Array.from({ length: 15 }, (_, index) => first + index),
    );
    for (const problem of problems) console.log(problem);
    if (problems.length > 0) process.exitCode = 1;
  }
  console.log(`${name}: stopped at every call`);
}
report("LocalStore", await killLocal(kills, randomOf(seed)));
for (const browser of browsers) {
  for (const [kind, judge] of await killBrowser(browser, kills, randomOf(seed))) report(`${browser.name}, ${kind}`, judge);
}
console.log(`records: ${await killWriters(kills)} batches were acknowledged by ${kills} writers that were killed, and every one is there`);

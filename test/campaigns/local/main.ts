/**
 * `npm run local [seed] [operations]`: random operations on LocalStores, one million unless given, compared with a model. Prints the
 * seeds, with which a run can be repeated: `npm run local 17 10000`.
 */
import { localCampaign } from "./campaign.ts";

const [seed = Date.now() % 2 ** 31, operations = 1_000_000] = process.argv.slice(2).map(Number);
const perFolder = 10_000;
/** A campaign waits for half of its time, for races and for the clock. */
const concurrency = 4;
const start = performance.now();
let begun = 0;
let done = 0;
let found = 0;

async function work(): Promise<void> {
  while (begun < operations && found === 0) {
    const own = seed + begun / perFolder;
    const count = Math.min(perFolder, operations - begun);
    begun += count;
    const problems = await localCampaign(count, own);
    done += count;
    found += problems.length;
    console.log(`seed ${own}: ${problems.length === 0 ? "no problem" : problems.join("\n")}`);
  }
}

await Promise.all(Array.from({ length: concurrency }, work));
console.log(`${done} operations (seed ${seed}) in ${Math.round((performance.now() - start) / 1000)} s: ${found} problems`);
process.exitCode = found === 0 ? 0 : 1;

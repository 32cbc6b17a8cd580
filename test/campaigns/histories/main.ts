/**
 * `npm run histories [count] [storage] [store] [seed]`: random writes, rollbacks, prunes, wipes and readers of two repositories,
 * compared with a model, 1,000 seeds unless given, over a Storage (memory, sqlite, postgres) and a store (memory, local, s3; content:
 * its etags name content; plain, unstorage: without conditions). Prints the seeds that differ; a seed repeats one, with a count of 1.
 */
import { playHistory } from "../../support/history/random.ts";
import type { HistoryStore } from "../../support/history/shared.ts";
import { storages, stores } from "../schedules/places.ts";

const [count = "1000", storageName = "memory", storeName = "memory", first = "1"] = process.argv.slice(2);
const storageMaker = await storages[storageName]?.();
const storeMaker = await stores[storeName]?.();
if (storageMaker === undefined || storeMaker === undefined) throw new Error(`Unknown Storage ${storageName} or store ${storeName}`);
let bad = 0;
const start = performance.now();
try {
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    await using storage = await storageMaker.make();
    const problems = await playHistory(seed, { storage, store: (await storeMaker.make()) as unknown as HistoryStore }, 60);
    if (problems.length === 0) continue;
    bad++;
    console.log(problems.join("\n"));
  }
} finally {
  await storageMaker.stop?.();
  await storeMaker.stop?.();
}
console.log(`${storageName}, ${storeName}: ${count} seeds in ${Math.round((performance.now() - start) / 1000)} s, ${bad} with problems`);
process.exit(bad === 0 ? 0 : 1);

/**
 * `npm run schedules [count] [storage] [store] [seed] [where]`: random schedules of processes that make the same assets, 10,000 unless
 * given, over a Storage (memory, remote, sqlite, postgres) and a store (memory, local, s3; content: its etags name content; plain,
 * unstorage: without conditions), with the steps in the process of their run (here) or in others (workers). Prints the schedules that
 * violate an invariant; a seed repeats one, with a count of 1.
 */
import { runSchedule } from "../../support/schedules/random.ts";
import { storages, stores } from "./places.ts";

const [count = "10000", storageName = "memory", storeName = "memory", first = "1", where = "here"] = process.argv.slice(2);
const storageMaker = await storages[storageName]?.();
const storeMaker = await stores[storeName]?.();
if (where !== "here" && where !== "workers") throw new Error(`Unknown place ${where} of steps; expected here or workers`);
if (storageMaker === undefined || storeMaker === undefined) throw new Error(`Unknown Storage ${storageName} or store ${storeName}`);
const shown = 3;
const violated = new Map<string, number>();
let [bad, reported] = [0, 0];
const start = performance.now();
try {
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const storage = await storageMaker.make();
    const report = await runSchedule(seed, { storage, store: await storeMaker.make() }, where);
    await storage.close();
    if (report.reported.length > 0) reported++;
    if (count === "1") console.log(report.trace.join("\n"), report.reported);
    if (report.violations.length === 0) continue;
    for (const name of new Set(report.violations.map((text) => text.slice(0, 2)))) violated.set(name, (violated.get(name) ?? 0) + 1);
    if (++bad <= shown) console.log([`seed ${seed}`, ...report.trace.map((line) => `    ${line}`), ...report.violations].join("\n"));
  }
} finally {
  await storageMaker.stop?.();
  await storeMaker.stop?.();
}
const seconds = Math.round((performance.now() - start) / 1000);
console.log(`${storageName}, ${storeName}: ${count} schedules in ${seconds} s, ${bad} with violations`, Object.fromEntries(violated));
console.log(`${reported} with an older write on a newer record, which the records report`);
process.exit(bad === 0 ? 0 : 1);

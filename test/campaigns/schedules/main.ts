import { MemoryStore, Storage } from "edgewater";
import { runSchedule } from "../../support/schedules/random.ts";
const [count = "10000", first = "1"] = process.argv.slice(2);
let bad = 0, reported = 0;
const kinds = new Map<string, number>();
process.on("unhandledRejection", (e) => console.log("UNHANDLED", e));
const start = Date.now();
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const storage = Storage.memory();
  const r = await runSchedule(seed, { storage, store: new MemoryStore() as never });
  reported += r.reported.length > 0 ? 1 : 0;
  if (r.violations.length > 0) {
    bad++;
    for (const v of new Set(r.violations.map((v) => v.split(":")[0] as string))) kinds.set(v, (kinds.get(v) ?? 0) + 1);
    if (bad <= 3 || count === "1") console.log(`seed ${seed}\n${r.trace.map((t) => "    " + t).join("\n")}\n${r.violations.map((v) => "  ! " + v).join("\n")}`);
  } else if (count === "1") console.log(r.trace.join("\n"));
}
console.log({ count, bad, reported, kinds, ms: Date.now() - start });
process.exit(0);

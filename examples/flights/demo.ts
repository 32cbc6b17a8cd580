/** `npm run demo:flights`: writes 3,000,000 flights to a table, merges late reports into it, and reads it as it was before. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Repository, SuperJsonIOHandler } from "edgewater";
import { DeltaIOHandler, DeltaTable } from "edgewater/delta";
import { LocalStore } from "edgewater/local";
import { drawProgress, printTable } from "../earthquakes/print.ts";
import { pipeline } from "./pipeline.ts";
import { months } from "./source.ts";

const folder = process.argv[2] ?? ".edgewater";
const store = new LocalStore(join(folder, "lake"), { names: "plain" });
const lake = new DeltaIOHandler({ store, mergeConfig: { mergeType: "upsert", predicate: { on: ["id", "month"] } } });
const { flights, lateReports, airports } = pipeline(lake);

await using repository = await Repository.open({
  assets: [flights, lateReports, airports],
  ioHandler: new SuperJsonIOHandler({ store: new LocalStore(folder), prefix: "flights" }),
});
const onProgress = (): ReturnType<typeof drawProgress> => drawProgress(process.stdout);
// One month after the other, so that memory holds the rows of one.
for (const month of months) await repository.materialize({ selection: [flights], partitionKeys: [month], onProgress: onProgress() });
const before = await DeltaTable.open(store, "flights");
await repository.materialize({ selection: [lateReports], onProgress: onProgress() });
await repository.materialize({ selection: [airports], onProgress: onProgress() });

const after = await DeltaTable.open(store, "flights");
const earlier = await DeltaTable.open(store, "flights", { version: before.version });
const rows = await Promise.all(
  [earlier, after].map(async (table) => {
    let [count, delay] = [0, 0];
    for await (const { rowCount, columns } of table.batches({ columns: ["delay"], where: "month = '2001-06'" })) {
      count += rowCount;
      for (const minutes of columns[0] as Iterable<number>) delay += minutes;
    }
    return [String(table.version), String(count), `${(delay / count).toFixed(3)} min`];
  }),
);
console.log("\nJune, before and after the late reports:");
printTable(["version", "flights", "mean delay"], rows);

console.log("\nThe airports whose flights depart latest:");
const latest = (await repository.load(airports)).slice(0, 5);
printTable(
  ["airport", "departures", "mean delay"],
  latest.map(({ airport, departures, meanDelay }) => [airport, String(departures), `${meanDelay.toFixed(1)} min`]),
);

const files = after.files();
const counted = files.reduce((sum, { rowCount = 0 }) => sum + rowCount, 0);
const size = await sizeOf(join(folder, "lake", "flights"));
const memory = process.resourceUsage().maxRSS / 1024;
console.log(
  `\n${counted.toLocaleString("en")} flights in ${files.length} files, ${(size / 1e6).toFixed(0)} MB; ${(performance.now() / 1000).toFixed(0)} s, ${memory.toFixed(0)} MB of memory at most.`,
);
if (memory > 1024) throw new Error(`The flights took ${memory.toFixed(0)} MB of memory, more than 1 GB`);

async function sizeOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, each) => sum + each, 0);
}

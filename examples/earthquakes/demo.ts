/** `npm run demo:earthquakes`: materializes a week of earthquakes below `.edgewater`, then loads it back in a second process. */
import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { Repository, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { assets, tasks } from "./pipeline.ts";
import { drawProgress, printTable } from "./print.ts";

const folder = process.argv[2] ?? ".edgewater";
const store = new LocalStore(folder);

const draw = drawProgress(process.stdout);
await using repository = await Repository.open({ assets, tasks, ioHandler: new SuperJsonIOHandler({ store, prefix: "earthquakes" }) });
const { runId, materializedAssets } = await repository.materialize({ onProgress: draw });

const before = await lastVersions();
const versions: Record<string, string> = {};
const rows: string[][] = [];
for (const name of materializedAssets) {
  const event = await repository.storage.getLatestMaterialization(name);
  if (event === undefined) throw new Error(`The run materialized ${name}, but its Storage has no event for it`);
  const { dataVersion, metadata, timestamp } = event;
  versions[name] = dataVersion;
  const change = before[name] === undefined ? "new" : before[name] === dataVersion ? "unchanged" : "changed";
  rows.push([
    name,
    String(metadata["path"]?.value),
    String(metadata["size_bytes"]?.value),
    dataVersion.slice(0, 19),
    new Date(timestamp).toISOString(),
    change,
  ]);
}
printTable(["asset", "key", "bytes", "data version", "written at", "since the last run"], rows);

const report = (await repository.storage.getLatestMaterialization("report"))?.metadata["report"];
console.log(`\n${report?.value}\n`);

await mkdir(folder, { recursive: true });
await writeFile(`${folder}/versions.json`, `${JSON.stringify(versions, undefined, 2)}\n`);

const unchanged = rows.filter((row) => row.at(-1) === "unchanged").length;
console.log(`Run ${runId} wrote ${rows.length} values to ${store.name}; ${unchanged} of them have the data version of the last run.`);
const second = spawnSync(process.execPath, [...process.execArgv, new URL("verify.ts", import.meta.url).pathname, folder], {
  stdio: "inherit",
});
process.exitCode = second.status ?? 1;

async function lastVersions(): Promise<Readonly<Record<string, string>>> {
  try {
    return JSON.parse(await readFile(`${folder}/versions.json`, "utf8")) as Record<string, string>;
  } catch {
    return {};
  }
}

/** The second process of the demo: loads every value from the folder and compares it with a value computed again in memory. */
import { isDeepStrictEqual } from "node:util";
import { Repository, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { assets, tasks } from "./pipeline.ts";

const ioHandler = new SuperJsonIOHandler({ store: new LocalStore(process.argv[2] ?? ".edgewater"), prefix: "earthquakes" });
await using persisted = await Repository.open({ assets, tasks, ioHandler });
await using recomputed = await Repository.open({ assets, tasks });
await recomputed.materialize();

let differences = 0;
for (const { name } of persisted.nodes) {
  const isEqual = isDeepStrictEqual(await persisted.load(name), await recomputed.load(name));
  console.log(`${isEqual ? "✓" : "✗"} ${name} ${isEqual ? "loaded back equal" : "DIFFERS from what was written"}`);
  if (!isEqual) differences++;
}
console.log(
  differences === 0 ? `Process ${process.pid} read back everything that process ${process.ppid} wrote.` : `${differences} values differ.`,
);
process.exitCode = differences === 0 ? 0 : 1;

/**
 * `npm run kills:workflows`: interrupts runs as Workflows of workerd, and looks for outputs that are not recorded once, wrong values
 * and leftovers. Runs are paused, resumed and restarted at random points; then workerd itself is killed with SIGKILL while a run is
 * going on. At the end no journal, message or record may have a value. Takes the number of interruptions (100), that of kills (10),
 * and a seed.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AttackReport } from "../../support/cloudflare/attack.ts";
import { randomOf } from "../../support/random.ts";
import { startWorker } from "./server.ts";

/** Text in every value, as `test/support/cloudflare/diamond.ts` has it. */
const canary = "canary-e51c";
const [interruptions = 100, kills = 10, seed = 20261128] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "edgewater-workflows-"));
const found: string[] = [];
const random = randomOf(seed);
let server = await startWorker(folder);
try {
  let [done, runs] = [0, 0];
  for (let round = 0; done < interruptions; round++) {
    const query = `interruptions=${Math.min(10, interruptions - done)}&seed=${seed + round}`;
    const report = await server.call<AttackReport>(`/attack?${query}`);
    done += report.interruptions;
    runs += report.runs;
    found.push(...report.found);
    console.log(`${done} pauses and restarts of ${runs} runs, ${found.length} violations`);
  }
  for (let killed = 0; killed < kills; killed++) {
    const id = randomUUID();
    await server.call(`/begin?id=${id}`);
    await new Promise((resolve) => setTimeout(resolve, random() * 1000));
    await server.kill();
    server = await startWorker(folder);
    const start = performance.now();
    const status = await server.call<string>(`/revive?id=${id}`);
    if (status !== "complete") found.push(`the run ${id} is ${status} after kill ${killed + 1}`);
    found.push(...(await server.call<readonly string[]>(`/check?id=${id}`)).map((each) => `after kill ${killed + 1}: ${each}`));
    console.log(`workerd killed ${killed + 1} times; the run ended ${Math.round(performance.now() - start)} ms after it was back`);
  }
} finally {
  await server.kill();
}
for (const path of await readdir(folder, { recursive: true })) {
  // The bucket has the values.
  if (!path.includes("sqlite") || /(^|\/)r2\//.test(path)) continue;
  if ((await readFile(join(folder, path))).includes(canary)) found.push(`${path} has a value`);
}
await rm(folder, { recursive: true });
console.log(found.length === 0 ? "No violation." : found.join("\n"));
process.exitCode = found.length === 0 ? 0 : 1;

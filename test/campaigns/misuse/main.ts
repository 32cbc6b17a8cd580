/** `npm run misuse -- [inputs] [seed]`: misuses every option of every function, and lists what is not refused by name. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knownOptions, randomOf, tryMisspelling, tryWrongType } from "./check.ts";
import { makeEntries } from "./entries.ts";

const [inputs = 1_000_000, seed = Date.now() % 1e6] = process.argv.slice(2).map(Number);
const random = randomOf(seed);
const folder = await mkdtemp(join(tmpdir(), "edgewater-misuse-"));
const entries = await makeEntries(folder);
const known = new Map(await Promise.all(entries.map(async (entry) => [entry, await knownOptions(entry)] as const)));
const findings = new Map<string, string>();
const start = performance.now();
for (let count = 0; count < inputs; count++) {
  const entry = entries[random(entries.length)];
  if (entry === undefined) continue;
  const names = known.get(entry) ?? [];
  const finding = await (random(2) === 0 ? tryMisspelling(entry, names, random) : tryWrongType(entry, names, random));
  if (finding !== undefined) findings.set(finding.replace(/".*?"/g, ""), finding);
}
const options = [...known.values()].reduce((sum, names) => sum + names.length, 0);
console.log(
  `${inputs} inputs (seed ${seed}), ${entries.length} functions, ${options} options, ${((performance.now() - start) / 1000).toFixed(1)} s: ${findings.size} findings`,
);
for (const finding of findings.values()) console.log(`- ${finding}`);
process.exitCode = findings.size === 0 ? 0 : 1;
await rm(folder, { recursive: true });

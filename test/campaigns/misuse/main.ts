/** `npm run misuse -- [inputs] [seed]`: misuses every option of every function, and lists what is not refused by name. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knownOptions, randomOf, tryMisspelling, tryWrongType } from "./check.ts";
import { makeEntries } from "./entries.ts";

/** Then the stores, tables and records start anew, because right options fill them and every later call would read more. */
const perEntries = 10_000;

const [inputs = 1_000_000, seed = Date.now() % 1e6] = process.argv.slice(2).map(Number);
const findings = new Map<string, string>();
const start = performance.now();
let size = "";
for (let done = 0; done < inputs; done += perEntries) await misuse(Math.min(perEntries, inputs - done), seed + done / perEntries);
console.log(`${inputs} inputs (seed ${seed}), ${size}, ${((performance.now() - start) / 1000).toFixed(1)} s: ${findings.size} findings`);
for (const finding of findings.values()) console.log(`- ${finding}`);
process.exitCode = findings.size === 0 ? 0 : 1;

async function misuse(count: number, ownSeed: number): Promise<void> {
  const random = randomOf(ownSeed);
  const folder = await mkdtemp(join(tmpdir(), "edgewater-misuse-"));
  const entries = await makeEntries(folder);
  const known = await Promise.all(entries.map(async (entry) => ({ entry, names: await knownOptions(entry) })));
  for (let turn = 0; turn < count; turn++) {
    const { entry, names } = known[random(known.length)] as (typeof known)[number];
    const finding = await (random(2) === 0 ? tryMisspelling(entry, names, random) : tryWrongType(entry, names, random));
    if (finding !== undefined) findings.set(finding.replace(/".*?"/g, ""), `seed ${ownSeed}: ${finding}`);
  }
  size = `${known.length} functions, ${known.reduce((sum, { names }) => sum + names.length, 0)} options`;
  await rm(folder, { recursive: true });
}

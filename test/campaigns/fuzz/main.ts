/**
 * `npm run fuzz [runs] [seed]`: the serializer with ten times as many random values and damaged bytes as runs (100,000 unless
 * given), every hostile input of it, every property of it with as many values as runs, and every property of a Storage with a
 * tenth as many sequences of commits. The properties choose new seeds each time, and a failure prints its seed.
 */
import { hostile } from "../../unit/serializer/hostile.ts";
import { laws as serializerLaws } from "../../unit/serializer/laws.ts";
import { laws as storageLaws } from "../../unit/storage/laws.ts";
import { damagedBytes, randomValues } from "./serializer.ts";

const runs = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now() % 1e9);
const sequences = Math.ceil(runs / 10);

async function timed(name: string, count: string, work: () => unknown): Promise<void> {
  const start = performance.now();
  await work();
  console.log(`✓ ${name}: ${count} in ${Math.round((performance.now() - start) / 1000)} s`);
}

console.log(`seed ${seed}`);
await timed("random values", `${10 * runs}`, () => console.log(randomValues(10 * runs, seed)));
await timed("damaged bytes", `${10 * runs}`, () => console.log(damagedBytes(10 * runs, seed)));
for (const { name, prepare } of hostile) {
  const run = await prepare();
  await timed(name, "a hostile input", async () => {
    try {
      await run();
    } catch (error) {
      if ((error as { code?: string }).code !== "SerializationError") throw error;
    }
  });
}
for (const [name, hold] of serializerLaws) await timed(name, `${runs} values`, () => hold(runs));
for (const [name, hold] of storageLaws) await timed(name, `${sequences} sequences`, () => hold({ numRuns: sequences }));

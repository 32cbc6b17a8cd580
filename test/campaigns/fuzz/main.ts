/**
 * `npm run fuzz [runs]`: every hostile input of the serializer, every property of it with 100,000 values unless given, and
 * every property of a Storage with a tenth as many sequences of commits. Every run has a new seed, which a failure prints.
 */
import { hostile } from "../../unit/serializer/hostile.ts";
import { laws as serializerLaws } from "../../unit/serializer/laws.ts";
import { laws as storageLaws } from "../../unit/storage/laws.ts";

const runs = Number(process.argv[2] ?? 100_000);
const sequences = Math.ceil(runs / 10);

async function timed(name: string, count: string, work: () => unknown): Promise<void> {
  const start = performance.now();
  await work();
  console.log(`✓ ${name}: ${count} in ${Math.round((performance.now() - start) / 1000)} s`);
}

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

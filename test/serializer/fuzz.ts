/** `npm run fuzz [runs]`: every law of the serializer, with 100,000 values each unless told otherwise. */
import { laws } from "./laws.ts";

const runs = Number(process.argv[2] ?? 100_000);
for (const [name, hold] of laws) {
  const start = performance.now();
  hold(runs);
  console.log(`✓ ${name}: ${runs} values in ${Math.round((performance.now() - start) / 1000)} s`);
}

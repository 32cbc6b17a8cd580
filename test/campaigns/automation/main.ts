/**
 * `npm run automation [days] [seed] [minutes]`: a year of automation, simulated: two processes on one Storage, with other assets each,
 * that evaluate at most so many minutes apart (180), while inputs change, code is deployed and processes are killed. Prints what was
 * missed or made twice.
 */
import { simulate } from "../../support/automation/simulation.ts";

const [days = "365", seed = "1", stepMinutes = "180"] = process.argv.slice(2);
const begun = performance.now();
const { violations, counts } = await simulate({ seed: Number(seed), days: Number(days), stepMinutes: Number(stepMinutes) });
console.log(counts);
console.log(`${days} days of seed ${seed} in ${Math.round((performance.now() - begun) / 1000)} s, ${violations.length} violations`);
for (const violation of violations.slice(0, 20)) console.log(violation);
process.exit(violations.length === 0 ? 0 : 1);

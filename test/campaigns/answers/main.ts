/**
 * `npm run answers [count] [seed]`: random hostile answers for every HTTP store, 1,000,000 unless told otherwise. Whatever a
 * server answers, a store must return what it was asked for or an error of the family.
 */
import { Random, tryRandomAnswer } from "../../support/random-answers.ts";

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const concurrency = 32;
const start = performance.now();
const random = new Random(seed);
let done = 0;
let found = 0;

async function work(): Promise<void> {
  while (done < count && found < 20) {
    done++;
    const own = new Random(random.below(2 ** 32));
    const finding = await tryRandomAnswer(own);
    if (finding) {
      found++;
      console.log(JSON.stringify(finding));
    }
  }
}

console.log(`seed ${seed}`);
await Promise.all(Array.from({ length: concurrency }, work));
console.log(`${done} answers in ${Math.round((performance.now() - start) / 1000)} s: ${found} findings`);
process.exitCode = found === 0 ? 0 : 1;

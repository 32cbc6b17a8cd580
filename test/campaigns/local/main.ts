/**
 * `npm run local [seed] [operations]`: random operations on a LocalStore, one million unless given, compared with a model.
 * Prints the seed, with which the run can be repeated.
 */
import { localCampaign } from "./campaign.ts";

const [seed = Date.now() % 2 ** 31, operations = 1_000_000] = process.argv.slice(2).map(Number);
const perFolder = 10_000;
for (let done = 0; done < operations; done += perFolder) {
  const own = seed + done / perFolder;
  const problems = await localCampaign(Math.min(perFolder, operations - done), own);
  console.log(`seed ${own}: ${problems.length === 0 ? "no problem" : problems.join("\n")}`);
  if (problems.length > 0) {
    process.exitCode = 1;
    break;
  }
}

/** Runs the conformance cases of Storage on the embedded engine of this runtime, in a folder, and prints the failures. */
import { asset, Storage } from "edgewater";
import { embeddedStorage, sharedStorageCases, storageCases, temporaryRepository } from "edgewater/testing";

const [folder = ""] = globalThis.process.argv.slice(2);
const failures: string[] = [];
let passed = 0;

async function check(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    passed++;
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

for (const [index, { name, run }] of storageCases().entries()) {
  await check(name, async () => {
    await using storage = await embeddedStorage(`${folder}/own-${index}`);
    await run(storage);
  });
}
for (const [index, { name, run }] of sharedStorageCases().entries())
  await check(name, () => run(() => Storage.embedded(`${folder}/shared-${index}`)));
await check("temporaryRepository", async () => {
  const one = asset({ name: "one" }, () => 1);
  await using repository = await temporaryRepository({ assets: [one] });
  await repository.materialize();
  if ((await repository.load(one)) !== 1) throw new Error("The loaded value differs");
});
console.log(JSON.stringify({ passed, failures }));

/** Runs the conformance cases of executors with `parallel` on the workers of this runtime, in a folder, and prints the failures. */
import { Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { parallel } from "edgewater/parallel";
import { executorCases } from "edgewater/testing";

const [folder = ""] = globalThis.process.argv.slice(2);
// Workers read it too.
globalThis.process.env["EDGEWATER_SUITE"] = folder;
const failures: string[] = [];
let passed = 0;

const { Worker: Thread } = await import("node:worker_threads");
const isNode = globalThis.Worker === undefined;
await using executor = parallel({
  start: () =>
    isNode
      ? new Thread(new URL("./steps-worker.ts", import.meta.url))
      : new Worker(new URL("./steps-worker.ts", import.meta.url), { type: "module" }),
  size: 2,
});
await using storage = await Storage.embedded(`${folder}/records`);
const store = new LocalStore(`${folder}/values`);
for (const { name, run } of executorCases("workers")) {
  try {
    await run({ storage, store, executor });
    passed++;
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(JSON.stringify({ passed, failures }));

/** A worker that makes the steps of the executor cases. */
import { Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { serveSteps } from "edgewater/parallel";
import { openExecutorSuite } from "edgewater/testing";

const folder = globalThis.process.env["EDGEWATER_SUITE"] ?? "";

/** An error that nothing catches ends the worker. */
function die(): Promise<never> {
  setTimeout(() => {
    throw new Error("killed");
  });
  return new Promise(() => {});
}

await serveSteps(async () =>
  openExecutorSuite({ storage: await Storage.embedded(`${folder}/records`), store: new LocalStore(`${folder}/values`), die }),
);

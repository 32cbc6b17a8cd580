/** A worker that makes the steps of the executor cases, over the databases that its name says. */
import "edgewater/polyfill";
import { Storage } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { serveSteps } from "edgewater/parallel";
import { openExecutorSuite } from "edgewater/testing";

/** An error that nothing catches ends the worker. */
function die(): Promise<never> {
  setTimeout(() => {
    throw new Error("killed");
  });
  return new Promise(() => {});
}

await serveSteps(async () =>
  openExecutorSuite({ storage: await Storage.embedded(`${self.name}-records`), store: new IndexedDBStore(self.name), die }),
);

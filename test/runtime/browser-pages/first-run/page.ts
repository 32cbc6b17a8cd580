/** The smallest application: opens a repository, materializes one asset into IndexedDB with superjson, and loads it back. */
import { asset, Repository, SuperJsonIOHandler } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";

declare global {
  interface Window {
    /** Resolves to the loaded value once everything has been downloaded and has run. */
    firstRun: Promise<unknown>;
  }
}

async function run(): Promise<unknown> {
  const quakes = asset({ name: "quakes" }, () => [{ place: "Jarm, Afghanistan", at: new Date("2018-01-31T07:07:00Z") }]);
  const repository = await Repository.open({
    assets: [quakes],
    ioHandler: new SuperJsonIOHandler({ store: new IndexedDBStore("first-run") }),
  });
  await repository.materialize();
  const value = await repository.load(quakes);
  await repository.close();
  return value;
}

window.firstRun = run();

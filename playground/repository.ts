/** The repository of a place: what runs steps and stores values. It is loaded after the first screen. */
import { type Asset, type Definition, type ExternalAsset, Repository, type Storage, SuperJsonIOHandler, type Task } from "edgewater";
import { inspect } from "edgewater/inspector";
import type { Inspection } from "../src/inspector/inspection.ts";
import { Operations } from "../src/operations-in-flight.ts";
import type { Place } from "./storage/place.ts";
import { openStore } from "./storage/stores.ts";

/** A repository and the inspection over it. */
export interface Opened {
  readonly inspection: Inspection;
  /** Waits for the runs that were begun in it. */
  readonly close: () => Promise<void>;
}

/** How the first screen names what is inspected. */
export interface Title {
  readonly name: string;
  readonly where: string;
}

/** Opens the store of a place; what it returns opens the repository of a graph over it. */
export async function openHandler(
  place: Place,
  storage: Storage,
  title: Title,
): Promise<(graph: readonly Definition[]) => Promise<Opened>> {
  const ioHandler = new SuperJsonIOHandler({ store: await openStore(place), prefix: "earthquakes", history: { head: false } });
  return async (graph) => {
    const repository = await Repository.open({
      assets: graph.filter(({ kind }) => kind !== "task") as (Asset | ExternalAsset)[],
      tasks: graph.filter(({ kind }) => kind === "task") as Task[],
      ioHandler,
      storage,
    });
    const inspection = inspect(repository, title);
    // A function that is edited meanwhile, here or in another tab, closes the repository: not before these have used it.
    const calls = new Operations("This repository");
    return {
      inspection: {
        ...inspection,
        plan: (...given) => calls.run(() => inspection.plan(...given)),
        act: (action, options) =>
          calls.run(async () => {
            if (action.type === "materialize" || action.type === "backfill") await observeOnce(repository);
            return inspection.act(action, options);
          }),
      },
      close: () =>
        calls.close(async () => {
          await inspection.close();
          await repository.close();
        }),
    };
  };
}

/** Looks at the data of others before the first run, so that runs say which version they have read. */
async function observeOnce(repository: Repository): Promise<void> {
  await exclusively(`edgewater/playground observe ${repository.storage.name}`, async () => {
    const known = await repository.storage.getEventsForAsset("feed", { limit: 1 });
    if (known.length === 0) await repository.observe();
  });
}

/** One tab after the other; where there are no locks, all at once. */
async function exclusively(name: string, work: () => Promise<void>): Promise<void> {
  await (navigator.locks === undefined ? work() : navigator.locks.request(name, work));
}

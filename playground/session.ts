/** The repository of a place: the pipeline with the functions that were edited there, and the inspection over it. */
import { type Asset, type ExternalAsset, Repository, Storage, SuperJsonIOHandler, type Task } from "edgewater";
import { inspect } from "edgewater/inspector";
import { assets, tasks } from "../examples/earthquakes/monitoring.ts";
import type { Inspection } from "../src/inspector/inspection.ts";
import { type Compute, editedGraph } from "./edits/edited-graph.ts";
import { type Functions, openFunctions } from "./edits/functions.ts";
import { openStore, type Place, placeName, recordsOf } from "./storage/place.ts";
import { switchable } from "./switchable.ts";

export interface Session {
  readonly place: Place;
  readonly inspection: Inspection;
  readonly functions: Functions;
  /** Keeps the text of a function here and for all tabs; from then on runs use it. */
  readonly saveFunction: (name: string, text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openSession(place: Place): Promise<Session> {
  const database = recordsOf(place);
  const storage = await Storage.embedded(database);
  const ioHandler = new SuperJsonIOHandler({ store: await openStore(place), prefix: "earthquakes", history: { head: false } });
  const functions = await openFunctions(storage);
  const otherTabs = new BroadcastChannel(`${database} functions`);

  const open = async (): Promise<{ readonly repository: Repository; readonly inspection: Inspection }> => {
    const graph = editedGraph([...tasks, ...assets], await functions.versions(sandboxed));
    const repository = await Repository.open({
      assets: graph.filter(({ kind }) => kind !== "task") as (Asset | ExternalAsset)[],
      tasks: graph.filter(({ kind }) => kind === "task") as Task[],
      ioHandler,
      storage,
    });
    return { repository, inspection: inspect(repository, { name: "Earthquakes", where: `${placeName(place)}, this browser` }) };
  };

  let current = await open();
  const importFile: Inspection["import"] = async (file, options) => {
    const imported = await current.inspection.import(file, options);
    if (options?.dryRun !== true) await followEdits();
    return imported;
  };
  const act: Inspection["act"] = async (action, options) => {
    if (action.type === "materialize" || action.type === "backfill") await observeOnce(current.repository);
    return current.inspection.act(action, options);
  };
  const { inspection, use } = switchable(current.inspection, { import: importFile, act });
  let reopening = Promise.resolve();
  /** Runs that were begun before go on in the repository that began them, which is closed when they have ended. */
  const reopen = (): Promise<void> => {
    reopening = reopening.then(async () => {
      const before = current;
      current = await open();
      use(current.inspection);
      void before.inspection.close().then(() => before.repository.close());
    });
    return reopening;
  };
  const followEdits = async (): Promise<void> => {
    if (await functions.reload()) await reopen();
  };
  otherTabs.onmessage = followEdits;

  return {
    place,
    inspection,
    functions,
    saveFunction: async (name, text) => {
      await functions.save(name, text);
      await reopen();
      otherTabs.postMessage("saved");
    },
    close: async () => {
      otherTabs.close();
      await reopening;
      await current.inspection.close();
      await current.repository.close();
      await storage.close();
    },
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

/** Calls an edited text in a sandbox. Both are loaded when they are needed. */
function sandboxed(name: string, text: string): Compute {
  return async (inputs, context) => {
    const [{ callInSandbox }, { runtime }] = await Promise.all([import("./sandbox/sandbox.ts"), import("virtual:runtime")]);
    return callInSandbox({ name, text, runtime }, inputs, context);
  };
}

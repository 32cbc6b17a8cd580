/** A place that is open: its records, the functions that were edited there, and the inspection over them. */
import { type Definition, EdgewaterError, Storage } from "edgewater";
import { assets, tasks } from "../examples/earthquakes/monitoring.ts";
import type { Inspection } from "../src/inspector/inspection.ts";
import { embedded } from "../src/storage/indexeddb/index.ts";
import { type Compute, editedGraph } from "./edits/edited-graph.ts";
import { type Functions, openFunctions } from "./edits/functions.ts";
import { openFirstScreen } from "./first-screen.ts";
import { Once } from "./once.ts";
import type { Opened } from "./repository.ts";
import { type Place, placeName, recordsOf } from "./storage/place.ts";
import { switchable } from "./switchable.ts";

export interface Session {
  readonly place: Place;
  readonly inspection: Inspection;
  readonly functions: Functions;
  /** Opens the repository, which the first screen does not wait for. Until then the first call that needs it does so. */
  readonly open: () => Promise<unknown>;
  /** Keeps the text of a function here and for all tabs; from then on runs use it. */
  readonly saveFunction: (name: string, text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openSession(place: Place): Promise<Session> {
  const database = recordsOf(place);
  const storage = await Storage.connect(embedded(database));
  const functions = await openFunctions(storage);
  const otherTabs = new BroadcastChannel(`${database} functions`);
  const title = { name: "Earthquakes", where: `${placeName(place)}, this browser` };
  const graph = async (): Promise<readonly Definition[]> => editedGraph([...tasks, ...assets], await functions.versions(sandboxed));

  const handler = new Once(async () => {
    const { openHandler } = await import("./repository.ts").catch(notLoaded);
    return openHandler(place, storage, title);
  });
  const openRepository = async (): Promise<Opened> => {
    const openOver = await handler.get();
    const next = await openOver(await graph());
    use(next.inspection);
    return next;
  };
  let current = new Once(openRepository);
  const inspectionOf = async (): Promise<Inspection> => (await current.get()).inspection;
  const first = await openFirstScreen(await graph(), storage, title, inspectionOf);
  const { inspection, use } = switchable(first, {
    import: async (file, options) => {
      const imported = await (await inspectionOf()).import(file, options);
      if (options?.dryRun !== true) await followEdits();
      return imported;
    },
  });
  let reopening: Promise<void> = Promise.resolve();
  /** Runs that were begun before go on in the repository that began them, which is closed when they have ended. */
  const reopen = (): Promise<void> => {
    const reopened = reopening.then(async () => {
      const before = await current.begun?.catch(() => undefined);
      const next = new Once(openRepository);
      if (before === undefined) current = next;
      await next.get();
      current = next;
      void before?.close();
    });
    reopening = reopened.catch(() => {});
    return reopened;
  };
  const followEdits = async (): Promise<void> => {
    if (await functions.reload()) await reopen();
  };
  otherTabs.onmessage = followEdits;

  return {
    place,
    inspection,
    functions,
    open: () => current.get(),
    saveFunction: async (name, text) => {
      await functions.save(name, text);
      await reopen();
      otherTabs.postMessage("saved");
    },
    close: async () => {
      otherTabs.close();
      await reopening;
      await first.close();
      await (await current.begun?.catch(() => undefined))?.close();
      await storage.close();
    },
  };
}

/** A script of the page that could not be loaded. */
function notLoaded(cause: unknown): never {
  const message =
    "Cannot open the repository: its script was not loaded, because there is no connection or this page has a newer version; load the page again";
  throw new EdgewaterError("Unavailable", message, { cause });
}

/** Calls an edited text in a sandbox. Both are loaded when they are needed. */
function sandboxed(name: string, text: string): Compute {
  return async (inputs, context) => {
    const [{ callInSandbox }, { runtime }] = await Promise.all([import("./sandbox/sandbox.ts"), import("virtual:runtime")]);
    return callInSandbox({ name, text, runtime }, inputs, context);
  };
}

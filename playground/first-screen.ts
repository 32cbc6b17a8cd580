/** The first screen of a place, from its records: it is there before the repository is loaded. */
import type { Definition, Storage } from "edgewater";
import { orAborted } from "../src/errors.ts";
import { capabilitiesOf } from "../src/inspector/can.ts";
import { FirstScreen } from "../src/inspector/first-screen.ts";
import type { Inspection } from "../src/inspector/inspection.ts";
import { Subject } from "../src/inspector/subject.ts";
import { RepositoryContext } from "../src/repository/context.ts";
import { definitionsOf, graphOf } from "../src/run/graph.ts";
import type { Title } from "./repository.ts";

/** What the store of every place can do, and the handler over it. */
const ofValues = { bytes: true, objects: true, delete: true, rollback: true };

/**
 * An inspection that tells the first screen from the records. All other calls wait for the repository.
 *
 * @param opened opens the repository, or waits until it is open
 */
export async function openFirstScreen(
  definitions: readonly Definition[],
  storage: Storage,
  title: Title,
  opened: () => Promise<Inspection>,
): Promise<Inspection> {
  const graph = graphOf(definitions);
  await storage.declareAssets(definitionsOf(graph));
  const subject = new Subject(new RepositoryContext(graph, storage, {}, new AbortController().signal));
  const first = new FirstScreen(subject, { ...title, can: capabilitiesOf(subject, ofValues) });
  const own: Pick<Inspection, "snapshot" | "events" | "close"> = {
    snapshot: (options) => orAborted(first.snapshot(), options?.signal),
    events: (after, signal) => first.feed.listen(after, signal),
    close: async () => first.feed.close(),
  };
  return new Proxy(own as Inspection, {
    get: (_, method: keyof Inspection) => {
      if (method in own) return own[method as keyof typeof own];
      // A promise is resolved with what has a method of this name.
      if ((method as string) === "then") return undefined;
      return async (...given: readonly unknown[]) => ((await opened())[method] as (...given: readonly unknown[]) => unknown)(...given);
    },
  });
}

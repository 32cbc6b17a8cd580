/** What a process or a tab does until it is killed: resumes its killed run, and makes run after run. Runs in Node and in browsers. */
import { isEdgewaterError, type ObjectStore, Repository, type Storage, SuperJsonIOHandler } from "edgewater";
import { assetsOf, everything } from "./pipeline.ts";
import type { Calls } from "./trap.ts";

/** What it tells while it runs. */
export type Told =
  | { readonly told: "ready" | "frozen" }
  | { readonly told: "run"; readonly runId: string }
  | { readonly told: "output"; readonly id: number }
  /** The name of this process or tab in its leases. */
  | { readonly told: "holder"; readonly holder: string }
  | { readonly told: "end"; readonly code: string; readonly message: string };

export interface Attack {
  readonly storage: Storage;
  readonly store: ObjectStore;
  readonly calls: Calls;
  /** The run that its killed predecessor has made. */
  readonly killedRun: string | undefined;
  /** Whether the predecessor may be alive. */
  readonly force: boolean;
  readonly tell: (told: Told) => unknown;
}

/** The repository of the attack; without `calls` nothing is counted. */
export function openRepository({ storage, store, calls }: Pick<Attack, "storage" | "store"> & { readonly calls?: Calls }) {
  const ioHandler = new SuperJsonIOHandler({ store: calls?.wrap(store) ?? store });
  return Repository.open({ assets: Object.values(assetsOf()), storage: calls?.wrap(storage) ?? storage, ioHandler });
}

/** Makes runs until it is killed. */
export async function attack(given: Attack): Promise<never> {
  const { killedRun, force, tell } = given;
  const repository = await openRepository(given);
  await tell({ told: "ready" });
  const tellHolder = async (runId: string): Promise<void> => {
    for (const { holder = "" } of await given.storage.getLeases(runId)) tell({ told: "holder", holder });
  };
  const make = async (resume: { readonly resume?: true | { readonly run: string; readonly force: boolean } }): Promise<string> => {
    try {
      await repository.materialize({
        ...everything,
        ...resume,
        onProgress: (event) => {
          if (event.type === "run-start") {
            tell({ told: "run", runId: event.runId });
            tellHolder(event.runId);
          }
          if (event.type === "output") tell({ told: "output", id: event.event.id });
        },
      });
      await tell({ told: "end", code: "Success", message: "" });
      return "Success";
    } catch (error) {
      const code = isEdgewaterError(error) ? error.code : "unknown";
      await tell({ told: "end", code, message: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) });
      return code;
    }
  };
  if (killedRun !== undefined) await make({ resume: { run: killedRun, force } });
  while (true) {
    const code = await make({ resume: true });
    if (code !== "Success") await make({});
  }
}

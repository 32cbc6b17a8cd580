import { launchDBOS } from "../../support/engines/dbos.ts";
import { type EngineRun, selection } from "./engine-run.ts";

/** Launches DBOS in this process. */
export async function dbosRun(database: string): Promise<EngineRun> {
  const launched = await launchDBOS(database);
  return {
    make: async (repository, runId) => void (await launched.materialize(repository, { runId, selection })),
    [Symbol.asyncDispose]: () => launched[Symbol.asyncDispose](),
  };
}

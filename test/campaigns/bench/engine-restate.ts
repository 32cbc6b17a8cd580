import { startRestateService } from "../../support/engines/restate.ts";
import { startRestate } from "../../support/servers/restate.ts";
import { type EngineRun, selection } from "./engine-run.ts";

/** Starts a Restate server, and a service in this process. */
export async function restateRun(): Promise<EngineRun> {
  const { server, stop } = await startRestate();
  const service = await startRestateService(server);
  return {
    make: async (repository, runId) => void (await service.materialize(repository, { runId, selection })),
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      await stop();
    },
  };
}

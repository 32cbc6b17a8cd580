/** A process of DBOS in this process, for the cases of executors. */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { type DBOSSteps, dbos } from "edgewater/dbos";
import type { ExecutorStage } from "edgewater/testing";
import { Calls } from "./calls.ts";

/** What makes runs with DBOS. */
export interface DBOSProcess extends AsyncDisposable, Required<Pick<ExecutorStage, "executor" | "materialize">> {}

/** DBOS in a process that dies when a step cannot record its end: nothing is tried again there. */
const mortal: DBOSSteps = {
  runStep: (work, config) => DBOS.runStep(work, { ...config, retriesAllowed: false }),
  isInWorkflow: () => DBOS.isInWorkflow(),
  stepStatus: undefined,
};

/** Launches DBOS with its tables in a database. */
export async function launchDBOS(systemDatabaseUrl: string): Promise<DBOSProcess> {
  const calls = new Calls();
  DBOS.setConfig({ name: "edgewater-tests", systemDatabaseUrl, executorID: "one", applicationVersion: "1", logLevel: "error" });
  const executor = dbos(mortal);
  const run = DBOS.registerWorkflow(
    async (runId: string): Promise<boolean> => {
      const result = await calls.attempt(runId, ({ repository, options }) => repository.materialize({ executor, ...options, runId }));
      return result.success;
    },
    { name: "run" },
  );
  await DBOS.launch();
  return {
    executor,
    materialize: async (repository, { runId = crypto.randomUUID(), ...given }) => {
      const made = calls.add(runId, { repository, options: given });
      const before = await ended(runId);
      if (before === undefined) await DBOS.startWorkflow(run, { workflowID: runId })(runId);
      else if (before === "ERROR") await DBOS.rewindWorkflow(runId, { startStep: await firstLost(runId) });
      else await DBOS.startWorkflow(run)(runId);
      return made;
    },
    [Symbol.asyncDispose]: () => DBOS.shutdown(),
  };
}

/** How the workflow of a run has ended; undefined when it does not exist. */
async function ended(workflowID: string): Promise<string | undefined> {
  if ((await DBOS.getWorkflowStatus(workflowID)) === null) return undefined;
  await DBOS.retrieveWorkflow(workflowID)
    .getResult()
    .catch(() => {});
  return (await DBOS.getWorkflowStatus(workflowID))?.status;
}

/** The number of the first step that has failed: DBOS remembers nothing from it on of a process that is killed there. */
async function firstLost(workflowID: string): Promise<number> {
  const steps = (await DBOS.listWorkflowSteps(workflowID)) ?? [];
  return steps.find(({ error }) => error !== null)?.functionID ?? steps.length;
}

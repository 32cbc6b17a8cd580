import { createInterface } from "node:readline";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { dbos } from "edgewater/dbos";
import type { Attempt, ServiceOptions } from "./service.ts";

/** The version of the program, which DBOS compares before it recovers a workflow. */
export const applicationVersion = "1";

/** What a line of the input of a process says. */
export interface Order {
  readonly verb: "begin" | "resume" | "cancel";
  readonly runId: string;
}

/** Serves runs as workflows of DBOS: those that this process has left, and those that lines of its input name. */
export async function serveDBOS({ database, executorId }: ServiceOptions, attempt: Attempt): Promise<void> {
  DBOS.setConfig({
    name: "edgewater-kills",
    systemDatabaseUrl: database ?? "",
    executorID: executorId ?? "one",
    applicationVersion,
    logLevel: "error",
  });
  const pipeline = DBOS.registerWorkflow((runId: string): Promise<boolean> => attempt(runId, dbos(DBOS)), { name: "pipeline" });
  await DBOS.launch();
  createInterface({ input: process.stdin }).on("line", async (line) => {
    const { verb, runId } = JSON.parse(line) as Order;
    if (verb === "begin") await DBOS.startWorkflow(pipeline, { workflowID: runId })(runId);
    if (verb === "resume") await DBOS.resumeWorkflow(runId);
    if (verb === "cancel") await DBOS.cancelWorkflow(runId);
  });
}

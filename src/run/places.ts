import { executorOf } from "./executor.ts";
import type { Plan } from "./plan.ts";
import type { RunEnvironment } from "./run-environment.ts";

/** What decides where steps run. */
export type PlacesEnvironment = Pick<RunEnvironment, "executor" | "storage" | "defaultHandler" | "runRetry">;

/**
 * Checks before a run begins that every step can run where its executor runs it. Most runs are made in this process, and need no
 * check.
 *
 * @throws `NotSupported` for values and a Storage that cannot be reached from there, `DefinitionError` for an asset whose own
 *   executor does not run single steps, `SettingsError` for retries that cannot be sent there
 */
export async function checkPlaces(plan: Plan, environment: PlacesEnvironment): Promise<void> {
  const { reach = "process", keepsRuns } = environment.executor;
  if (reach === "process" && !keepsRuns && plan.every(({ computation }) => executorOf(computation) === undefined)) return;
  const { checkReach } = await import("./elsewhere.ts");
  checkReach(plan, environment);
}

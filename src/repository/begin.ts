import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { dynamicNamesOf, type Graph } from "../run/graph.ts";
import { keptOptions, type OwnerOptions, type RunOwner } from "../run/owner.ts";
import type { Plan } from "../run/plan.ts";
import { beginRun, type RunStart } from "../run/run.ts";
import type { RunEnvironment } from "../run/run-environment.ts";

/** Begins a run of a plan, and keeps with it what workers and replays need to plan the same. */
export async function beginPlanned(
  plan: Plan,
  start: Omit<RunStart, "kind" | "planned"> & Partial<Pick<RunStart, "kind">>,
  loadingContext: PartitionLoadingContext,
  graph: Graph,
  { executor }: Pick<RunEnvironment, "executor">,
  options: OwnerOptions,
): Promise<RunOwner> {
  const isObserved = plan.every(({ outputs }) => outputs.every(({ kind }) => kind === "external"));
  const kind = plan.length > 0 && isObserved ? "observe" : "materialize";
  // A run whose id was not given cannot be asked for again, and a backfill takes its runs over itself.
  const isAskedForAgain = start.runId !== undefined && start.kind !== "backfill";
  const keeps = executor.keepsRuns === true || (executor.keepsSteps === true && isAskedForAgain);
  const isSent = keeps || executor.runStep !== undefined || plan.some(({ computation }) => computation.executor !== undefined);
  const isPlanKept = keeps || (isSent && dynamicNamesOf(graph).size > 0);
  const planned = isPlanKept ? (await import("../run/elsewhere.ts")).plannedRecord(plan, loadingContext, graph, keeps) : undefined;
  return beginRun(plan, { kind, ...start, planned }, keeps ? keptOptions(executor, options) : options);
}

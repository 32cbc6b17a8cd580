/** Steps that other processes send to a repository. */
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { Graph } from "../run/graph.ts";
import { contextOfPlanned, dynamicNamesOf } from "../run/planned.ts";
import { checkRequest, type StepOutcome, type StepRequest, stepOf } from "../run/protocol.ts";
import type { RunEnvironment } from "../run/run-environment.ts";
import { outcomeOf, runRequest } from "../run/run-request.ts";
import { decodePlanned, plannedKey } from "../storage/planned.ts";
import type { Storage } from "../storage/types.ts";
import type { RunStepOptions } from "./types.ts";

/** Makes the step of a request. */
export async function runSentStep(
  request: StepRequest,
  { leaseMs, takeOver }: RunStepOptions,
  graph: Graph,
  now: () => Promise<PartitionLoadingContext>,
  environment: Omit<RunEnvironment, "owner">,
): Promise<StepOutcome> {
  checkRequest(request);
  const { timeoutMs, retry } = request;
  const { storage } = environment;
  const step = stepOf(request, graph, await contextOf(request, graph, now, storage));
  return runRequest(request, step, { ...environment, timeoutMs, retry: retry ?? environment.retry }, { leaseMs, takeOver });
}

/** What is known of the step of a request. */
export async function outcomeOfSent(
  request: StepRequest,
  graph: Graph,
  now: () => Promise<PartitionLoadingContext>,
  storage: Storage,
): Promise<StepOutcome | undefined> {
  checkRequest(request);
  return outcomeOf(request, stepOf(request, graph, await contextOf(request, graph, now, storage)), storage);
}

/** What partitions depended on when the run was planned. */
async function contextOf(
  { runId, plannedAt }: StepRequest,
  graph: Graph,
  now: () => Promise<PartitionLoadingContext>,
  storage: Storage,
): Promise<PartitionLoadingContext> {
  if (dynamicNamesOf(graph).size === 0) return contextOfPlanned({ plannedAt, dynamicKeys: {} });
  const planned = await storage.kvGet(plannedKey(runId));
  return planned === undefined ? { ...(await now()), now: new Date(plannedAt) } : contextOfPlanned(decodePlanned(planned));
}

/** Steps that other processes send to a repository. */
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import type { Graph } from "../run/graph.ts";
import type { Step } from "../run/plan.ts";
import { contextOfPlanned } from "../run/planned.ts";
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
  const step = await stepOfSent(request, graph, now, storage);
  // Whether it is skipped was decided before it was sent.
  const own = { ...environment, timeoutMs, retry: retry ?? environment.retry, skipUnchanged: false };
  return runRequest(request, step, own, { leaseMs, takeOver });
}

/** What is known of the step of a request. */
export async function outcomeOfSent(
  request: StepRequest,
  graph: Graph,
  now: () => Promise<PartitionLoadingContext>,
  storage: Storage,
): Promise<StepOutcome | undefined> {
  checkRequest(request);
  return outcomeOf(request, await stepOfSent(request, graph, now, storage), storage);
}

/** The step of a request, with its partitions resolved as they were when the run was planned. */
async function stepOfSent(
  request: StepRequest,
  graph: Graph,
  now: () => Promise<PartitionLoadingContext>,
  storage: Storage,
): Promise<Step> {
  const { runId, plannedAt } = request;
  const sources = graph.nodes.get(request.outputs[0] ?? "")?.computation.inputs.map(({ source }) => source?.partitions) ?? [];
  if (sources.every((partitions) => partitions === undefined || partitions.dynamicNames.length === 0))
    return stepOf(request, graph, contextOfPlanned({ plannedAt, dynamicKeys: {} }));
  const planned = await storage.kvGet(plannedKey(runId));
  const context = planned === undefined ? { ...(await now()), now: new Date(plannedAt) } : contextOfPlanned(decodePlanned(planned));
  return stepOf(request, graph, context);
}

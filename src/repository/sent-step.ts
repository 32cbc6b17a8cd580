/** Steps that other processes send to a repository. */
import { callSafely, EdgewaterError } from "../errors.ts";
import { type Step, stepId } from "../run/plan.ts";
import { contextOfPlanned } from "../run/planned.ts";
import { checkRequest, type StepOutcome, type StepRequest, stepOf } from "../run/protocol.ts";
import type { OnProgress } from "../run/run-environment.ts";
import { outcomeOf, runRequest } from "../run/run-request.ts";
import { decodePlanned, plannedKey } from "../storage/planned.ts";
import type { RepositoryContext } from "./context.ts";
import type { RunStepOptions } from "./types.ts";

/** Makes the step of a request. */
export async function runSentStep(context: RepositoryContext, request: StepRequest, options: RunStepOptions): Promise<StepOutcome> {
  checkRequest(request);
  const { timeoutMs, retry } = request;
  const { leaseMs, takeOver, abandon } = options;
  const environment = context.environment(options);
  const step = await stepOfSent(context, request);
  const onProgress: OnProgress = (event) =>
    callSafely(
      () => environment.onProgress(event),
      (error) => environment.log.warn("onProgress has thrown", error),
    );
  // Whether it is skipped was decided before it was sent.
  const own = { ...environment, timeoutMs, retry: retry ?? environment.retry, skipUnchanged: false, onProgress };
  return runRequest(request, step, own, { leaseMs, takeOver, abandon });
}

/** What is known of the step of a request. */
export async function outcomeOfSent(context: RepositoryContext, request: StepRequest): Promise<StepOutcome | undefined> {
  checkRequest(request);
  return outcomeOf(request, await stepOfSent(context, request), context.storage);
}

/** The step of a request. @throws `GraphError` when the repository runs other code, `SettingsError` when the request names another step */
async function stepOfSent(context: RepositoryContext, request: StepRequest): Promise<Step> {
  const step = await resolvedStep(context, request);
  const name = stepId(step);
  if (request.step === name) return step;
  const message = `Invalid step of a step request: ${JSON.stringify(request.step)}; its computation and partitions are those of the step ${JSON.stringify(name)}`;
  throw new EdgewaterError("SettingsError", message, { asset: request.computation, field: "step" });
}

/** The step that a request describes, with its partitions resolved as they were when the run was planned. */
async function resolvedStep(context: RepositoryContext, request: StepRequest): Promise<Step> {
  const { graph, storage } = context;
  const { runId, plannedAt } = request;
  const sources = graph.nodes.get(request.outputs[0] ?? "")?.computation.inputs.map(({ source }) => source?.partitions) ?? [];
  if (sources.every((partitions) => partitions === undefined || partitions.dynamicNames.length === 0))
    return stepOf(request, graph, contextOfPlanned({ plannedAt, dynamicKeys: {} }));
  const planned = await storage.kvGet(plannedKey(runId));
  const resolved = planned === undefined ? await context.loadingContext(new Date(plannedAt)) : contextOfPlanned(decodePlanned(planned));
  return stepOf(request, graph, resolved);
}

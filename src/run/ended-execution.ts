import { EdgewaterError } from "../errors.ts";
import type { PlannedRecord } from "../storage/planned.ts";
import type { AnyEvent, RunRecord } from "../storage/types.ts";
import type { Execution, Outcome, Outcomes } from "./executor.ts";
import type { Graph } from "./graph.ts";
import { keptToken } from "./owner.ts";
import { outputId, outputIds, type Step } from "./plan.ts";
import { planOfRecord } from "./planned.ts";
import { outcomeWith, requestOf } from "./protocol.ts";
import { isSuccess } from "./run-request.ts";
import { errorOf } from "./thrown-from.ts";

/**
 * An execution of a run that has ended, for an engine that repeats its calls: each step ends as the events of the run say, and
 * nothing is made or recorded. What the run has not recorded, because it was canceled, counts as failed.
 *
 * @throws `GraphError` when the graph lacks one of the assets of the plan
 */
export function endedExecution(run: RunRecord, events: readonly AnyEvent[], planned: PlannedRecord, graph: Graph): Execution {
  const { runId } = run;
  const endings = new Map<string, AnyEvent>();
  for (const event of events) {
    const { assetKey, eventType } = event;
    if (assetKey !== undefined && (isSuccess(event) || eventType === "StepFailure"))
      endings.set(outputId(assetKey, event.partitionKey), event);
  }
  const outcomeOf = (step: Step, id: string): Outcome => {
    const event = endings.get(id);
    if (event === undefined) return { status: "failure", error: unmade(runId, step) };
    return isSuccess(event) ? { status: "success", event } : { status: "failure", error: errorOf(event) };
  };
  const recorded = async (step: Step): Promise<Outcomes> => new Map(outputIds(step).map((id) => [id, outcomeOf(step, id)]));
  const base = { runId, owner: keptToken(run), since: 0, plannedAt: planned.plannedAt, timeoutMs: undefined, retry: undefined };
  return {
    plan: planOfRecord(planned, graph),
    signal: new AbortController().signal,
    runStep: recorded,
    settle: recorded,
    fail: recorded,
    skipStep: (step, because) => new Map(outputIds(step).map((id) => [id, { status: "skipped", because }])),
    requestOf: async (step, attempt = 1) => requestOf(step, attempt, base),
    runRequest: async (request) => outcomeWith(request, "ended"),
    outcomeOf: async (step) => outcomeWith(requestOf(step, 1, base), "ended"),
    keptPlan: async () => JSON.stringify(planned),
  };
}

function unmade(runId: string, { label, computation }: Step): EdgewaterError<"TakenOver"> {
  const message = `Cannot make ${JSON.stringify(label)}: the run ${runId} has ended without it`;
  return new EdgewaterError("TakenOver", message, { asset: computation.name, key: runId });
}

import { EdgewaterError } from "../errors.ts";
import type { PlannedRecord } from "../storage/planned.ts";
import type { RunRecord, Storage } from "../storage/types.ts";
import { endedOutcome, endingsOf } from "./endings.ts";
import type { Execution, Outcomes } from "./executor.ts";
import type { Graph } from "./graph.ts";
import { keptToken } from "./owner.ts";
import { outputIds, type Step } from "./plan.ts";
import { planOfRecord } from "./planned.ts";
import { outcomeWith, requestOf } from "./protocol.ts";

/**
 * An execution of a run that has ended, for an engine that repeats its calls: each step ends as the events of the run say, and
 * nothing is made or recorded. What the run has not recorded, because it was canceled, counts as failed.
 *
 * @throws `GraphError` when the graph lacks one of the assets of the plan
 */
export function endedExecution(run: RunRecord, storage: Storage, planned: PlannedRecord, graph: Graph): Execution {
  const { runId } = run;
  const recorded = async (step: Step): Promise<Outcomes> => {
    const found = await endingsOf({ runId, since: 0 }, step, storage);
    return new Map(outputIds(step).map((id) => [id, endedOutcome(found.get(id)) ?? { status: "failure", error: unmade(runId, step) }]));
  };
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

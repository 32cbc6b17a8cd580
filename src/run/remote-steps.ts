/** What a run knows of steps that it sends to workers. */
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { plannedKey } from "../storage/planned.ts";
import type { StoredEvent } from "../storage/types.ts";
import { endedOwner } from "./claim.ts";
import { endedOutcome, endingsOf, isSuccess } from "./endings.ts";
import type { Outcome, Outcomes } from "./executor.ts";
import { outputIds, type Plan, type Step, stepId } from "./plan.ts";
import { ProgressTail } from "./progress-tail.ts";
import { outcomeWith, requestOf, type StepOutcome, type StepRequest } from "./protocol.ts";
import type { RemoteExecution, RemoteListeners } from "./remote-execution.ts";
import type { RunEnvironment } from "./run-environment.ts";
import { claimOf, outcomeOf, runRequest } from "./run-request.ts";
import { stepFailures } from "./step-record.ts";

/** How often a step is failed again that a worker has changed meanwhile. */
const mostTries = 5;

/** What an execution does with steps that other processes make. */
export async function remoteExecution(
  environment: RunEnvironment,
  plan: Plan,
  elsewhere: Plan,
  { onProgress, onRecorded }: RemoteListeners,
): Promise<RemoteExecution> {
  const { owner, storage, executor } = environment;
  const decidesThere = executor.keepsRuns ?? false;
  const target = onProgress && elsewhere.length > 0 ? { after: await owner.lastEvent(), onProgress, decidesThere } : undefined;
  const tail = new ProgressTail(owner.run.runId, elsewhere, storage, target);
  return {
    steps: remoteSteps(environment, plan, tail, onRecorded),
    start: async () => {},
    end: () => tail.end(),
    stop: () => tail.stop(),
  };
}

function remoteSteps(
  environment: RunEnvironment,
  plan: Plan,
  tail: ProgressTail,
  onRecorded: (event: StoredEvent) => void,
): RemoteExecution["steps"] {
  const { owner, storage, plannedAt, timeoutMs, runRetry } = environment;
  const { runId } = owner.run;
  const byId = new Map(plan.map((step) => [stepId(step), step]));

  const request = async (step: Step, attempt = 1): Promise<StepRequest> =>
    requestOf(step, attempt, { runId, owner: owner.token, since: await owner.since(), plannedAt, timeoutMs, retry: runRetry });

  const settle = async (step: Step, { outputs }: StepOutcome): Promise<Outcomes> => {
    const found = await endingsOf({ runId, since: await owner.since() }, step, storage);
    await tail.flush();
    const entries = outputIds(step).map((id): [string, Outcome] => {
      const outcome = endedOutcome(found.get(id)) ?? { status: "failure", error: unrecorded(step, id in outputs) };
      // What was made before an unchanged step is no event of this run.
      if (outcome.status === "success" && !outcome.decision?.isSkipped) onRecorded(outcome.event);
      return [id, outcome];
    });
    return new Map(entries);
  };

  const fail = async (step: Step, error: unknown): Promise<Outcomes> => {
    const own = await request(step);
    for (let tries = 1; ; tries++) {
      const seen = await claimOf(own, storage);
      const found = await endingsOf(own, step, storage);
      if (seen?.owner === endedOwner) return settle(step, outcomeWith(own, "ended"));
      const made = [...found].flatMap(([id, { event }]) => (isSuccess(event) ? [id] : []));
      const lease = { runId, step: own.step, owner: endedOwner, attempt: (seen?.attempt ?? 0) + 1, ttlMs: 1 };
      try {
        await owner.commit({
          preconditions: [{ lease: runId, step: own.step, owner: seen?.owner, ...(seen && { beat: seen.beat }) }],
          events: stepFailures(step, runId, error, made),
          leases: [lease],
        });
        const outcomes = new Map(await settle(step, outcomeWith(own, "ended")));
        for (const [id, outcome] of outcomes) if (outcome.status === "failure") outcomes.set(id, { ...outcome, error });
        return outcomes;
      } catch (cause) {
        if (owner.lost !== undefined || tries === mostTries || !isEdgewaterError(cause, "PreconditionFailed"))
          return new Map(outputIds(step).map((id) => [id, { status: "failure", error: cause }]));
      }
    }
  };

  return {
    requestOf: request,
    settle,
    fail,
    keptPlan: async () => {
      const kept = await storage.kvGet(plannedKey(runId));
      return kept === undefined ? null : new TextDecoder().decode(kept);
    },
    outcomeOf: async (step) => outcomeOf(await request(step), step, storage),
    runRequest: async (sent) => {
      const step = byId.get(sent.step);
      if (step === undefined)
        throw new EdgewaterError(
          "GraphError",
          `Cannot run the step ${JSON.stringify(sent.step)}: the plan of the run ${runId} does not have it`,
        );
      const { owner: _, ...rest } = environment;
      return runRequest(sent, step, { ...rest, onProgress: () => {} }, { takeOver: true });
    },
  };
}

function unrecorded({ label, computation }: Step, isNamed: boolean): EdgewaterError<"Integrity"> {
  const what = isNamed ? "its event is gone from the Storage" : "its executor has returned before it was recorded";
  return new EdgewaterError("Integrity", `Cannot read the outcome of ${JSON.stringify(label)}: ${what}`, { asset: computation.name });
}

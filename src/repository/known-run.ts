/** Runs that are begun with an id: once, however often they are asked for. */
import type { Computation } from "../asset/computation.ts";
import { EdgewaterError } from "../errors.ts";
import { endedExecution } from "../run/ended-execution.ts";
import { isSuccess, isUnchanged } from "../run/endings.ts";
import type { Graph } from "../run/graph.ts";
import { keptOptions, keptToken, type OwnerOptions, RunOwner } from "../run/owner.ts";
import { checkPlaces } from "../run/places.ts";
import { labelOf, type Plan } from "../run/plan.ts";
import { planOfRecord } from "../run/planned.ts";
import type { DecidedResult, FailedAsset, RunResult } from "../run/run.ts";
import type { RunEnvironment } from "../run/run-environment.ts";
import { errorOf } from "../run/thrown-from.ts";
import { decodePlanned, type PlannedRecord, plannedKey } from "../storage/planned.ts";
import type { AnyEvent, RunRecord } from "../storage/types.ts";

type Environment = Omit<RunEnvironment, "owner"> & Pick<OwnerOptions, "leaseMs">;

/** What to do about a run that is known. */
export interface KnownRun {
  /** It has ended. */
  readonly result?: RunResult;
  /** An engine keeps it. */
  readonly kept?: { readonly owner: RunOwner; readonly plan: Plan; readonly plannedAt: number };
  /** It is to be resumed. */
  readonly resume?: string;
}

/**
 * Looks for a run with this id; undefined when it does not exist. An engine that asks again for a run that has ended repeats its calls.
 *
 * @throws `TakenOver` for a run that an engine kept and another process has taken over
 */
export async function knownRun(runId: string, graph: Graph, environment: Environment): Promise<KnownRun | undefined> {
  const { storage, executor, leaseMs } = environment;
  const run = await storage.getRun(runId);
  if (run === undefined) return undefined;
  if (run.status !== "Started" && run.status !== "Interrupted") {
    await executor.replay?.((keptPlan) => endedExecution(run, storage, JSON.parse(keptPlan) as PlannedRecord, graph));
    return { result: resultFrom(run, await storage.getEventsForRun(runId, { types: "all" }), graph) };
  }
  if (!executor.keepsRuns && !executor.keepsSteps) return { resume: runId };
  const [[lease], planned] = await Promise.all([storage.getLeases(runId, ""), storage.kvGet(plannedKey(runId))]);
  if (lease?.owner !== keptToken({ runId }) || planned === undefined) {
    // Only steps are kept: the run was begun without an id, or was resumed.
    if (!executor.keepsRuns) return { resume: runId };
    const message = `Cannot go on with the run ${runId} with ${executor.name}: another process has taken it over with force, or began it without ${executor.name}`;
    throw new EdgewaterError("TakenOver", message, { key: runId });
  }
  const record = decodePlanned(planned);
  const plan = planOfRecord(record, graph);
  await checkPlaces(plan, environment);
  return { kept: { owner: RunOwner.rejoin(run, keptOptions(executor, { ...environment, leaseMs })), plan, plannedAt: record.plannedAt } };
}

/** The result of a run that has ended, from its record. */
function resultFrom({ runId, status, nodeNames, partitionKeys }: RunRecord, all: readonly AnyEvent[], graph: Graph): RunResult {
  const [failed, skipped, unchanged] = [new Map<string, FailedAsset>(), new Set<string>(), new Set<string>()];
  const decisions = new Map<string, DecidedResult>();
  const computations = new Map<string, Computation>();
  const outputs = new Map<string, string[]>();
  for (const name of nodeNames) {
    const computation = graph.nodes.get(name)?.computation;
    const own = computation?.name ?? name;
    if (computation !== undefined) computations.set(own, computation);
    outputs.set(own, [...(outputs.get(own) ?? []), name]);
  }
  for (const event of all) {
    const { assetKey: name, eventType, partitionKey } = event;
    if (name === undefined) continue;
    const partition = partitionKey && String(partitionKey);
    const id = JSON.stringify([name, partition]);
    // What is recorded of a whole step has the name of its function.
    const assets = outputs.get(name) ?? [name];
    if (eventType === "StepFailure") failed.set(id, { name, partition, error: errorOf(event) });
    if (eventType === "StepSkipped") for (const each of assets) (event.unchanged ? unchanged : skipped).add(each);
    if ((eventType === "StepStart" || isUnchanged(event)) && "reason" in event && event.reason !== undefined) {
      // A step whose event has no partition is a batch.
      const batch = computations.get(name)?.partitions === undefined ? undefined : partitionKeys;
      const keys = partition === undefined ? batch : [partition];
      const { reason } = event;
      decisions.set(id, { step: labelOf(name, keys), assets, partitionKeys: keys, isSkipped: eventType === "StepSkipped", reason });
    }
    // A resumed run makes what has failed before.
    if (isSuccess(event)) failed.delete(id);
    if (eventType === "StepStart") for (const each of assets) skipped.delete(each);
  }
  const failedAssets = [...failed.values()];
  const failedNames = new Set(failedAssets.map(({ name }) => name));
  const events = all.filter(isSuccess);
  const made = new Set([...unchanged, ...events.map(({ assetKey }) => assetKey)]);
  return {
    success: status === "Success",
    runId,
    materializedAssets: nodeNames.filter((name) => made.has(name) && !failedNames.has(name) && !skipped.has(name)),
    failedAssets,
    skippedAssets: nodeNames.filter((name) => skipped.has(name) || (!made.has(name) && !failedNames.has(name))),
    events,
    decisions: [...decisions.values()],
  };
}

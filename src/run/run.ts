/**
 * Runs: the graph of assets, the plan of a run, and its steps.
 *
 * @module
 */
import { callSafely, EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { LatestRecord, Precondition, RunKind, RunOutcome, RunSelection, Storage, StoredEvent } from "../storage/types.ts";
import { execute } from "./execute.ts";
import type { Outcome, Outcomes } from "./executor.ts";
import { placeOf } from "./look.ts";
import { type OwnerOptions, RunOwner } from "./owner.ts";
import { outputId, outputIds, type Plan } from "./plan.ts";
import type { ProgressEvent, RunEnvironment } from "./run-environment.ts";
import { type Known, runStep } from "./step.ts";
import { skippedEvent } from "./step-record.ts";

/** The result of a run. */
export interface RunResult {
  /** Whether every output was made. */
  readonly success: boolean;
  /** The id of the run. */
  readonly runId: string;
  /** Names of the assets and tasks that were made, every partition of them, in the order of the plan. */
  readonly materializedAssets: readonly string[];
  /** The outputs that failed. */
  readonly failedAssets: readonly FailedAsset[];
  /** Names of assets and tasks of which something was not started, because an input failed or the run was aborted. */
  readonly skippedAssets: readonly string[];
  /**
   * The materializations and observations of the run, in the order of their commits. For a resumed run these include the ones
   * that were recorded before it was resumed.
   */
  readonly events: readonly StoredEvent[];
}

/** An output that failed. */
export interface FailedAsset {
  /** Name of the asset or task. */
  readonly name: string;
  /** The display form of the partition's key; undefined without partitions. */
  readonly partition: string | undefined;
  /** What was thrown. */
  readonly error: unknown;
}

/** What a run was started with. */
export interface RunStart {
  readonly kind: RunKind;
  readonly tags: Readonly<Record<string, string>>;
  /** The selection to store with the run. */
  readonly selection?: RunSelection | undefined;
  /** The id of the run; a new UUID unless given. */
  readonly runId?: string | undefined;
}

/**
 * Begins a run of a plan: records it, and takes its lease.
 *
 * @throws `AlreadyExists` when a run with the given id was begun before
 */
export async function beginRun(
  plan: Plan,
  { kind, tags, selection, runId = crypto.randomUUID() }: RunStart,
  options: OwnerOptions,
): Promise<RunOwner> {
  const started = { runId, kind, attempt: 1, ...namesOf(plan), tags, ...(selection && { selection }) };
  const preconditions: readonly Precondition[] = [
    { lease: runId, owner: undefined },
    { run: runId, is: undefined },
  ];
  try {
    return await RunOwner.take({ ...started, status: "Started", startTime: Date.now(), endTime: undefined }, preconditions, options);
  } catch (cause) {
    if (!isEdgewaterError(cause, "PreconditionFailed")) throw cause;
    const message = `Cannot begin the run ${JSON.stringify(runId)}: a run with this id was begun before; look at its status, or pass resume`;
    throw new EdgewaterError("AlreadyExists", message, { key: runId, cause });
  }
}

/** The names of the assets and tasks of a plan, and the display forms of its partitions. */
export function namesOf(plan: Plan): { readonly nodeNames: readonly string[]; readonly partitionKeys: readonly string[] } {
  return {
    nodeNames: [...new Set(plan.flatMap(({ outputs }) => outputs.map(({ name }) => name)))],
    partitionKeys: [...new Set(plan.flatMap(({ keys = [] }) => keys.map(String)))],
  };
}

/** What a run did before it was resumed. */
export interface Earlier extends Pick<Known, "announced" | "succeeded" | "missing"> {
  /** What it has recorded, in the order of the commits. */
  readonly recorded: readonly StoredEvent[];
}

/**
 * Runs a plan for the owner of a run, and records its end.
 *
 * @param earlier for a resumed run, what it has recorded before it was resumed, in the order of the commits
 */
export async function run(
  plan: Plan,
  environment: RunEnvironment,
  earlier: Earlier = { recorded: [], announced: new Set(), succeeded: new Set(), missing: new Set() },
): Promise<RunResult> {
  const { owner, signal, storage, log } = environment;
  const { runId, startTime } = owner.run;
  const events = [...earlier.recorded];
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === "output") events.push(event.event);
    callSafely(
      () => environment.onProgress(event),
      (error) => log.warn("onProgress has thrown", error),
    );
  };
  const end = (status: RunOutcome, endTime = Date.now()): Promise<void> => endRun(owner, status, endTime);
  let isEnded = false;
  try {
    onProgress({ type: "run-start", runId, steps: plan.map(({ label }) => label) });
    const known = { ...earlier, recorded: eventsByOutput(earlier.recorded), latest: await latestRecords(plan, storage) };
    const stepEnvironment = { ...environment, onProgress };
    const outcomes = await execute(plan, environment, {
      runStep: (step) => runStep(step, stepEnvironment, known),
      skipStep: (step, because) => {
        onProgress({ type: "step-skipped", runId, step: step.label, because });
        owner.recordLater(skippedEvent(step, runId, because));
        return new Map(outputIds(step).map((id): [string, Outcome] => [id, { status: "skipped", because }]));
      },
    });
    const result = resultOf(runId, plan, namesOf(plan).nodeNames, outcomes, events);
    const endTime = Date.now();
    isEnded = true;
    await end(result.success ? "Success" : signal.aborted ? "Canceled" : "Failure", endTime);
    onProgress({ type: "run-end", runId, success: result.success, durationMs: endTime - startTime });
    return result;
  } catch (error) {
    if (!isEnded) await end("Failure").catch((lost: unknown) => log.error(`Cannot record the failure of the run ${runId}`, lost));
    throw error;
  } finally {
    owner.stop();
  }
}

/** Records the end of a run. One that was taken over in the last moment has its result all the same. */
async function endRun(owner: RunOwner, status: RunOutcome, endTime: number): Promise<void> {
  if (owner.lost !== undefined) return;
  try {
    await owner.end(status, endTime);
  } catch (error) {
    if (owner.lost === undefined) throw error;
  }
}

/** The latest records of all outputs of a plan, by the ids of the outputs. */
async function latestRecords(plan: Plan, storage: Storage): Promise<ReadonlyMap<string, LatestRecord>> {
  const places = plan.flatMap(({ outputs, keys = [undefined] }) =>
    outputs.flatMap((definition) => keys.map((key) => placeOf({ definition, key }))),
  );
  const records = await storage.getLatestRecords(places);
  return new Map(records.map((record) => [outputId(record.assetKey, record.partitionKey), record]));
}

/** Events by the id of their output, see `outputId`. */
export function eventsByOutput(events: readonly StoredEvent[]): Map<string, StoredEvent> {
  return new Map(events.map((event) => [outputId(event.assetKey, event.partitionKey), event]));
}

function resultOf(runId: string, plan: Plan, names: readonly string[], outcomes: Outcomes, events: readonly StoredEvent[]): RunResult {
  const [failed, skipped] = [new Set<string>(), new Set<string>()];
  const failedAssets: FailedAsset[] = [];
  for (const { outputs, keys } of plan) {
    for (const { name } of outputs) {
      for (const key of keys ?? [undefined]) {
        const outcome = outcomes.get(outputId(name, key));
        if (outcome?.status === "skipped") skipped.add(name);
        if (outcome?.status !== "failure") continue;
        failed.add(name);
        failedAssets.push({ name, partition: key && String(key), error: outcome.error });
      }
    }
  }
  const materializedAssets = names.filter((name) => !failed.has(name) && !skipped.has(name));
  return {
    success: materializedAssets.length === names.length,
    runId,
    materializedAssets,
    failedAssets,
    skippedAssets: names.filter((name) => skipped.has(name)),
    events: events.toSorted((left, right) => left.id - right.id),
  };
}

/**
 * Runs: the graph of assets, the plan of a run, and its steps.
 *
 * @module
 */
import { callSafely } from "../errors.ts";
import { encodePlanned, type PlannedRecord } from "../storage/planned.ts";
import type { LatestRecord, Precondition, RunKind, RunOutcome, RunSelection, Storage, StoredEvent } from "../storage/types.ts";
import { execute } from "./execute.ts";
import { type Execution, type Executor, executorOf, type Outcome, type Outcomes, type StepDecision } from "./executor.ts";
import { placeOf } from "./look.ts";
import { type OwnerOptions, RunOwner } from "./owner.ts";
import { outputId, outputIds, type Plan, type Step } from "./plan.ts";
import { laterRemote } from "./remote-execution.ts";
import type { ProgressEvent, RunEnvironment } from "./run-environment.ts";
import { type Known, runStep } from "./step.ts";
import { skippedEvent } from "./step-record.ts";
import { unlessUnchanged } from "./unchanged.ts";

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
  /** Of the steps with `skipUnchanged`: whether each was skipped, and why. What was made before counts as made. */
  readonly decisions: readonly DecidedResult[];
}

/** Whether a step with `skipUnchanged` was skipped because nothing has changed, and why. */
export interface DecidedResult extends StepDecision {
  /** The display name of the step, as in progress events. */
  readonly step: string;
  /** Names of the assets and tasks that it makes. */
  readonly assets: readonly string[];
  /** The display forms of the partitions that it makes; undefined without partitions. */
  readonly partitionKeys: readonly string[] | undefined;
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
  /** The id of the run; a new UUID unless given. */
  readonly runId?: string | undefined;
  readonly kind: RunKind;
  readonly tags: Readonly<Record<string, string>>;
  /** The selection to store with the run. */
  readonly selection?: RunSelection | undefined;
  /** What must hold when the run begins. */
  readonly preconditions?: readonly Precondition[];
  /** The plan to keep with the run. */
  readonly planned?: PlannedRecord | undefined;
}

/**
 * Begins a run of a plan: records it, and takes its lease.
 *
 * @throws `PreconditionFailed` when there is a run with this id
 */
export function beginRun(plan: Plan, start: RunStart, options: OwnerOptions): Promise<RunOwner> {
  const { runId = crypto.randomUUID(), kind, tags, selection, preconditions: given = [], planned } = start;
  const started = { runId, kind, attempt: 1, ...namesOf(plan), tags, ...(selection && { selection }) };
  const preconditions: readonly Precondition[] = [{ lease: runId, owner: undefined }, { run: runId, is: undefined }, ...given];
  const run = { ...started, status: "Started", startTime: Date.now(), endTime: undefined } as const;
  return RunOwner.take(run, preconditions, options, planned && encodePlanned(planned));
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
  const { owner, signal, storage, log, executor } = environment;
  const { runId, startTime } = owner.run;
  const events = new Map(earlier.recorded.map((event) => [event.id, event]));
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === "output") events.set(event.event.id, event.event);
    callSafely(
      () => environment.onProgress(event),
      (error) => log.warn("onProgress has thrown", error),
    );
  };
  const end = (status: RunOutcome, endTime = Date.now()): Promise<void> => endRun(owner, status, endTime);
  const elsewhere = executor.keepsRuns ? plan : plan.filter((step) => placeOfStep(step, environment) !== undefined);
  const onRecorded = (event: StoredEvent): void => void events.set(event.id, event);
  const remote = laterRemote(environment, plan, elsewhere, {
    onProgress: environment.isFollowed ? onProgress : undefined,
    onRecorded,
  });
  // An engine goes on with what it has not finished.
  let isEnded = executor.keepsRuns ?? false;
  try {
    onProgress({ type: "run-start", runId, steps: plan.map(({ label }) => label) });
    const known = { ...earlier, recorded: eventsByOutput(earlier.recorded), latest: await latestRecords(plan, storage) };
    const stepEnvironment = { ...environment, onProgress };
    if (elsewhere.length > 0) await remote.start();
    const execution: Execution = {
      ...remote.steps,
      plan,
      signal,
      runStep: (step) => {
        const runElsewhere = placeOfStep(step, environment);
        // What the run has recorded before it was resumed is not sent again.
        const isRecorded = outputIds(step).every((id) => known.recorded.has(id));
        if (runElsewhere === undefined || isRecorded) return runStep(step, stepEnvironment, known);
        const send = (): Promise<Outcomes> => unlessUnchanged(step, stepEnvironment, () => runElsewhere(step, execution));
        return owner.isRejoined ? unlessEnded(step, execution, send) : send();
      },
      skipStep: (step, because) => {
        onProgress({ type: "step-skipped", runId, step: step.label, because });
        owner.recordLater(skippedEvent(step, runId, because));
        return new Map(outputIds(step).map((id): [string, Outcome] => [id, { status: "skipped", because }]));
      },
    };
    const outcomes = await execute(plan, environment, execution);
    await remote.end();
    const result = resultOf(runId, plan, namesOf(plan).nodeNames, outcomes, [...events.values()]);
    const endTime = Date.now();
    isEnded = true;
    await end(result.success ? "Success" : signal.aborted ? "Canceled" : "Failure", endTime);
    onProgress({ type: "run-end", runId, success: result.success, durationMs: endTime - startTime });
    return result;
  } catch (error) {
    if (!isEnded) await end("Failure").catch((lost: unknown) => log.error(`Cannot record the failure of the run ${runId}`, lost));
    throw owner.lost ?? error;
  } finally {
    remote.stop();
    owner.stop();
  }
}

/** Settles a step that has ended before this process went on with the run, else sends it. */
async function unlessEnded(step: Step, { outcomeOf, settle }: Execution, send: () => Promise<Outcomes>): Promise<Outcomes> {
  const known = await outcomeOf(step).catch(() => undefined);
  return known?.status === "ended" ? settle(step, known) : send();
}

/** How a step runs elsewhere; undefined for one that runs here. */
function placeOfStep({ computation }: Step, { executor }: RunEnvironment): Executor["runStep"] {
  return (executorOf(computation) ?? executor).runStep;
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
  const decisions: DecidedResult[] = [];
  for (const step of plan) {
    const { outputs, keys, label } = step;
    const decision = decisionOf(step, outcomes);
    if (decision) decisions.push({ step: label, assets: outputs.map(({ name }) => name), partitionKeys: keys?.map(String), ...decision });
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
    decisions,
  };
}

function decisionOf(step: Step, outcomes: Outcomes): StepDecision | undefined {
  for (const id of outputIds(step)) {
    const outcome = outcomes.get(id);
    if (outcome !== undefined && outcome.status !== "skipped" && outcome.decision !== undefined) return outcome.decision;
  }
  return undefined;
}

/**
 * Runs: the graph of assets, the plan of a run, and its steps.
 *
 * @module
 */
import { callSafely } from "../errors.ts";
import type { StoredEvent } from "../storage/types.ts";
import { execute } from "./execute.ts";
import type { Outcome, Outcomes } from "./executor.ts";
import { outputId, outputIds, type Plan } from "./plan.ts";
import type { ProgressEvent, RunEnvironment } from "./run-environment.ts";
import { runStep } from "./step.ts";

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

/** Runs a plan, and records its start and its end. */
export async function run(plan: Plan, environment: RunEnvironment): Promise<RunResult> {
  const { runId, signal, storage, log, tags, selection, startTime = Date.now(), recorded = [] } = environment;
  const events = [...recorded];
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === "output") events.push(event.event);
    callSafely(
      () => environment.onProgress(event),
      (error) => log.warn("onProgress has thrown", error),
    );
  };
  const nodeNames = [...new Set(plan.flatMap(({ outputs }) => outputs.map(({ name }) => name)))];
  const partitionKeys = [...new Set(plan.flatMap(({ keys = [] }) => keys.map(String)))];
  const record = { runId, nodeNames, partitionKeys, tags, ...(selection && { selection }), startTime };
  await storage.commit({ runs: [{ ...record, status: "Started", endTime: undefined }] });
  onProgress({ type: "run-start", runId, steps: plan.map(({ label }) => label) });

  const stepEnvironment = { ...environment, onProgress };
  const recordedOutputs = eventsByOutput(recorded);
  const outcomes = await execute(plan, environment, {
    runStep: (step) => runStep(step, stepEnvironment, recordedOutputs),
    skipStep: (step, because) => {
      onProgress({ type: "step-skipped", runId, step: step.label, because });
      return new Map(outputIds(step).map((id): [string, Outcome] => [id, { status: "skipped", because }]));
    },
  });

  const result = resultOf(runId, plan, nodeNames, outcomes, events);
  const status = result.success ? "Success" : signal.aborted ? "Canceled" : "Failure";
  const endTime = Date.now();
  await storage.commit({ runs: [{ ...record, status, endTime }] });
  onProgress({ type: "run-end", runId, success: result.success, durationMs: endTime - record.startTime });
  return result;
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

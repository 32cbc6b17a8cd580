import type { RunSelection } from "../storage/types.ts";
import type { Executor, Outcome, Outcomes } from "./executor.ts";
import type { StepEnvironment } from "./ongoing-step.ts";
import { idsOf, type Plan } from "./plan.ts";
import type { ProgressEvent } from "./progress.ts";
import { runStep } from "./step.ts";

/** How a run ended. */
export interface RunResult {
  readonly success: boolean;
  readonly runId: string;
  /** Names of what was made, written and recorded, every partition of it, in the order of the plan. */
  readonly materializedAssets: readonly string[];
  /** What failed; `partition` is the display form of the key, undefined without partitions. */
  readonly failedAssets: readonly FailedAsset[];
  /** Names of what was not started, or not for every partition, because an input failed or the run was aborted. */
  readonly skippedAssets: readonly string[];
}

export interface FailedAsset {
  readonly name: string;
  readonly partition: string | undefined;
  readonly error: unknown;
}

/** What a run needs of its repository. */
export interface RunEnvironment extends StepEnvironment {
  readonly executor: Executor;
  readonly tags: Readonly<Record<string, string>>;
  /** What was asked for, kept with the record of the run. */
  readonly selection?: RunSelection | undefined;
  /** When an earlier try of the same run began. */
  readonly startTime?: number | undefined;
}

/** Runs a plan, and records that it began and how it ended. */
export async function run(plan: Plan, environment: RunEnvironment): Promise<RunResult> {
  const { runId, signal, storage, log, executor, tags, selection, startTime = Date.now() } = environment;
  const tell = (event: ProgressEvent): void => {
    try {
      environment.tell(event);
    } catch (error) {
      log.warn("onProgress has thrown", error);
    }
  };
  const nodeNames = [...new Set(plan.flatMap(({ outputs }) => outputs.map(({ name }) => name)))];
  const partitionKeys = [...new Set(plan.flatMap(({ keys = [] }) => keys.map(String)))];
  const record = { runId, nodeNames, partitionKeys, tags, ...(selection && { selection }), startTime };
  await storage.commit({ runs: [{ ...record, status: "Started", endTime: undefined }] });
  tell({ type: "run-start", runId, steps: plan.map(({ label }) => label) });

  const outcomes = await executor.execute({
    plan,
    signal,
    runStep: (step) => runStep(step, { ...environment, tell }),
    skipStep: (step, because) => {
      tell({ type: "step-skipped", runId, step: step.label, because });
      return new Map(idsOf(step).map((id): [string, Outcome] => [id, { status: "skipped", because }]));
    },
  });

  const result = resultOf(runId, plan, nodeNames, outcomes);
  const status = result.success ? "Success" : signal.aborted ? "Canceled" : "Failure";
  const endTime = Date.now();
  await storage.commit({ runs: [{ ...record, status, endTime }] });
  tell({ type: "run-end", runId, success: result.success, durationMs: endTime - record.startTime });
  return result;
}

function resultOf(runId: string, plan: Plan, names: readonly string[], outcomes: Outcomes): RunResult {
  const [failed, skipped] = [new Set<string>(), new Set<string>()];
  const failedAssets: FailedAsset[] = [];
  for (const { outputs, keys } of plan) {
    for (const output of outputs) {
      for (const key of keys ?? [undefined]) {
        const [id = ""] = idsOf({ outputs: [output], keys: key && [key] });
        const outcome = outcomes.get(id);
        if (outcome?.status === "skipped") skipped.add(output.name);
        if (outcome?.status !== "failure") continue;
        failed.add(output.name);
        failedAssets.push({ name: output.name, partition: key && String(key), error: outcome.error });
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
  };
}

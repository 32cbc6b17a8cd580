import type { MaterializationEvent } from "../storage/types.ts";
import type { Executor, Outcome } from "./executor.ts";
import type { Plan, Step } from "./plan.ts";
import type { OnProgress, ProgressEvent } from "./progress.ts";
import { runStep, type StepEnvironment } from "./step.ts";

/** How a run ended. */
export interface RunResult {
  readonly success: boolean;
  readonly runId: string;
  /** Names of what was made, written and recorded, in the order of the plan. */
  readonly materializedAssets: readonly string[];
  readonly failedAssets: readonly { readonly name: string; readonly error: unknown }[];
  /** Names of what was not started, because an input failed or the run was aborted. */
  readonly skippedAssets: readonly string[];
}

/** Runs a plan on an executor, and records that it began and how it ended. */
export async function run(
  plan: Plan,
  executor: Executor,
  environment: StepEnvironment,
  onProgress: OnProgress = () => {},
): Promise<RunResult> {
  const { runId, signal, storage, log } = environment;
  const tell = (event: ProgressEvent): void => {
    try {
      onProgress(event);
    } catch (error) {
      log.warn("onProgress has thrown", error);
    }
  };
  const nodeNames = plan.map(({ node }) => node.name);
  const startTime = Date.now();
  await storage.commit({ runs: [{ runId, status: "Started", nodeNames, startTime, endTime: undefined }] });
  tell({ type: "run-start", runId, steps: nodeNames });

  const outcomes = await executor.execute({
    plan,
    signal,
    runStep: (step) => observed(step, environment, tell),
    onSkip: ({ node }, because) => tell({ type: "step-skipped", runId, step: node.name, because }),
  });

  const result = resultOf(runId, nodeNames, outcomes);
  const status = result.success ? "Success" : signal.aborted ? "Canceled" : "Failure";
  const endTime = Date.now();
  await storage.commit({ runs: [{ runId, status, nodeNames, startTime, endTime }] });
  tell({ type: "run-end", runId, success: result.success, durationMs: endTime - startTime });
  return result;
}

async function observed({ node }: Step, environment: StepEnvironment, tell: OnProgress): Promise<MaterializationEvent> {
  const { runId } = environment;
  const start = performance.now();
  tell({ type: "step-start", runId, step: node.name });
  try {
    const materialization = await runStep(node, environment);
    tell({ type: "step-success", runId, step: node.name, durationMs: performance.now() - start, materialization });
    return materialization;
  } catch (error) {
    tell({ type: "step-failure", runId, step: node.name, durationMs: performance.now() - start, error });
    throw error;
  }
}

function resultOf(runId: string, names: readonly string[], outcomes: ReadonlyMap<string, Outcome>): RunResult {
  const withStatus = (status: Outcome["status"]): string[] => names.filter((name) => outcomes.get(name)?.status === status);
  const failedAssets = names.flatMap((name) => {
    const outcome = outcomes.get(name);
    return outcome?.status === "failure" ? [{ name, error: outcome.error }] : [];
  });
  const materializedAssets = withStatus("success");
  return {
    success: materializedAssets.length === names.length,
    runId,
    materializedAssets,
    failedAssets,
    skippedAssets: withStatus("skipped"),
  };
}

import { coerceMetadata } from "../asset/metadata-value.ts";
import { PartitionContext } from "../asset/partition-context.ts";
import type { AssetContext, Definition } from "../definition/types.ts";
import { EdgewaterError } from "../errors.ts";
import { commitReturned } from "./commit-returned.ts";
import type { Outcomes } from "./executor.ts";
import { loadInput } from "./load.ts";
import type { OngoingStep, StepEnvironment } from "./ongoing-step.ts";
import { idsOf, type Step } from "./plan.ts";
import { retriesOf } from "./retry.ts";

/**
 * Runs one step: loads its inputs, calls its function, writes and records each output. Retries go to the load and the
 * function together, and to each write by itself. An output that is recorded stays; a failure fails those that are not.
 */
export async function runStep(step: Step, environment: StepEnvironment): Promise<Outcomes> {
  const { runId, signal, tell } = environment;
  const onRetry = (error: unknown, retry: number): void => tell({ type: "step-retry", runId, step: step.label, error, retry });
  const ongoing: OngoingStep = {
    step,
    environment,
    retries: retriesOf(step.computation.retry ?? environment.retry, signal, onRetry),
    outcomes: new Map(),
    inputDataVersions: {},
    metadata: {},
    dataVersion: undefined,
  };
  const start = performance.now();
  tell({ type: "step-start", runId, step: step.label });
  try {
    const commit = await ongoing.retries.attempt(() => call(ongoing));
    await commit();
    tell({ type: "step-success", runId, step: step.label, durationMs: performance.now() - start });
  } catch (error) {
    for (const id of idsOf(step)) if (!ongoing.outcomes.has(id)) ongoing.outcomes.set(id, { status: "failure", error });
    tell({ type: "step-failure", runId, step: step.label, durationMs: performance.now() - start, error });
  }
  return ongoing.outcomes;
}

/** Loads the inputs and calls the function. Gives what is left to do, which is to commit what it returned. */
async function call(ongoing: OngoingStep): Promise<() => Promise<void>> {
  const { step, environment } = ongoing;
  const { name, inputs, outputs, compute } = step.computation;
  ongoing.metadata = {};
  ongoing.dataVersion = undefined;
  const onLoaded = (source: string, version: string): void => {
    ongoing.inputDataVersions[source] = version;
  };
  const values = await Promise.all(
    Object.entries(inputs).map(async ([input, spec]) => {
      const load = step.loads[input] ?? { shape: "nothing" };
      return [input, await loadInput(load, spec, outputs[0] as Definition, name, environment, onLoaded)] as const;
    }),
  );
  return commitReturned(ongoing, await compute?.(Object.fromEntries(values), contextOf(ongoing)));
}

function contextOf(ongoing: OngoingStep): AssetContext {
  const { step, environment } = ongoing;
  const { name, partitions } = step.computation;
  const { runId, signal, log } = environment;
  const partition = step.keys && partitions && new PartitionContext({ keys: step.keys, definition: partitions });
  return {
    assetName: name,
    runId,
    partition,
    get partitionKey() {
      if (partition === undefined) throw new EdgewaterError("PartitionError", `${JSON.stringify(name)} has no partitions`, { asset: name });
      return String(partition.key);
    },
    outputSelection: step.outputs.map((output) => output.name),
    signal,
    log,
    addOutputMetadata: (record) => {
      ongoing.metadata = { ...ongoing.metadata, ...coerceMetadata(record) };
    },
    registerDataVersion: (version) => {
      ongoing.dataVersion = version;
    },
  };
}

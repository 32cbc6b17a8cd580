import type { PendingOutput } from "../asset/outputs.ts";
import type { AssetContext, Definition } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import { coerceMetadata } from "../metadata/metadata-value.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { commitOutput } from "./commit.ts";
import type { Outcome, Outcomes } from "./executor.ts";
import { inputName, loadInput } from "./load.ts";
import type { OngoingStep, StepEnvironment } from "./ongoing-step.ts";
import { idsOf, outputId, type Step } from "./plan.ts";
import { stepRetries } from "./retry.ts";
import { stepRecord } from "./step-record.ts";

/**
 * Runs one step: loads its inputs, calls its function, writes and records each output. Retries go to the load and the
 * function together, and to each write by itself. An output that is recorded stays; a failure fails those that are not.
 */
export async function runStep(step: Step, environment: StepEnvironment): Promise<Outcomes> {
  const { runId, signal, tell, recorded } = environment;
  const record = stepRecord(step, environment);
  const onRetry = (error: unknown, retry: number): Promise<void> => {
    tell({ type: "step-retry", runId, step: step.label, error, retry });
    return record.retry(error, retry);
  };
  const ongoing: OngoingStep = {
    step,
    environment: { ...environment, log: record.log },
    retries: stepRetries(step.computation.retry ?? environment.retry, signal, onRetry),
    outcomes: new Map(
      idsOf(step).flatMap((id) => (recorded?.has(id) ? [[id, { status: "success", event: recorded.get(id) } as Outcome]] : [])),
    ),
    inputDataVersions: {},
    metadata: {},
    dataVersion: undefined,
  };
  const start = performance.now();
  if (ongoing.outcomes.size === idsOf(step).length) return ongoing.outcomes;
  tell({ type: "step-start", runId, step: step.label });
  try {
    await record.start();
    await ongoing.retries.attempt(() => makeOutputs(ongoing));
    await record.success();
    tell({ type: "step-success", runId, step: step.label, durationMs: performance.now() - start });
  } catch (error) {
    const made = [...ongoing.outcomes.keys()];
    // All outputs are there, but that the step has ended could not be recorded.
    const isLost = made.length === idsOf(step).length;
    for (const id of idsOf(step)) if (isLost || !made.includes(id)) ongoing.outcomes.set(id, { status: "failure", error });
    await record.failure(error, made);
    tell({ type: "step-failure", runId, step: step.label, durationMs: performance.now() - start, error });
  }
  return ongoing.outcomes;
}

/** Loads the inputs, calls the function, and commits its outputs as they come. What an earlier try has committed stays. */
async function makeOutputs(ongoing: OngoingStep): Promise<void> {
  const { step, environment, outcomes } = ongoing;
  const { name, inputs, outputs: allOutputs, compute, splitOutputs } = step.computation;
  ongoing.metadata = {};
  ongoing.dataVersion = undefined;
  const onLoaded = (source: string, version: string): void => {
    ongoing.inputDataVersions[source] = version;
  };
  const values = await Promise.all(
    inputs.map(async (spec, index) => {
      const load = step.loads[index] ?? { shape: "nothing" };
      return [spec.name, await loadInput(load, spec, allOutputs[0] as Definition, name, environment, onLoaded)] as const;
    }),
  );
  const returned = await compute?.(Object.fromEntries(values), contextOf(ongoing));
  for await (const each of splitOutputs(returned, { name, outputs: step.outputs, allOutputs, keys: step.keys })) {
    if (!outcomes.has(outputId(each.definition.name, each.key))) await commit(ongoing, each);
    // A generator names the version of what it yields next, not of everything.
    if (isYielding(returned)) ongoing.dataVersion = undefined;
  }
}

/** Commits one output, with retries of its own so that the function is not called again, and writes down that it has ended. */
async function commit(ongoing: OngoingStep, output: PendingOutput): Promise<void> {
  const { step, environment, retries, outcomes, metadata, dataVersion, inputDataVersions } = ongoing;
  const made = { ...output, metadata, dataVersion, inputDataVersions: consumed(step, inputDataVersions, output.key) };
  const event = await retries.attempt(() => commitOutput(made, environment));
  outcomes.set(outputId(output.definition.name, output.key), { status: "success", event });
  environment.tell({ type: "output", runId: environment.runId, step: step.label, event });
}

/** What one output was made from: of several partitions at once, each from the same one of an input by the same key. */
function consumed(
  { computation }: Step,
  versions: Readonly<Record<string, string>>,
  key: PartitionKey | undefined,
): Record<string, string> {
  const own = { ...versions };
  if (!computation.isBatch) return own;
  for (const { source, partitionMapping } of computation.inputs) {
    if (!source?.partitions || partitionMapping !== undefined) continue;
    for (const name of Object.keys(own)) if (name.startsWith(`${source.name}[`) && name !== inputName(source.name, key)) delete own[name];
  }
  return own;
}

function isYielding(returned: unknown): boolean {
  return typeof returned === "object" && returned !== null && Symbol.asyncIterator in returned;
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

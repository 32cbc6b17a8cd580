import type { PendingOutput } from "../asset/outputs.ts";
import type { AssetContext, Definition } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import { coerceMetadata, type Metadata } from "../metadata/metadata-value.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { type RetryPolicy, retrying, stepRetryDefaults } from "../retry.ts";
import type { StoredEvent } from "../storage/types.ts";
import { commitOutput } from "./commit-output.ts";
import type { Outcome, Outcomes } from "./executor.ts";
import { inputName, loadInput } from "./load-inputs.ts";
import { outputId, outputIds, type Step } from "./plan.ts";
import type { StepEnvironment } from "./run-environment.ts";
import { stepRecord } from "./step-record.ts";

/** Calls `work` until it succeeds or no retry is left. The load, the function and the writes of a step share its retries. */
type Attempt = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** One step that is running. */
interface RunningStep {
  readonly step: Step;
  readonly environment: StepEnvironment;
  readonly attempt: Attempt;
  /** The outcomes so far, by the ids of the outputs. */
  readonly outcomes: Map<string, Outcome>;
  /** The data versions of the inputs that were loaded. */
  readonly inputDataVersions: Record<string, string>;
  /** The metadata and the data version that the function gave to its context. */
  metadata: Metadata;
  dataVersion: string | undefined;
}

/**
 * Runs one step: loads its inputs, calls its function, writes and records each output. A retry repeats the load and the
 * function together, or one write. Outputs that were recorded before a failure stay.
 *
 * @param recorded events of outputs that the run has recorded before it was resumed, by `outputId`: they are not made again
 */
export async function runStep(
  step: Step,
  environment: StepEnvironment,
  recorded: ReadonlyMap<string, StoredEvent> = new Map(),
): Promise<Outcomes> {
  const { runId, signal, onProgress } = environment;
  const { label, computation } = step;
  const ids = outputIds(step);
  const outcomes = new Map<string, Outcome>();
  for (const id of ids) {
    const event = recorded.get(id);
    if (event !== undefined) outcomes.set(id, { status: "success", event });
  }
  if (outcomes.size === ids.length) return outcomes;
  const record = stepRecord(step, environment);
  const onRetry = (error: unknown, retry: number): Promise<void> => {
    onProgress({ type: "step-retry", runId, step: label, error, retry });
    return record.retry(error, retry);
  };
  const running: RunningStep = {
    step,
    environment: { ...environment, log: record.log },
    attempt: attemptWith(computation.retry ?? environment.retry, signal, onRetry),
    outcomes,
    inputDataVersions: {},
    metadata: {},
    dataVersion: undefined,
  };
  const start = performance.now();
  onProgress({ type: "step-start", runId, step: label });
  try {
    await record.start();
    await running.attempt(() => makeOutputs(running));
    await record.success();
    onProgress({ type: "step-success", runId, step: label, durationMs: performance.now() - start });
  } catch (error) {
    const made = [...outcomes.keys()];
    // All outputs are recorded, and the success of the step could not be recorded.
    const isSuccessLost = made.length === ids.length;
    for (const id of ids) if (isSuccessLost || !outcomes.has(id)) outcomes.set(id, { status: "failure", error });
    await record.failure(error, made);
    onProgress({ type: "step-failure", runId, step: label, durationMs: performance.now() - start, error });
  }
  return outcomes;
}

function attemptWith(
  policy: RetryPolicy | undefined,
  signal: AbortSignal,
  onRetry: (error: unknown, retry: number) => Promise<void>,
): Attempt {
  const waitForRetry = retrying(policy, { signal }, stepRetryDefaults);
  return async (work) => {
    while (true) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted || !(await waitForRetry(error, { onRetry: (retry) => onRetry(error, retry) }))) throw error;
      }
    }
  };
}

/** Loads the inputs, calls the function, and commits its outputs as they come, except those that are committed already. */
async function makeOutputs(running: RunningStep): Promise<void> {
  const { step, environment, outcomes } = running;
  const { name, inputs, outputs: allOutputs, compute, splitOutputs } = step.computation;
  running.metadata = {};
  running.dataVersion = undefined;
  const onLoaded = (source: string, version: string): void => {
    running.inputDataVersions[source] = version;
  };
  const values = await Promise.all(
    inputs.map(async (spec, index) => {
      const load = step.loads[index] ?? { shape: "nothing" };
      return [spec.name, await loadInput(load, spec, allOutputs[0] as Definition, name, environment, onLoaded)] as const;
    }),
  );
  const returned = await compute?.(Object.fromEntries(values), contextOf(running));
  for await (const output of splitOutputs(returned, { name, outputs: step.outputs, allOutputs, keys: step.keys })) {
    if (!outcomes.has(outputId(output.definition.name, output.key))) await commit(running, output);
    // A generator gives the data version of its next output, not of all.
    if (isAsyncIterable(returned)) running.dataVersion = undefined;
  }
}

/** Commits one output, with its own retries, so that the function is not called again. */
async function commit(running: RunningStep, output: PendingOutput): Promise<void> {
  const { step, environment, attempt, outcomes, metadata, dataVersion } = running;
  const pending = {
    ...output,
    annotations: { metadata, dataVersion },
    inputDataVersions: consumedVersions(step, running.inputDataVersions, output.key),
  };
  const event = await attempt(() => commitOutput(pending, environment));
  outcomes.set(outputId(output.definition.name, output.key), { status: "success", event });
  environment.onProgress({ type: "output", runId: environment.runId, step: step.label, event });
}

/**
 * The data versions of the inputs that one output was made from. In a batch, a partition is made from the same partition of
 * every input with the same keys.
 */
function consumedVersions(
  { computation }: Step,
  versions: Readonly<Record<string, string>>,
  key: PartitionKey | undefined,
): Record<string, string> {
  const consumed = { ...versions };
  if (!computation.isBatch) return consumed;
  for (const { source, partitionMapping } of computation.inputs) {
    if (!source?.partitions || partitionMapping !== undefined) continue;
    for (const name of Object.keys(consumed))
      if (name.startsWith(`${source.name}[`) && name !== inputName(source.name, key)) delete consumed[name];
  }
  return consumed;
}

function isAsyncIterable(returned: unknown): boolean {
  return typeof returned === "object" && returned !== null && Symbol.asyncIterator in returned;
}

function contextOf(running: RunningStep): AssetContext {
  const { step, environment } = running;
  const { name, partitions } = step.computation;
  const { runId, signal, log } = environment;
  const partition = step.keys && partitions && new PartitionContext({ keys: step.keys, definition: partitions });
  return {
    assetName: name,
    runId,
    partition,
    get partitionKey() {
      if (partition === undefined) {
        const message = `Cannot read partitionKey of ${JSON.stringify(name)}: it has no partitions`;
        throw new EdgewaterError("PartitionError", message, { asset: name });
      }
      return String(partition.key);
    },
    outputSelection: step.outputs.map((output) => output.name),
    signal,
    log,
    addOutputMetadata: (record) => {
      running.metadata = { ...running.metadata, ...coerceMetadata(record) };
    },
    registerDataVersion: (version) => {
      running.dataVersion = version;
    },
  };
}

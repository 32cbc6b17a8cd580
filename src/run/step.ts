import type { PendingOutput } from "../asset/outputs.ts";
import { isGenerator } from "../asset/outputs.ts";
import type { AssetContext, Definition } from "../asset/types.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../errors.ts";
import { coerceMetadata, type Metadata } from "../metadata/metadata-value.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { type RetryPolicy, retrying, stepRetryDefaults } from "../retry.ts";
import type { StoredEvent } from "../storage/types.ts";
import { commitOutput } from "./commit-output.ts";
import type { Outcome, Outcomes } from "./executor.ts";
import { loadInput } from "./load-inputs.ts";
import { outputId, outputIds, type Step } from "./plan.ts";
import type { StepEnvironment } from "./run-environment.ts";
import { stepRecord } from "./step-record.ts";
import { withinLimits } from "./time-limit.ts";

/**
 * Calls `work` until it succeeds, no retry is left, or the signal is aborted. The load, the function and the writes of a step
 * share its retries.
 */
type Attempt = <Value>(signal: AbortSignal, work: () => Promise<Value>) => Promise<Value>;

/** One step that is running. */
interface RunningStep {
  readonly step: Step;
  readonly environment: StepEnvironment;
  readonly attempt: Attempt;
  /** The outcomes so far, by the ids of the outputs. */
  readonly outcomes: Map<string, Outcome>;
  /** The commits that have started, and end soon. */
  readonly commits: Set<Promise<unknown>>;
}

/** One call of the function of a step. A call that takes too long is abandoned, and may go on beside the next one. */
interface Call {
  readonly running: RunningStep;
  /** The environment with the signal of this call. */
  readonly environment: StepEnvironment;
  /** The data versions of the inputs that were loaded. */
  readonly loaded: Record<string, string>;
  /** For a batch: those of the inputs with the same keys, by the display form of the key. */
  readonly loadedByKey: Map<string, Record<string, string>>;
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
    commits: new Set(),
  };
  const limits = { label, asset: computation.name, signal, timeoutMs: computation.timeoutMs ?? environment.timeoutMs };
  const start = performance.now();
  onProgress({ type: "step-start", runId, step: label });
  try {
    await record.start();
    await running.attempt(signal, () => withinLimits(limits, (own) => makeOutputs(running, own)).catch(rethrowUnlessMade(running)));
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
  return async (own, work) => {
    while (true) {
      try {
        return await work();
      } catch (error) {
        if (own.aborted || !(await waitForRetry(error, { onRetry: (retry) => onRetry(error, retry) }))) throw error;
      }
    }
  };
}

/**
 * Waits for the commits of an attempt that has failed or was abandoned. An error that came too late to stop the last output is
 * none.
 */
function rethrowUnlessMade({ step, outcomes, commits }: RunningStep): (error: unknown) => Promise<void> {
  return async (error) => {
    await Promise.allSettled(commits);
    const isMade = outputIds(step).every((id) => outcomes.has(id));
    if (!isMade || !isEdgewaterError(error, "Aborted", "Timeout")) throw error;
  };
}

/** Loads the inputs, calls the function, and commits its outputs as they come, except those that are committed already. */
async function makeOutputs(running: RunningStep, signal: AbortSignal): Promise<void> {
  const { step, outcomes } = running;
  const { name, inputs, outputs: allOutputs, compute, splitOutputs, isBatch } = step.computation;
  const environment = { ...running.environment, signal };
  const call: Call = { running, environment, loaded: {}, loadedByKey: new Map(), metadata: {}, dataVersion: undefined };
  const values = await Promise.all(
    inputs.map(async (spec, index) => {
      const load = step.loads[index] ?? { shape: "nothing" };
      const hasSameKeys = isBatch && spec.source?.partitions !== undefined && spec.partitionMapping === undefined;
      const onLoaded = (key: PartitionKey | undefined, source: string, version: string): void => {
        versionsOf(call, hasSameKeys ? key : undefined)[source] = version;
      };
      return [spec.name, await loadInput(load, spec, allOutputs[0] as Definition, name, environment, onLoaded)] as const;
    }),
  );
  const returned = await compute?.(Object.fromEntries(values), contextOf(call));
  for await (const output of splitOutputs(returned, { name, outputs: step.outputs, allOutputs, keys: step.keys })) {
    // An attempt that was abandoned ends here.
    throwIfAborted(signal, { asset: name });
    if (!outcomes.has(outputId(output.definition.name, output.key))) await commit(call, output);
    // A generator gives the data version of its next output, not of all.
    if (isGenerator(returned)) call.dataVersion = undefined;
  }
}

/** Commits one output, with its own retries, so that the function is not called again. */
async function commit(call: Call, output: PendingOutput): Promise<void> {
  const { running, environment, metadata, dataVersion, loaded, loadedByKey } = call;
  const { step, attempt, outcomes, commits } = running;
  // In a batch, a partition is made from the same partition of every input with the same keys.
  const inputDataVersions = { ...loaded, ...(output.key && loadedByKey.get(String(output.key))) };
  const pending = { ...output, annotations: { metadata, dataVersion }, inputDataVersions };
  const onCommit = (started: Promise<StoredEvent>): void => {
    const made = started.then((event) => {
      outcomes.set(outputId(output.definition.name, output.key), { status: "success", event });
      environment.onProgress({ type: "output", runId: environment.runId, step: step.label, event });
    });
    commits.add(made);
    const end = (): void => void commits.delete(made);
    made.then(end, end);
  };
  await attempt(environment.signal, () => commitOutput(pending, environment, onCommit));
}

/** The data versions that were loaded: for all outputs, or for one partition of a batch. */
function versionsOf({ loaded, loadedByKey }: Call, key: PartitionKey | undefined): Record<string, string> {
  if (key === undefined) return loaded;
  const name = String(key);
  const known = loadedByKey.get(name) ?? {};
  loadedByKey.set(name, known);
  return known;
}

function contextOf(call: Call): AssetContext {
  const { environment } = call;
  const { step } = call.running;
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
      call.metadata = { ...call.metadata, ...coerceMetadata(record) };
    },
    registerDataVersion: (version) => {
      call.dataVersion = version;
    },
  };
}

import { isGenerator, type PendingOutput } from "../asset/outputs.ts";
import type { AssetContext, Definition } from "../asset/types.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../errors.ts";
import { coerceMetadata, type Metadata } from "../metadata/metadata-value.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { type RetryPolicy, retrying, stepRetryDefaults } from "../retry.ts";
import type { Batch, LatestRecord, StoredEvent } from "../storage/types.ts";
import type { Outcome, Outcomes, StepDecision } from "./executor.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type AtEnd, GroupCommit } from "./group-commit.ts";
import { loadInput } from "./load-inputs.ts";
import type { StepOwner } from "./owner.ts";
import { outputId, outputIds, type Step, stepId } from "./plan.ts";
import type { Read } from "./provenance.ts";
import type { StepEnvironment } from "./run-environment.ts";
import { progressOf } from "./step-progress.ts";
import { type LoadedInputs, type StepRecord, stepRecord, succeededEvent } from "./step-record.ts";
import { findRecorded, outputsOf, readLatest, startStep } from "./step-start.ts";
import { withinLimits } from "./time-limit.ts";
import { decideAtStart, skipUnchangedStep } from "./unchanged.ts";
import { type Base, conflict, isLostRace, LostRace, maxConflicts, type Write, writeOutput } from "./write-output.ts";

/**
 * Calls `work` until it succeeds, no retry is left, or the signal is aborted. The load, the function and the writes of a step
 * share its retries.
 */
type Attempt = <Value>(signal: AbortSignal, work: () => Promise<Value>) => Promise<Value>;

/** One step that is running. */
interface RunningStep {
  readonly step: Step;
  readonly environment: StepEnvironment;
  readonly record: StepRecord;
  readonly attempt: Attempt;
  /** The outcomes so far, by the ids of the outputs. */
  readonly outcomes: Map<string, Outcome>;
  /** The commits that have started, and end soon. */
  readonly commits: Set<Promise<unknown>>;
  /** What was known of the outputs before the inputs were loaded, by the ids of the outputs. */
  bases: ReadonlyMap<string, Base>;
  /** Whether the success of the step was recorded with its last output. */
  isSuccessRecorded: boolean;
  /** The inputs that the last call has loaded. */
  inputs: LoadedInputs;
  /** Whether the step is skipped because nothing has changed, and why; undefined when it is made in any case. */
  decision: StepDecision | undefined;
}

/** One call of the function of a step. A call that takes too long is abandoned, and may go on beside the next one. */
interface Call {
  readonly running: RunningStep;
  /** The environment with the signal of this call. */
  readonly environment: StepEnvironment;
  /** The inputs that were loaded. */
  readonly loaded: Loaded;
  /** For a batch: the inputs with the same keys, by the display form of the key. */
  readonly loadedByKey: Map<string, Loaded>;
  /** The metadata and the data version that the function gave to its context. */
  metadata: Metadata;
  dataVersion: string | undefined;
}

/** What is recorded of loaded inputs. */
interface Loaded {
  readonly inputDataVersions: Record<string, string>;
  readonly inputEventIds: Record<string, number>;
}

/** What a run knows of the outputs of its steps when it starts. */
export interface Known {
  /** The latest records, by the ids of the outputs. A record that has changed since is read again. */
  readonly latest: ReadonlyMap<string, LatestRecord>;
  /** For a resumed run, what it has recorded before, by the ids of the outputs: it is not made again. */
  readonly recorded: ReadonlyMap<string, StoredEvent>;
  /** For a resumed run, the steps whose success it has recorded before, see `stepId`. */
  readonly succeeded: ReadonlySet<string>;
  /** For a resumed run, the ids of its events whose values are gone from their stores. */
  readonly missing: ReadonlySet<number>;
  /** For a resumed run, the ids of outputs that somebody may record for it at any time: they were announced before. */
  readonly announced: ReadonlySet<string>;
}

/**
 * Runs one step: loads its inputs, calls its function, writes and records each output. A retry repeats the load and the
 * function together, or one write. Outputs that were recorded before a failure stay. When another run records an output
 * meanwhile, the step starts again for the outputs that it has not made yet.
 */
export async function runStep(step: Step, environment: StepEnvironment, known: Known): Promise<Outcomes> {
  const { owner, signal, onProgress } = environment;
  const { runId } = owner.run;
  const { label, computation } = step;
  const ids = outputIds(step);
  const outcomes = new Map<string, Outcome>();
  for (const id of ids) {
    const event = known.recorded.get(id);
    if (event !== undefined) outcomes.set(id, { status: "success", event });
  }
  if (outcomes.size === ids.length) {
    // The last output was recorded by somebody who found it.
    if (ids.length > 0 && !known.succeeded.has(stepId(step))) owner.recordLater(succeededEvent(step, runId));
    return outcomes;
  }
  const record = stepRecord(step, environment);
  const onRetry = (error: unknown, retry: number): Promise<void> => {
    onProgress({ type: "step-retry", runId, step: label, error, retry });
    return record.retry(error, retry);
  };
  const running: RunningStep = {
    step,
    environment: { ...environment, log: record.log },
    record,
    attempt: attemptWith(computation.retry ?? environment.retry, signal, onRetry),
    outcomes,
    commits: new Set(),
    bases: new Map(),
    isSuccessRecorded: false,
    inputs: { inputDataVersions: {}, inputEventIds: {} },
    decision: undefined,
  };
  const limits = { label, asset: computation.name, signal, timeoutMs: computation.timeoutMs ?? environment.timeoutMs };
  const start = performance.now();
  let isAnnounced = false;
  const announceStart = (): void => {
    if (!isAnnounced) onProgress({ type: "step-start", runId, step: label });
    isAnnounced = true;
  };
  try {
    const latest = new Map(
      ids.flatMap((id): [string, LatestRecord][] => {
        const record = known.latest.get(id);
        return record === undefined ? [] : [[id, record]];
      }),
    );
    await untilWon(label, computation.name, async (losses) => {
      const outputs = outputsOf(step).filter(({ id }) => !outcomes.has(id));
      if (losses > 0) await readLatest(outputs, latest, environment);
      if (losses > 0 || ids.some((id) => known.announced.has(id))) {
        // Another process has found what was written, and recorded it for this run.
        for (const [id, event] of await findRecorded(outputs, known.missing, environment)) {
          announceStart();
          outcomes.set(id, { status: "success", event });
          onProgress({ type: "output", runId, step: label, event });
        }
      }
      if (outcomes.size === ids.length) return;
      const missing = outputs.filter(({ id }) => !outcomes.has(id));
      if (outcomes.size === 0 && (await skipIfUnchanged(running))) return;
      announceStart();
      await running.attempt(signal, async () => {
        running.bases = await startStep(step, missing, latest, record, running.environment, running.decision?.reason);
      });
      await running.attempt(signal, () => withinLimits(limits, (own) => makeOutputs(running, own)).catch(rethrowUnlessMade(running)));
    });
    if (running.decision?.isSkipped) return outcomes;
    announceStart();
    if (!running.isSuccessRecorded) await record.success();
    onProgress({ type: "step-success", runId, step: label, durationMs: performance.now() - start });
  } catch (error) {
    announceStart();
    const made = [...outcomes.keys()];
    // All outputs are recorded, and the success of the step could not be recorded.
    const isSuccessLost = made.length === ids.length;
    for (const id of ids)
      if (isSuccessLost || !outcomes.has(id)) outcomes.set(id, { status: "failure", error, decision: running.decision });
    await record.failure(error, made, running.inputs);
    onProgress({ type: "step-failure", runId, step: label, durationMs: performance.now() - start, error });
  }
  return outcomes;
}

/**
 * Skips a step when nothing has changed: what was made before counts. It is decided again whenever the step starts again, so
 * that of two runs that make the same at the same time one takes what the other has made. Returns whether it was skipped.
 */
async function skipIfUnchanged(running: RunningStep): Promise<boolean> {
  const { step, environment, outcomes, attempt } = running;
  const decided = await attempt(environment.signal, () => decideAtStart(step, environment));
  if (decided === undefined) return false;
  const { isSkipped, reason } = decided;
  running.decision = { isSkipped, reason };
  if (!isSkipped) return false;
  const skip = (): Promise<Outcomes> =>
    skipUnchangedStep(step, decided, environment).catch((error: unknown) => {
      throw isEdgewaterError(error, "PreconditionFailed") ? new LostRace() : error;
    });
  for (const [id, outcome] of await attempt(environment.signal, skip)) outcomes.set(id, outcome);
  return true;
}

/** Repeats the work as long as it loses races, up to a limit. */
async function untilWon(label: string, asset: string, work: (losses: number) => Promise<void>): Promise<void> {
  for (let losses = 0; ; losses++) {
    try {
      return await work(losses);
    } catch (error) {
      if (!isLostRace(error)) throw error;
      if (losses === maxConflicts) throw conflict(label, asset);
    }
  }
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
        // A lost race starts the step again, and a run that was taken over makes nothing any more.
        if (own.aborted || isLostRace(error) || isEdgewaterError(error, "TakenOver")) throw error;
        if (!(await waitForRetry(error, { onRetry: (retry) => onRetry(error, retry) }))) throw error;
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
  const { step } = running;
  const { name, inputs, outputs: allOutputs, compute, splitOutputs, isBatch } = step.computation;
  const environment = { ...running.environment, signal };
  const loaded = { inputDataVersions: {}, inputEventIds: {} };
  const call: Call = { running, environment, loaded, loadedByKey: new Map(), metadata: {}, dataVersion: undefined };
  running.inputs = loaded;
  const values = await Promise.all(
    inputs.map(async (spec, index) => {
      const load = step.loads[index] ?? { shape: "nothing" };
      const hasSameKeys = isBatch && spec.source?.partitions !== undefined && spec.partitionMapping === undefined;
      const onLoaded = (key: PartitionKey | undefined, source: string, { dataVersion, eventId }: Read): void => {
        const { inputDataVersions, inputEventIds } = loadedFor(call, hasSameKeys ? key : undefined);
        inputDataVersions[source] = dataVersion;
        if (eventId !== undefined) inputEventIds[source] = eventId;
      };
      return [spec.name, await loadInput(load, spec, allOutputs[0] as Definition, name, environment, onLoaded)] as const;
    }),
  );
  const returned = await compute?.(Object.fromEntries(values), contextOf(call));
  const outputs = splitOutputs(returned, { name, outputs: step.outputs, allOutputs, keys: step.keys });
  if (isGenerator(returned)) await commitEach(call, outputs);
  else await commitGroups(call, outputs as Iterable<PendingOutput>);
}

/** Commits the outputs of a generator as they come. */
async function commitEach(call: Call, outputs: AsyncIterable<PendingOutput> | Iterable<PendingOutput>): Promise<void> {
  const { running, environment } = call;
  const { owner, signal } = environment;
  for await (const output of outputs) {
    // An attempt that was abandoned ends here.
    throwIfAborted(signal, { asset: running.step.computation.name });
    if (!running.outcomes.has(idOf(output))) await commit(call, output, new GroupCommit((batch) => owner.commit(batch), 1, undefined));
    // A generator gives the data version of its next output, not of all.
    call.dataVersion = undefined;
  }
}

/** How many outputs are written at the same time, and recorded in one commit. */
const groupSize = 50;

/** Commits outputs that were returned together, in groups. One that fails does not stop the others of its group. */
async function commitGroups(call: Call, outputs: Iterable<PendingOutput>): Promise<void> {
  const { running, environment } = call;
  const { step, outcomes, record } = running;
  const count = outputIds(step).length;
  let group: PendingOutput[] = [];
  const flush = async (): Promise<void> => {
    throwIfAborted(environment.signal, { asset: step.computation.name });
    const isLast = outcomes.size + group.length === count;
    const writing = group;
    group = [];
    const onCommitted = (batch: Batch): void => {
      record.isStored(batch);
      running.isSuccessRecorded = true;
    };
    await commitGroup(call, writing, isLast ? { batch: record.successBatch, onCommitted } : undefined);
  };
  try {
    for (const output of outputs) {
      if (!outcomes.has(idOf(output))) group.push(output);
      if (group.length === groupSize) await flush();
    }
  } catch (error) {
    // What was returned is invalid from here on; the outputs before are committed.
    if (group.length > 0) await flush();
    throw error;
  }
  if (group.length > 0) await flush();
}

/** Writes outputs at the same time, and commits them together. */
async function commitGroup(call: Call, outputs: readonly PendingOutput[], atEnd: AtEnd | undefined): Promise<void> {
  const { owner } = call.environment;
  const group = new GroupCommit((batch) => owner.commit(batch), outputs.length, atEnd);
  const results = await Promise.allSettled(outputs.map((output) => commit(call, output, group)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  group.allRecorded();
}

/** Commits one output, with its own retries, so that the function is not called again. A retry commits alone. */
async function commit(call: Call, output: PendingOutput, group: GroupCommit): Promise<void> {
  const { running, environment, metadata, dataVersion, loaded, loadedByKey } = call;
  const { step, attempt, outcomes, commits, bases } = running;
  const id = idOf(output);
  // In a batch, a partition is made from the same partition of every input with the same keys.
  const own = output.key && loadedByKey.get(String(output.key));
  const inputDataVersions: Readonly<Record<string, string>> = { ...loaded.inputDataVersions, ...own?.inputDataVersions };
  const annotated = {
    ...output,
    annotations: { metadata, dataVersion },
    inputDataVersions,
    inputEventIds: { ...loaded.inputEventIds, ...own?.inputEventIds },
    base: bases.get(id) ?? { latest: undefined, expected: undefined },
  };
  const onCommit = (started: Promise<StoredEvent>): void => {
    const made = started.then((event) => {
      outcomes.set(id, { status: "success", event, decision: running.decision });
      environment.onProgress({ type: "output", runId: environment.owner.run.runId, step: step.label, event });
    });
    commits.add(made);
    const end = (): void => void commits.delete(made);
    made.then(end, end);
  };
  const writes: { current?: Write } = {};
  const alone: StepOwner["commit"] = (batch) => environment.owner.commit(batch);
  let isAlone = false;
  await attempt(environment.signal, async () => {
    if (isAlone) group.repeats();
    const commitBatch: StepOwner["commit"] = isAlone ? alone : (batch) => group.commit(batch);
    try {
      // A value that was given to repository.write is made from nothing that is known.
      const isMade = environment.owner.run.kind !== "write";
      const fingerprint = isMade ? await fingerprintOf(step, output, (name) => inputDataVersions[name], environment) : undefined;
      await writeOutput({ ...annotated, fingerprint }, { ...environment, commit: commitBatch }, onCommit, writes);
    } finally {
      if (!isAlone) group.leave();
      isAlone = true;
    }
  });
}

function idOf({ definition, key }: PendingOutput): string {
  return outputId(definition.name, key);
}

/** What was loaded for all outputs, or for one partition of a batch. */
function loadedFor({ loaded, loadedByKey }: Call, key: PartitionKey | undefined): Loaded {
  if (key === undefined) return loaded;
  const name = String(key);
  const known = loadedByKey.get(name) ?? { inputDataVersions: {}, inputEventIds: {} };
  loadedByKey.set(name, known);
  return known;
}

function contextOf(call: Call): AssetContext {
  const { environment } = call;
  const { step } = call.running;
  const { name, partitions } = step.computation;
  const { owner, signal, log } = environment;
  const { runId } = owner.run;
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
    progress: progressOf(step, environment),
  };
}

import { storableText, thrownText } from "../errors.ts";
import type { Log } from "../io-handler/contexts.ts";
import { MetadataValue } from "../metadata/metadata-value.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { Batch, LogRecord, NewEvent, Precondition, StepEvent } from "../storage/types.ts";
import { failureRecord } from "./failure-record.ts";
import { outputId, type Step } from "./plan.ts";
import type { StepEnvironment } from "./run-environment.ts";

/** Records the events and the log of one step. */
export interface StepRecord {
  /** Passes lines on to the repository's log, and stores them with the next event of the step. */
  readonly log: Log;
  /** Records `StepStart`, with the reason of a step that could have been skipped, if the preconditions hold. */
  readonly start: (preconditions: readonly Precondition[], reason: string | undefined) => Promise<void>;
  /** Records `StepRetry`. */
  readonly retry: (error: unknown, retry: number) => Promise<void>;
  /** The `StepSuccess` and the log, to be committed with the last output. */
  readonly successBatch: () => Batch;
  /** Forgets the lines of the log that a batch has stored. A refused one stores nothing, and its lines go with the next. */
  readonly isStored: (batch: Batch) => void;
  /** Records `StepSuccess`. */
  readonly success: () => Promise<void>;
  /** Records `StepFailure` for every output that was not made. Does not reject: the step has failed already. */
  readonly failure: (error: unknown, made: readonly string[], inputs: LoadedInputs) => Promise<void>;
}

/** The record of one step. Its events have the name of the computation, failures the names of the outputs. */
export function stepRecord(step: Step, { owner, log, onProgress }: StepEnvironment): StepRecord {
  const logs: LogRecord[] = [];
  const { label } = step;
  const { runId } = owner.run;
  const own = (eventType: StepEvent["eventType"], details: StepDetails = {}): Batch => ({
    events: [ownEvent(step, runId, eventType, details)],
    logs: [...logs],
  });
  const isStored = ({ logs: stored = [] }: Batch): void => void logs.splice(0, stored.length);
  const commit = async (batch: Batch): Promise<void> => {
    await owner.commit(batch);
    isStored(batch);
  };
  return {
    log: recording(log, (line) => {
      const record = { runId, step: label, ...line };
      logs.push(record);
      onProgress({ type: "log", ...record });
    }),
    start: (preconditions, reason) => commit({ ...own("StepStart", reason === undefined ? {} : { reason }), preconditions }),
    retry: async (error, retry) => {
      const metadata = { ...errorMetadata(error), retry: MetadataValue.int(retry) };
      await commit(own("StepRetry", { metadata, failure: failureRecord(error) }));
    },
    successBatch: () => own("StepSuccess"),
    isStored,
    success: () => commit(own("StepSuccess")),
    failure: async (error, outputsMade, inputs) => {
      const events = stepFailures(step, runId, error, outputsMade, inputs);
      try {
        await commit({ events, logs: [...logs] });
      } catch (lost) {
        log.error(`Cannot record the failure of ${label}`, lost);
      }
    },
  };
}

/** The failures of the outputs of a step that were not made. */
export function stepFailures(
  { outputs, keys }: Step,
  runId: string,
  error: unknown,
  outputsMade: readonly string[],
  inputs?: LoadedInputs,
): readonly NewEvent[] {
  const made = new Set(outputsMade);
  const details = { metadata: errorMetadata(error), failure: failureRecord(error), ...inputs };
  return outputs.flatMap(({ name }) =>
    (keys ?? [undefined]).filter((key) => !made.has(outputId(name, key))).map((key) => stepEvent(name, key, runId, "StepFailure", details)),
  );
}

/** The event of a step that was not started. */
export function skippedEvent(step: Step, runId: string, reason: string): NewEvent {
  return ownEvent(step, runId, "StepSkipped", { reason });
}

/** The event of a step that was skipped because nothing has changed. */
export function unchangedEvent(step: Step, runId: string, reason: string): NewEvent {
  return ownEvent(step, runId, "StepSkipped", { reason, unchanged: true });
}

/** The event of a step whose outputs were all recorded before. */
export function succeededEvent(step: Step, runId: string): NewEvent {
  return ownEvent(step, runId, "StepSuccess", {});
}

/** The data versions and the event ids of inputs. */
export interface LoadedInputs {
  readonly inputDataVersions: Readonly<Record<string, string>>;
  readonly inputEventIds: Readonly<Record<string, number>>;
}

type StepDetails = Partial<Pick<StepEvent, "metadata" | "failure" | "reason" | "unchanged"> & LoadedInputs>;

function ownEvent({ computation, keys }: Step, runId: string, eventType: StepEvent["eventType"], details: StepDetails): NewEvent {
  return stepEvent(computation.name, keys?.length === 1 ? keys[0] : undefined, runId, eventType, details);
}

function stepEvent(
  assetKey: string,
  partitionKey: PartitionKey | undefined,
  runId: string,
  eventType: StepEvent["eventType"],
  { metadata = {}, inputDataVersions = {}, inputEventIds = {}, ...details }: StepDetails,
): NewEvent {
  return {
    eventType,
    assetKey,
    partitionKey,
    runId,
    timestamp: Date.now(),
    dataVersion: undefined,
    codeVersion: undefined,
    inputDataVersions,
    ...(Object.keys(inputEventIds).length > 0 && { inputEventIds }),
    metadata,
    ...details,
  };
}

function errorMetadata(error: unknown): NewEvent["metadata"] {
  return { error: MetadataValue.text(thrownText(error)) };
}

/** A log that passes lines on, also to what collects them. */
function recording(log: Log, collect: (line: Omit<LogRecord, "runId" | "step">) => void): Log {
  const level =
    (name: LogRecord["level"]): Log["info"] =>
    (message, ...details) => {
      const text = storableText([message, ...details].map(textOf).join(" "));
      collect({ level: name, message: text, timestamp: Date.now() });
      log[name](message, ...details);
    };
  return { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
}

function textOf(detail: unknown): string {
  try {
    if (typeof detail !== "object" || detail instanceof Error) return String(detail);
    return JSON.stringify(detail) ?? thrownText(detail);
  } catch {
    return thrownText(detail);
  }
}

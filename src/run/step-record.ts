import { storableText, thrownText } from "../errors.ts";
import type { Log } from "../io-handler/contexts.ts";
import { MetadataValue } from "../metadata/metadata-value.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { LogRecord, NewEvent, StepEvent } from "../storage/types.ts";
import { outputId, type Step } from "./plan.ts";
import type { StepEnvironment } from "./run-environment.ts";

/** Records the events and the log of one step. */
export interface StepRecord {
  /** Passes lines on to the repository's log, and stores them with the next event of the step. */
  readonly log: Log;
  /** Records `StepStart`. */
  readonly start: () => Promise<void>;
  /** Records `StepRetry`. */
  readonly retry: (error: unknown, retry: number) => Promise<void>;
  /** Records `StepSuccess`. */
  readonly success: () => Promise<void>;
  /** Records `StepFailure` for every output that was not made. Does not reject: the step has failed already. */
  readonly failure: (error: unknown, made: readonly string[]) => Promise<void>;
}

/** The record of one step. Its events have the name of the computation, failures the names of the outputs. */
export function stepRecord(step: Step, { runId, storage, log }: StepEnvironment): StepRecord {
  const logs: LogRecord[] = [];
  const { computation, keys, outputs, label } = step;
  const ownKey = keys?.length === 1 ? keys[0] : undefined;
  const event = (
    eventType: StepEvent["eventType"],
    assetKey: string,
    partitionKey: PartitionKey | undefined,
    metadata: NewEvent["metadata"],
  ): NewEvent => ({
    eventType,
    assetKey,
    partitionKey,
    runId,
    timestamp: Date.now(),
    dataVersion: undefined,
    codeVersion: undefined,
    inputDataVersions: {},
    metadata,
  });
  const own = async (eventType: StepEvent["eventType"], metadata: NewEvent["metadata"] = {}): Promise<void> => {
    await storage.commit({ events: [event(eventType, computation.name, ownKey, metadata)], logs: logs.splice(0) });
  };
  return {
    log: recording(log, label, runId, logs),
    start: () => own("StepStart"),
    retry: (error, retry) => own("StepRetry", { ...errorMetadata(error), retry: MetadataValue.int(retry) }),
    success: () => own("StepSuccess"),
    failure: async (error, outputsMade) => {
      const made = new Set(outputsMade);
      const metadata = errorMetadata(error);
      const events = outputs.flatMap(({ name }) =>
        (keys ?? [undefined]).filter((key) => !made.has(outputId(name, key))).map((key) => event("StepFailure", name, key, metadata)),
      );
      try {
        await storage.commit({ events, logs: logs.splice(0) });
      } catch (lost) {
        log.error(`Cannot record the failure of ${label}`, lost);
      }
    },
  };
}

/** What is recorded of an error: its text, and where it has them its class, its stack and the text of its cause. */
function errorMetadata(error: unknown): NewEvent["metadata"] {
  const { name, stack, cause } = partsOf(error);
  return {
    error: MetadataValue.text(thrownText(error)),
    ...(typeof name === "string" && { error_class: MetadataValue.text(storableText(name)) }),
    ...(typeof stack === "string" && { error_stack: MetadataValue.text(storableText(stack)) }),
    ...(cause !== undefined && { error_cause: MetadataValue.text(thrownText(cause)) }),
  };
}

function partsOf(error: unknown): { readonly name?: unknown; readonly stack?: unknown; readonly cause?: unknown } {
  try {
    if (!(error instanceof Error)) return {};
    const { name, stack, cause } = error;
    return { name: error.constructor.name || name, stack, cause };
  } catch {
    return {};
  }
}

/** A log that passes lines on and collects them. */
function recording(log: Log, step: string, runId: string, logs: LogRecord[]): Log {
  const level =
    (name: LogRecord["level"]): Log["info"] =>
    (message, ...details) => {
      const text = storableText([message, ...details].map(textOf).join(" "));
      logs.push({ runId, step, level: name, message: text, timestamp: Date.now() });
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

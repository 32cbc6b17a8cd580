import type { Metadata } from "../metadata/metadata-value.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { RunRecord, RunStatus } from "./records.ts";

interface EventBase {
  /** Number of the event. Ids grow in the order in which commits become visible. */
  readonly id: number;
  /** The run that recorded the event. */
  readonly runId: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** The asset's `codeVersion`, when it declares one. */
  readonly codeVersion: string | undefined;
  /**
   * The data versions of the inputs that were loaded, by the name of the input's asset, or `name[key]` for a partition.
   * Inputs without a known version are left out. A failed step has those that it had loaded. Empty for other events of steps.
   */
  readonly inputDataVersions: Readonly<Record<string, string>>;
  /** Of the inputs whose recorded event is known, the ids of these events, by the same names. */
  readonly inputEventIds?: Readonly<Record<string, number>> | undefined;
  /** The output metadata of the asset and its handler; for a failed step, its `error`. */
  readonly metadata: Metadata;
}

interface AssetEventBase extends EventBase {
  /** Name of the asset or task. Events of a multi-asset's step have the name of the multi-asset. */
  readonly assetKey: string;
  /** The partition; undefined without partitions. */
  readonly partitionKey: PartitionKey | undefined;
}

/** What a handler has written for an output: enough to find it again, and to tell it from every other write. */
export interface StoredMark {
  /** The id of the write: `<run id>/<attempt>.<number>.<owner>`. Built-in handlers keep it with the object, where the store can. */
  readonly writeId: string;
  /** The full key in its store; left out when the handler did not say. */
  readonly path?: string | undefined;
  /** The etag that the store gave the object; left out when the store has none. */
  readonly etag?: string | undefined;
  /** The digest of the bytes; left out when the handler knows none. */
  readonly digest?: string | undefined;
}

/** A materialization or an observation of an asset, a task or one of its partitions. */
export interface StoredEvent extends AssetEventBase {
  /** `Materialization`: one successful write. `Observation`: a look at data that something else wrote. */
  readonly eventType: "Materialization" | "Observation";
  /** Name of the content: equal content has an equal version. */
  readonly dataVersion: string;
  /** What was written; left out when the handler did not say, and when nothing was written. */
  readonly stored?: StoredMark | undefined;
  /** Digest of everything that the value was made from; left out when it is not known. */
  readonly fingerprint?: string | undefined;
}

/** An error as it is recorded. */
export interface ErrorRecord {
  /** The code of an `EdgewaterError`; left out for other errors. */
  readonly code?: string | undefined;
  /** The class of the error, such as `TypeError`, or the type of a thrown value that is not an error. */
  readonly name: string;
  /** The message. */
  readonly message: string;
  /** Of an `EdgewaterError`: the asset that it names. */
  readonly asset?: string | undefined;
  /** Of an `EdgewaterError`: the display form of the key of the partition that it names. */
  readonly partition?: string | undefined;
  /** Of an `EdgewaterError`: the setting, or the path inside a value, such as `$[17].felt`. */
  readonly field?: string | undefined;
  /** Of `QuotaExceeded` in a browser: how much room was needed, left and given, in bytes. */
  readonly quota?: QuotaRecord | undefined;
}

/** The room of a browser's origin when a write was refused, in bytes. */
export interface QuotaRecord {
  /** What the write needed. */
  readonly needed: number;
  /** What was left; left out where the browser did not tell. */
  readonly free?: number | undefined;
  /** What the origin may use; left out where the browser did not tell. */
  readonly total?: number | undefined;
}

/** Why a step or one of its attempts failed. */
export interface FailureRecord extends ErrorRecord {
  /** The causes, the direct one first; at most five. */
  readonly causes: readonly ErrorRecord[];
  /** The lines of the error's stack without those of the runtime and of this library; at most 20. */
  readonly frames: readonly string[];
}

/** An event of a step of a run. A failed step records one `StepFailure` for each output that failed. */
export interface StepEvent extends AssetEventBase {
  /** What happened to the step. */
  readonly eventType: "StepStart" | "StepSuccess" | "StepFailure" | "StepRetry" | "StepSkipped";
  /** Always undefined. */
  readonly dataVersion: undefined;
  /** Of `StepFailure` and `StepRetry`: the error. Left out in records of earlier versions. */
  readonly failure?: FailureRecord | undefined;
  /** Of `StepSkipped`: why the step did not run. Of `StepStart` of a step with `skipUnchanged`: why it ran. */
  readonly reason?: string | undefined;
  /** Of `StepSkipped`: true when nothing had changed, so that what was made before counts as success. */
  readonly unchanged?: boolean | undefined;
}

/** What a look at the store of a recorded value found. */
export type Found =
  /** The recorded value. */
  | "Stored"
  /** No value: it was deleted, or its memory is gone. */
  | "Missing"
  /** Another value, which no run has recorded. */
  | "Replaced"
  /** Another value, which a run has written and not recorded yet, or may have written. */
  | "Unrecorded";

/** The result of a look at a stored value that differed from what was recorded before it. */
export interface VerificationEvent extends AssetEventBase {
  /** `Verification`: somebody looked for the value in its store. */
  readonly eventType: "Verification";
  /** Always undefined. */
  readonly dataVersion: undefined;
  /** What was found. */
  readonly found: Found;
  /** The id of the materialization whose value was looked for. */
  readonly materializationId: number;
}

/** The start or the end of a run. */
export interface RunEvent extends EventBase {
  /** `RunStart`: a process began the run, or resumed it. `RunEnd`: the run has its outcome. */
  readonly eventType: "RunStart" | "RunEnd";
  /** Always undefined. */
  readonly assetKey: undefined;
  /** Always undefined. */
  readonly partitionKey: undefined;
  /** Always undefined. */
  readonly dataVersion: undefined;
  /** The status of the run after the event. */
  readonly status: RunStatus;
  /** The attempt that began or ended: 1, and one more each time that the run is resumed. */
  readonly attempt: number;
}

/** Any event. */
export type AnyEvent = StoredEvent | StepEvent | VerificationEvent | RunEvent;

/** The type of an event. */
export type EventType = AnyEvent["eventType"];

/**
 * An event before it has an id: the Storage numbers it. An import may bring ids along; then every event of the batch has
 * one, and they grow and are greater than every existing id.
 */
export type NewEvent = (Omit<StoredEvent, "id"> | Omit<StepEvent, "id"> | Omit<VerificationEvent, "id"> | Omit<RunEvent, "id">) & {
  readonly id?: number;
};

/** The types that queries return unless others are asked for: events of assets, not of steps. */
export const assetEventTypes: readonly EventType[] = ["Materialization", "Observation"];

/** The event of a run's start or end, with the status and the attempt of its record. */
export function runEvent(eventType: RunEvent["eventType"], { runId, status, attempt = 1 }: RunRecord): Omit<RunEvent, "id"> {
  return {
    eventType,
    runId,
    timestamp: Date.now(),
    assetKey: undefined,
    partitionKey: undefined,
    dataVersion: undefined,
    codeVersion: undefined,
    inputDataVersions: {},
    metadata: {},
    status,
    attempt,
  };
}

/** Runs, their steps and logs. */
import type { ErrorRecord, FailureRecord, RunKind, RunStatus } from "../../storage/types.ts";
import type { SignalOptions } from "./common.ts";

/** Which runs to list. */
export interface RunsQuery extends SignalOptions {
  /** Only runs that began before this time. */
  readonly before?: number;
  /** At most 500; 50 unless given. */
  readonly limit?: number;
  /** Only runs with this status. */
  readonly status?: RunStatus;
}

/** One run. */
export interface RunRow {
  /** The id of the run. */
  readonly runId: string;
  /** How the run is. */
  readonly status: RunStatus;
  /** What it was started for. */
  readonly kind: RunKind;
  /** When it started. */
  readonly startedAt: number;
  /** When it ended; left out before. */
  readonly endedAt?: number;
  /** The assets and tasks that it makes. */
  readonly nodes: readonly string[];
  /** How many partitions it makes. */
  readonly partitions?: number;
  /** Its tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** How often it was begun. */
  readonly attempt: number;
  /** Milliseconds since its owner was last heard of; of a run that has not ended. */
  readonly silentMs?: number;
}

/** One run with its steps. */
export interface RunView extends RunRow {
  /** The steps, each after those that it waits for. */
  readonly steps: readonly StepView[];
  /** What failed at the last attempt. */
  readonly failures: readonly RunFailure[];
  /** What resuming it would do. */
  readonly resume?: { readonly makes: number; readonly keeps: number };
  /** The runs before and after it. */
  readonly previous?: string;
  /** The run that began after it. */
  readonly next?: string;
}

/** One step of a run. */
export interface StepView {
  /** Its display name. */
  readonly step: string;
  /** The assets and tasks that it makes. */
  readonly assets: readonly string[];
  /** How it is. */
  readonly status: "Waiting" | "Running" | "Success" | "Failure" | "Skipped" | "Unchanged" | "Canceled";
  /** Its attempts, each with its end, and the error of one that failed. */
  readonly attempts: readonly { readonly from: number; readonly to?: number; readonly error?: ErrorRecord }[];
  /** Whether the end of the run waited for it. */
  readonly isCritical: boolean;
  /** Names of the steps that it waits for. */
  readonly after: readonly string[];
  /** What it made, or why it did not: a short text. */
  readonly note: string;
  /** How far it is, while it runs and tells so. */
  readonly progress?: { readonly done: number; readonly total: number };
  /** What it has recorded. */
  readonly outputs: readonly {
    readonly asset: string;
    readonly partition?: string;
    readonly dataVersion: string;
    readonly eventId: number;
  }[];
}

/** One output of a run that failed. */
export interface RunFailure {
  /** The step that failed. */
  readonly step: string;
  /** The asset. */
  readonly asset?: string;
  /** The display form of its partition. */
  readonly partition?: string;
  /** When it failed. */
  readonly at: number;
  /** How often it was tried. */
  readonly tries: number;
  /** The error as it is recorded. */
  readonly failure: FailureRecord;
  /** Where to look for what was wrong; left out when the error does not tell. */
  readonly place?: FailurePlace;
  /** What it had read, by name, or `name[key]`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The steps that were skipped because of it. */
  readonly skipped: readonly string[];
  /** What to do, in a sentence. */
  readonly remedy?: string;
}

/** A stored value, or a row of one, that a step has failed for. */
export interface FailurePlace {
  /** The asset. */
  readonly asset: string;
  /** The display form of the key of its partition. */
  readonly partition?: string;
  /** The position of the row, from 0. */
  readonly row?: number;
}

/** Which lines of a log to read. */
export interface LogsQuery extends SignalOptions {
  /** The `next` of the page before. */
  readonly after?: string;
  /** At most 500; 200 unless given. */
  readonly limit?: number;
}

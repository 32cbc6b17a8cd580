/** Runs, their steps and logs. */
import type { ErrorRecord, FailureRecord, RunKind, RunStatus } from "../../storage/types.ts";
import type { SignalOptions } from "./common.ts";

export interface RunsQuery extends SignalOptions {
  /** Only runs that began before this time. */
  readonly before?: number;
  /** At most 500; 50 unless given. */
  readonly limit?: number;
  readonly status?: RunStatus;
}

export interface RunRow {
  readonly runId: string;
  readonly status: RunStatus;
  readonly kind: RunKind;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly nodes: readonly string[];
  /** How many partitions it makes. */
  readonly partitions?: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly attempt: number;
  /** Milliseconds since its owner was last heard of; of a run that has not ended. */
  readonly silentMs?: number;
}

export interface RunView extends RunRow {
  readonly steps: readonly StepView[];
  readonly failures: readonly RunFailure[];
  /** What resuming it would do. */
  readonly resume?: { readonly makes: number; readonly keeps: number };
  /** The runs before and after it. */
  readonly previous?: string;
  readonly next?: string;
}

export interface StepView {
  readonly step: string;
  readonly assets: readonly string[];
  readonly status: "Waiting" | "Running" | "Success" | "Failure" | "Skipped" | "Unchanged" | "Canceled";
  /** Its attempts, each with its end, and the error of one that failed. */
  readonly attempts: readonly { readonly from: number; readonly to?: number; readonly error?: ErrorRecord }[];
  /** Whether the end of the run waited for it. */
  readonly isCritical: boolean;
  /** Names of the steps that it waits for. */
  readonly after: readonly string[];
  /** What it made, or why it did not: a short text. */
  readonly note: string;
  readonly progress?: { readonly done: number; readonly total: number };
  readonly outputs: readonly {
    readonly asset: string;
    readonly partition?: string;
    readonly dataVersion: string;
    readonly eventId: number;
  }[];
}

export interface RunFailure {
  readonly step: string;
  readonly asset?: string;
  readonly partition?: string;
  readonly at: number;
  readonly tries: number;
  readonly failure: FailureRecord;
  /** What it had read, by name, or `name[key]`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The steps that were skipped because of it. */
  readonly skipped: readonly string[];
  /** What to do, in a sentence. */
  readonly remedy?: string;
}

export interface LogsQuery extends SignalOptions {
  readonly after?: string;
  /** At most 500; 200 unless given. */
  readonly limit?: number;
}

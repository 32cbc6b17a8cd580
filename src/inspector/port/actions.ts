/** Actions: what they would do, and doing it. */
import type { ErrorCode } from "../../errors.ts";
import type { Shown } from "../show.ts";
import type { SignalOptions } from "./common.ts";

/** Something to do. With partitions that are not named, all of them; the same action is planned and done. */
export type Action =
  | {
      readonly type: "materialize" | "backfill";
      readonly selection: readonly string[];
      readonly partitions?: readonly string[];
      readonly includeUpstream?: boolean;
      /** Only what is so, in place of naming it. */
      readonly only?: "missing" | "stale" | "failed";
    }
  | { readonly type: "resume"; readonly runId: string; readonly force?: boolean }
  /** `end` sets the outcome of a run that nobody makes any more to `Canceled`. */
  | { readonly type: "cancel" | "end"; readonly runId: string }
  | { readonly type: "observe"; readonly selection: readonly string[] }
  /** Materializes what the conditions ask for. */
  | { readonly type: "automate" }
  | { readonly type: "write"; readonly asset: string; readonly partition?: string; readonly value: Shown }
  | { readonly type: "rollback"; readonly asset: string; readonly partition?: string; readonly version: number }
  | { readonly type: "delete"; readonly keys: readonly string[] }
  | { readonly type: "prune"; readonly before: number }
  /** Asks the browser to keep what is stored. */
  | { readonly type: "persist" };

/** What an action would do. */
export interface PlanView {
  /** One sentence that says what would happen. */
  readonly summary: string;
  /** What would be made, the steps of one function for one reason as one. */
  readonly steps: readonly PlanStep[];
  /** How many steps there are; `steps` has at most 500. */
  readonly total: number;
  /** What else there is to know, such as what others make already. */
  readonly notes: readonly string[];
  /** What it took the last time, in milliseconds, as far as that is known. */
  readonly estimateMs?: number;
  /** Why it cannot be done. */
  readonly refused?: { readonly code: ErrorCode; readonly message: string };
}

/** The steps of one function that would run for one reason. */
export interface PlanStep {
  /** The name of the function. */
  readonly step: string;
  /** The assets and tasks that it makes. */
  readonly assets: readonly string[];
  /** How many partitions it makes; left out without partitions. */
  readonly partitions?: number;
  /** Why it would run: see `PlannedStep`. `running`: a run or a backfill makes it already. */
  readonly why: "missing" | "stale" | "failed" | "requested" | "unchanged" | "running";
  /** The reason as a sentence. */
  readonly reason: string;
}

/** Options of `act`. */
export interface ActOptions extends SignalOptions {
  /** Names the action, so that a second press does nothing. */
  readonly id?: string;
  /** Who does it: recorded as the tag `edgewater/actor` of the run. */
  readonly actor?: string;
}

/** An action that was begun or done. */
export interface Acted {
  /** The run that it has begun, or is about; of a backfill, its first run. */
  readonly runId?: string;
  /** What was done, when it is done at once. */
  readonly summary?: string;
}

/** Options of `import`. */
export interface ImportQuery extends SignalOptions {
  /** Whether there may be records already: then those stay, and others are added; false unless given. */
  readonly merge?: boolean;
  /** Checks the file and tells what is in it, and imports nothing; false unless given. */
  readonly dryRun?: boolean;
}

/** What was imported, or would be. */
export interface ImportView {
  /** Number of events in the file. */
  readonly events: number;
  /** Number of runs in the file. */
  readonly runs: number;
  /** Number of values that were imported, or were there already. */
  readonly values: number;
  /** The bytes of these values. */
  readonly bytes: number;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

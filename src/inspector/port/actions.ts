/** Actions: what they would do, and doing it. */
import type { ErrorCode } from "../../errors.ts";
import type { Shown } from "../show.ts";
import type { SignalOptions } from "./common.ts";

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

export interface PlanView {
  /** One sentence that says what would happen. */
  readonly summary: string;
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

export interface PlanStep {
  readonly step: string;
  readonly assets: readonly string[];
  readonly partitions?: number;
  readonly why: "missing" | "stale" | "failed" | "requested" | "unchanged" | "running";
  readonly reason: string;
}

export interface ActOptions extends SignalOptions {
  /** Names the action, so that a second press does nothing. */
  readonly id?: string;
  /** Who does it: recorded as the tag `edgewater/actor` of the run. */
  readonly actor?: string;
}

export interface Acted {
  readonly runId?: string;
  /** What was done, when it is done at once. */
  readonly summary?: string;
}

export interface ImportQuery extends SignalOptions {
  readonly merge?: boolean;
  readonly dryRun?: boolean;
}

export interface ImportView {
  readonly events: number;
  readonly runs: number;
  readonly values: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

import type { MaterializationEvent } from "../storage/types.ts";

/** What a run tells while it goes on. */
export type ProgressEvent =
  | { readonly type: "run-start"; readonly runId: string; readonly steps: readonly string[] }
  | { readonly type: "step-start"; readonly runId: string; readonly step: string }
  | {
      readonly type: "step-success";
      readonly runId: string;
      readonly step: string;
      readonly durationMs: number;
      readonly materialization: MaterializationEvent;
    }
  | { readonly type: "step-failure"; readonly runId: string; readonly step: string; readonly durationMs: number; readonly error: unknown }
  | { readonly type: "step-skipped"; readonly runId: string; readonly step: string; readonly because: string }
  | { readonly type: "run-end"; readonly runId: string; readonly success: boolean; readonly durationMs: number };

export type OnProgress = (event: ProgressEvent) => void;

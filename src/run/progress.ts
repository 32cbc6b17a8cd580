import type { StoredEvent } from "../storage/types.ts";

/**
 * What a run tells while it goes on. A step is named as people read it: the asset, task or multi-asset, and its
 * partitions in brackets. Durations are in milliseconds.
 */
export type ProgressEvent =
  | { readonly type: "run-start"; readonly runId: string; readonly steps: readonly string[] }
  | { readonly type: "step-start"; readonly runId: string; readonly step: string }
  /** An output was written and recorded, or only recorded. */
  | { readonly type: "output"; readonly runId: string; readonly step: string; readonly event: StoredEvent }
  | { readonly type: "step-retry"; readonly runId: string; readonly step: string; readonly error: unknown; readonly retry: number }
  | { readonly type: "step-success"; readonly runId: string; readonly step: string; readonly durationMs: number }
  | { readonly type: "step-failure"; readonly runId: string; readonly step: string; readonly durationMs: number; readonly error: unknown }
  | { readonly type: "step-skipped"; readonly runId: string; readonly step: string; readonly because: string }
  | { readonly type: "run-end"; readonly runId: string; readonly success: boolean; readonly durationMs: number };

export type OnProgress = (event: ProgressEvent) => void;

import type { Metadata } from "../metadata/metadata-value.ts";
import type { RetryPolicy } from "../retry.ts";
import type { StoredEvent } from "../storage/types.ts";
import type { CommitEnvironment } from "./commit.ts";
import type { Outcome } from "./executor.ts";
import type { Step } from "./plan.ts";
import type { OnProgress } from "./progress.ts";
import type { StepRetries } from "./retry.ts";

/** What a step needs of its run and its repository. */
export interface StepEnvironment extends CommitEnvironment {
  /** For computations without a policy of their own. */
  readonly retry: RetryPolicy | undefined;
  readonly tell: OnProgress;
  /** What an earlier try of the same run has recorded, by the ids of outputs: it is not made again. */
  readonly recorded?: ReadonlyMap<string, StoredEvent> | undefined;
}

/** One step that is going on: what its function has said so far, and what of it has ended. */
export interface OngoingStep {
  readonly step: Step;
  readonly environment: StepEnvironment;
  readonly retries: StepRetries;
  /** By the ids of its outputs. */
  readonly outcomes: Map<string, Outcome>;
  readonly inputDataVersions: Record<string, string>;
  metadata: Metadata;
  dataVersion: string | undefined;
}

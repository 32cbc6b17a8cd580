import type { Metadata } from "../asset/metadata-value.ts";

/** How a run stands. */
export type RunStatus = "Started" | "Success" | "Failure" | "Canceled";

/** One run: a selection of assets that were made together. Times are milliseconds since 1970-01-01T00:00:00Z. */
export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  /** The assets and tasks of the run, in the order of their dependencies. */
  readonly nodeNames: readonly string[];
  readonly startTime: number;
  /** Undefined while it runs. */
  readonly endTime: number | undefined;
}

/** One successful write of one asset or task. */
export interface MaterializationEvent {
  /** Grows with every event of a Storage. */
  readonly id: number;
  readonly eventType: "Materialization";
  /** Name of the asset or task. */
  readonly assetKey: string;
  readonly runId: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** Names the content: equal content has an equal version. */
  readonly dataVersion: string;
  /** The versions of the inputs that it was made from, by name of the input's asset; unknown ones are left out. */
  readonly inputDataVersions: Readonly<Record<string, string>>;
  /** What the asset and its handler said of it. */
  readonly metadata: Metadata;
}

/** An event before the Storage has numbered it. */
export type NewEvent = Omit<MaterializationEvent, "id">;

/** What one commit writes: everything, or nothing. */
export interface Batch {
  /** Runs to add, or to replace by their `runId`. */
  readonly runs?: readonly RunRecord[];
  readonly events?: readonly NewEvent[];
}

export interface EventsOptions {
  /** At most so many; 100 unless given. */
  readonly limit?: number;
}

export interface RunsOptions {
  readonly limit?: number;
  readonly status?: RunStatus;
}

/**
 * The record of what happened: runs and materializations, never the values of assets. Every method returns a promise;
 * what is not there is `undefined`.
 *
 * Obligations: a commit is atomic; what it wrote is seen by every later read; events are never dropped; a closed
 * Storage refuses every call with `Closed`; closing twice is fine.
 */
export interface Storage extends AsyncDisposable {
  /** What it is, for messages: no secret. */
  readonly name: string;
  /** Writes a batch as a whole and returns its events, numbered. */
  readonly commit: (batch: Batch) => Promise<readonly MaterializationEvent[]>;
  readonly getRun: (runId: string) => Promise<RunRecord | undefined>;
  /** Newest first. */
  readonly getRuns: (options?: RunsOptions) => Promise<readonly RunRecord[]>;
  /** Newest first. */
  readonly getEventsForAsset: (assetKey: string, options?: EventsOptions) => Promise<readonly MaterializationEvent[]>;
  /** Oldest first. */
  readonly getEventsForRun: (runId: string) => Promise<readonly MaterializationEvent[]>;
  readonly getLatestMaterialization: (assetKey: string) => Promise<MaterializationEvent | undefined>;
  readonly close: () => Promise<void>;
}

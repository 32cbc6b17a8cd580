import type { Repository } from "edgewater";
import { many } from "./executors-assets.ts";

/** A run of an engine. */
export interface EngineRun extends AsyncDisposable {
  /** Makes the assets as a run. */
  readonly make: (repository: Repository, runId: string) => Promise<void>;
}

/** Starts an engine, with a database of its own if it wants one. */
export type StartEngine = (database: string) => Promise<EngineRun>;

/** The steps of a run. */
export const selection: readonly string[] = many.map(({ name }) => name);

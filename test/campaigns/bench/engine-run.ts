import { join } from "node:path";
import { type Repository, type RepositoryOptions, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { many, openPlace } from "./executors-assets.ts";

/** Where a run is: all that a process needs to open its repository. */
export interface EnginePlace {
  /** The URL of the Postgres with the records. */
  readonly records: string;
  /** The folder of the values. */
  readonly values: string;
}

/** A run of an engine. */
export interface EngineRun extends AsyncDisposable {
  /** Makes the assets as a run. */
  readonly make: (repository: Repository, runId: string) => Promise<void>;
}

/** Starts an engine, with a database of its own if it wants one, and what makes steps of a place in other processes. */
export type StartEngine = (database: string, place: EnginePlace) => Promise<EngineRun>;

/** The steps of a run. */
export const selection: readonly string[] = many.map(({ name }) => name);

/** Opens the repository of a place. */
export function openEnginePlace({ records, values }: EnginePlace, options: Partial<RepositoryOptions> = {}): Promise<Repository> {
  const store = new LocalStore(join(values, "values"), { reach: "anywhere" });
  return openPlace(values, records, { ioHandler: new SuperJsonIOHandler({ store }), ...options });
}

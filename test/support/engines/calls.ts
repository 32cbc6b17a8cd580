/** Runs that tests hand to an engine of this process, whose handlers take them from here: each attempt stands for a process. */
import type { MaterializeOptions, Repository, RunResult } from "edgewater";

/** What an attempt makes a run with. */
export interface Call {
  readonly repository: Repository;
  readonly options: MaterializeOptions;
}

interface Waiting extends Call, PromiseWithResolvers<RunResult> {}

/** The runs that tests wait for, by their ids. */
export class Calls {
  readonly #waiting = new Map<string, Waiting>();

  /** Waits until an attempt of the engine has made a run, or has failed. */
  add(runId: string, call: Call): Promise<RunResult> {
    const waiting = { ...call, ...Promise.withResolvers<RunResult>() };
    this.#waiting.set(runId, waiting);
    return waiting.promise;
  }

  /**
   * Makes a run in an attempt of the engine. Rejects when no test waits for the run, or when the attempt fails: then the engine tries
   * again, with the repository with which the test asks again.
   */
  async attempt(runId: string, make: (call: Call) => Promise<RunResult>): Promise<RunResult> {
    const waiting = this.#waiting.get(runId);
    if (waiting === undefined) throw new Error(`No process makes the run ${runId}`);
    try {
      const result = await make(waiting);
      this.#waiting.delete(runId);
      waiting.resolve(result);
      return result;
    } catch (error) {
      if (this.#waiting.get(runId) === waiting) this.#waiting.delete(runId);
      waiting.reject(error);
      throw error;
    }
  }
}

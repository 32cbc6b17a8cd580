/** Engines for tests, in this process: they deliver, repeat, lose, remember and suspend as real ones do. */

import { EdgewaterError } from "../../errors.ts";
import { durable } from "../../executors/durable.ts";
import { remote } from "../../executors/remote.ts";
import type { ObjectStore } from "../../object-store/types.ts";
import type { Repository } from "../../repository/repository.ts";
import type { MaterializeOptions } from "../../repository/types.ts";
import type { Executor } from "../../run/executor.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import type { RunResult } from "../../run/run.ts";
import type { Storage } from "../../storage/types.ts";
import { deferred } from "../later-engines.ts";
import type { ExecutorStage } from "./check.ts";
import { openExecutorSuite } from "./suite.ts";

/** Numbers from 0 to 1, which decide what an engine does. */
export type Chance = () => number;

interface Place {
  readonly storage: Storage;
  readonly store: ObjectStore;
}

/** Runs a request in a new worker; `undefined` when the worker dies over it. */
async function inWorker(place: Place, request: StepRequest, signal: AbortSignal): Promise<StepOutcome | undefined> {
  const death = deferred<undefined>();
  const die = (): Promise<never> => {
    death.resolve(undefined);
    return new Promise(() => {});
  };
  // A worker that has died never closes.
  const worker = await openExecutorSuite({ ...place, die });
  return Promise.race([worker.runStep(request, { signal }), death.promise]);
}

/** How often a queue delivers a message again whose worker is lost. */
const mostDeliveries = 5;

/**
 * A queue: it delivers requests to workers in any order, some of them twice, and again as a later attempt when a worker is lost. It
 * is the fake of an engine, for tests of assets and of executors.
 */
export function fakeQueue(place: Place, chance: Chance = () => 1): Executor {
  return remote(
    "fake-queue",
    async (request, { signal }) => {
      for (let attempt = request.attempt; ; attempt++) {
        // Messages overtake each other.
        for (let turns = Math.floor(chance() * 4); turns > 0 && turns < 4; turns--) await new Promise((resolve) => setTimeout(resolve));
        const sent = { ...request, attempt };
        const deliveries = [inWorker(place, sent, signal)];
        if (chance() < 0.3) deliveries.push(inWorker(place, sent, signal));
        const [outcome, again] = await Promise.all(deliveries);
        // The answer of one delivery is lost, or late: either will do.
        const known = again !== undefined && again.status === "ended" ? again : outcome;
        if (known !== undefined) return known;
        if (attempt - request.attempt === mostDeliveries)
          throw new EdgewaterError("Unavailable", `The message of the step ${request.step} was delivered ${mostDeliveries} times`);
      }
    },
    { reach: "machine", maxConcurrency: 4 },
  );
}

/** What a suspended run throws. */
class Suspended extends Error {}

/** What an engine remembers of a step. */
interface Entry {
  readonly name: string;
  readonly result: unknown;
}

/**
 * An engine that remembers the results of steps, by their names or by the order of their calls, and suspends a run whenever chance
 * says so. One that remembers by the order refuses a replay whose calls are in another order, or that lacks some of them.
 */
export function fakeEngine(by: "name" | "index", chance: Chance = () => 1): Pick<ExecutorStage, "executor" | "materialize"> {
  const journals = new Map<string, Entry[]>();
  const engineOf = (runId: string): { readonly executor: Executor; readonly checkEnd: () => void } => {
    const journal = journals.get(runId) ?? [];
    journals.set(runId, journal);
    let calls = 0;
    const call = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
      const index = calls++;
      const entry = by === "name" ? journal.find((each) => each.name === name) : journal[index];
      if (entry !== undefined && entry.name !== name)
        throw new Error(`Journal mismatch: call ${index} was ${JSON.stringify(entry.name)} and is ${JSON.stringify(name)}`);
      if (entry !== undefined) return JSON.parse(JSON.stringify(entry.result)) as Result;
      if (chance() < 0.2) throw new Suspended("before the step");
      const result = await work();
      // The result of the step is lost.
      if (chance() < 0.2) throw new Suspended("after the step");
      if (by === "name") journal.push({ name, result });
      else journal[index] = { name, result };
      return result;
    };
    return {
      executor: durable(`fake-engine-by-${by}`, { step: call, ...(by === "index" && { remember: call }) }),
      checkEnd: () => {
        if (by === "index" && calls < journal.length)
          throw new Error(`Journal mismatch: ${calls} of ${journal.length} calls were repeated`);
      },
    };
  };
  const materialize = async (
    repository: Repository,
    { runId = crypto.randomUUID(), ...options }: MaterializeOptions,
  ): Promise<RunResult> => {
    while (true) {
      const { executor, checkEnd } = engineOf(runId);
      try {
        const result = await repository.materialize({ executor, ...options, runId });
        checkEnd();
        return result;
      } catch (error) {
        if (!(error instanceof Suspended)) throw error;
      }
    }
  };
  return { executor: engineOf(crypto.randomUUID()).executor, materialize };
}

/**
 * `edgewater/dbos`: runs as workflows of DBOS, a step as one of their steps.
 *
 * @module
 */
import { EdgewaterError, isEdgewaterError, thrownText } from "../../errors.ts";
import { aLimit, aNumber, checkOptions, checkValue, type OptionKinds, required, wholeNumber } from "../../options.ts";
import type { Executor } from "../../run/executor.ts";
import type { StepOutcome } from "../../run/protocol.ts";
import { Semaphore } from "../../run/semaphore.ts";
import { durable } from "../durable.ts";

/** The class `DBOS` of its SDK, as far as it is used here. */
export interface DBOSSteps {
  /** Runs a step of the workflow, unless the database has its result. */
  runStep<Value>(work: () => Promise<Value>, config: DBOSStepConfig): Promise<Value>;
  /** Whether a workflow calls, outside of its steps. */
  isInWorkflow(): boolean;
  /** The attempt of the step that is running. */
  readonly stepStatus: { readonly currentAttempt?: number } | undefined;
}

/** How `DBOS.runStep` runs a step. */
export interface DBOSStepConfig extends DBOSRetries {
  /** The name of the step. */
  readonly name: string;
  /** Whether a step that throws is tried again. */
  readonly retriesAllowed: boolean;
  /** Whether an error is worth another attempt. */
  readonly shouldRetry: (error: unknown) => boolean;
}

/** How DBOS tries a step again whose end could not be recorded, such as while the Storage cannot be reached. */
export interface DBOSRetries {
  /** The most attempts, from 1; 8 unless given, which take two minutes. After the last one the step has failed. */
  readonly maxAttempts?: number;
  /** The wait before the second attempt, in seconds; 1 unless given. */
  readonly intervalSeconds?: number;
  /** How many times longer each wait is than the one before; 2 unless given. */
  readonly backoffRate?: number;
}

/** Options of {@link dbos}. */
export interface DBOSOptions extends DBOSRetries {
  /** How many steps are made at the same time with this executor; 8 unless given. */
  readonly maxConcurrency?: number;
}

const anEngine = required({
  expected: "the class DBOS of @dbos-inc/dbos-sdk",
  accepts: (value) => ["runStep", "isInWorkflow"].every((name) => typeof Reflect.get(Object(value), name) === "function"),
});
const kinds: OptionKinds<DBOSOptions> = {
  maxConcurrency: aLimit,
  maxAttempts: wholeNumber(1),
  intervalSeconds: aNumber,
  backoffRate: aNumber,
};

/**
 * An executor for a workflow of DBOS. Each step is a step of the workflow, whose row holds a few hundred bytes and no value. When
 * the process is killed, DBOS calls the workflow again, and the run goes on: what is recorded is not made again.
 *
 * Pass the id of the workflow as `runId`.
 *
 * @param engine the class `DBOS` of `@dbos-inc/dbos-sdk`
 * @throws `SettingsError` for an invalid argument; the run is suspended with `NotSupported` when no workflow calls `materialize`
 *
 * @example
 * ```ts
 * const pipeline = DBOS.registerWorkflow(
 *   async () => {
 *     const { success } = await repository.materialize({ runId: DBOS.workflowID, executor: dbos(DBOS), raiseOnError: false });
 *     return success;
 *   },
 *   { name: "pipeline" },
 * );
 * ```
 */
export function dbos(engine: DBOSSteps, options: DBOSOptions = {}): Executor {
  checkValue("dbos", "engine", engine, anEngine);
  checkOptions("dbos", options, kinds);
  const { maxConcurrency = 8, maxAttempts = 8, intervalSeconds = 1, backoffRate = 2 } = options;
  const line = new Semaphore(maxConcurrency);
  return durable("dbos", {
    step: async (name, work) => {
      if (!engine.isInWorkflow()) throw outsideWorkflow(name);
      const attempt = async (): Promise<StepOutcome | GivenUp> => {
        try {
          return await line.run(work);
        } catch (error) {
          const isLast = engine.stepStatus?.currentAttempt === maxAttempts;
          if (!isLast || !mayRetry(error)) throw error;
          return { givenUp: thrownText(error).slice(0, longestText) };
        }
      };
      const config = { name, retriesAllowed: true, maxAttempts, intervalSeconds, backoffRate, shouldRetry: mayRetry };
      const made = await engine.runStep(attempt, config);
      return "givenUp" in made ? work.fail(lastError(name, made)) : made;
    },
  });
}

/** What DBOS remembers of a step whose last attempt has failed. */
interface GivenUp {
  readonly givenUp: string;
}

/** The longest text that DBOS remembers of an error, in characters. */
const longestText = 300;

/** Whether another attempt may help: not for a run that was canceled or taken over with force. */
function mayRetry(error: unknown): boolean {
  return !isEdgewaterError(error, "TakenOver");
}

function lastError(step: string, { givenUp }: GivenUp): EdgewaterError<"Unavailable"> {
  return new EdgewaterError(
    "Unavailable",
    `Cannot end the step ${JSON.stringify(step)} with dbos: its last attempt has failed: ${givenUp}`,
  );
}

function outsideWorkflow(step: string): EdgewaterError<"NotSupported"> {
  const message = `Cannot run the step ${JSON.stringify(step)} with dbos: no DBOS workflow calls, so DBOS would not remember it; call materialize, with the same runId, in a function that was registered with DBOS.registerWorkflow`;
  return new EdgewaterError("NotSupported", message);
}

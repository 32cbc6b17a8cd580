/**
 * `edgewater/dbos`: runs as workflows of DBOS, a step as one of their steps.
 *
 * @module
 */
import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { aNumber, checkOptions, checkValue, type OptionKinds, required, wholeNumber, withMethods } from "../../options.ts";
import type { Executor } from "../../run/executor.ts";
import type { StepOutcome } from "../../run/protocol.ts";
import { durable, type GivenUp, givenUp } from "../durable.ts";

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
export interface DBOSStepConfig extends DBOSOptions {
  /** The name of the step. */
  readonly name: string;
  /** Whether a step that throws is tried again. */
  readonly retriesAllowed: boolean;
  /** Whether an error is worth another attempt. */
  readonly shouldRetry: (error: unknown) => boolean;
}

/** How DBOS tries a step again whose worker cannot record its end, such as while the Storage cannot be reached. */
export interface DBOSOptions {
  /** The most attempts, from 1; 5 unless given. After the last one the step has failed. */
  readonly maxAttempts?: number;
  /** The wait before the second attempt, in seconds; 1 unless given. */
  readonly intervalSeconds?: number;
  /** How many times longer each wait is than the one before; 2 unless given. */
  readonly backoffRate?: number;
}

const kinds: OptionKinds<DBOSOptions> = { maxAttempts: wholeNumber(1), intervalSeconds: aNumber, backoffRate: aNumber };

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
  // The class is a function, which is no object to the checks.
  const kind = withMethods("the class DBOS of @dbos-inc/dbos-sdk", "runStep", "isInWorkflow");
  checkValue("dbos", "engine", engine, required({ ...kind, accepts: (value) => kind.accepts(Object(value)) }));
  checkOptions("dbos", options, kinds);
  const { maxAttempts = 5, intervalSeconds = 1, backoffRate = 2 } = options;
  const shouldRetry = (error: unknown): boolean => !isEdgewaterError(error, "TakenOver");
  return durable("dbos", {
    step: (name, work) => {
      if (!engine.isInWorkflow()) throw outsideWorkflow(name);
      const attempt = async (): Promise<StepOutcome | GivenUp> => {
        try {
          return await work();
        } catch (error) {
          const isLast = (engine.stepStatus?.currentAttempt ?? 1) >= maxAttempts;
          if (isLast && shouldRetry(error)) return givenUp(error);
          throw error;
        }
      };
      return engine.runStep(attempt, { name, retriesAllowed: true, maxAttempts, intervalSeconds, backoffRate, shouldRetry });
    },
  });
}

function outsideWorkflow(step: string): EdgewaterError<"NotSupported"> {
  const message = `Cannot run the step ${JSON.stringify(step)} with dbos: no DBOS workflow calls, so DBOS would not remember it; call materialize, with the same runId, in a function that was registered with DBOS.registerWorkflow`;
  return new EdgewaterError("NotSupported", message);
}

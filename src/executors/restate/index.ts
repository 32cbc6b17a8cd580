/**
 * `edgewater/restate`: runs as handlers of Restate, a step as an entry of their journals.
 *
 * @module
 */
import { EdgewaterError, thrownText } from "../../errors.ts";
import {
  aFunction,
  aLimit,
  aNumber,
  checkOptions,
  checkValue,
  type OptionKinds,
  required,
  wholeNumber,
  withMethods,
} from "../../options.ts";
import type { Executor } from "../../run/executor.ts";
import type { StepOutcome } from "../../run/protocol.ts";
import { Semaphore } from "../../run/semaphore.ts";
import { durable } from "../durable.ts";

/** A promise of Restate's SDK, as far as it is used here. */
export interface RestateRun<Value> extends PromiseLike<Value> {
  /** A promise of what a function makes of the value, or of the error of the last attempt. */
  map<Mapped>(mapper: (value?: Value, failure?: Error) => Mapped): PromiseLike<Mapped>;
}

/** The context that Restate's SDK passes to a handler, as far as it is used here. */
export interface RestateContext {
  /** Runs an action, unless the journal has its result. */
  run<Value>(name: string, action: () => Promise<Value>, options: RestateRetries): RestateRun<Value>;
  /** The request, with what tells that Restate has left this attempt of the handler. */
  request(): { readonly attemptCompletedSignal: AbortSignal };
}

/** `RestatePromise` of Restate's SDK, as far as it is used here. */
export interface RestatePromises {
  /** Waits for several promises in a way that Restate can replay. */
  all(promises: readonly PromiseLike<unknown>[]): PromiseLike<readonly unknown[]>;
}

/** How Restate tries a step again whose end could not be recorded, such as while the Storage cannot be reached. */
export interface RestateRetries {
  /** The most attempts, from 1; 20 unless given, which take two minutes. After the last one the step has failed. */
  readonly maxRetryAttempts?: number | undefined;
  /** The wait before the second attempt, in milliseconds; 50 unless given. */
  readonly initialRetryInterval?: number | undefined;
  /** The longest wait, in milliseconds; 10,000 unless given. */
  readonly maxRetryInterval?: number | undefined;
  /** How many times longer each wait is than the one before; 2 unless given. */
  readonly retryIntervalFactor?: number | undefined;
}

/** Options of {@link restate}. */
export interface RestateOptions extends RestateRetries {
  /** How many steps of the run are made at the same time, in the process that the handler runs in; 8 unless given. */
  readonly maxConcurrency?: number | undefined;
}

const kinds: OptionKinds<RestateOptions> = {
  maxConcurrency: aLimit,
  maxRetryAttempts: wholeNumber(1),
  initialRetryInterval: aNumber,
  maxRetryInterval: aNumber,
  retryIntervalFactor: aNumber,
};
const aContext = required(withMethods("the context of a Restate handler", "run", "request"));
const allKind = required({ ...aFunction, expected: "RestatePromise.all of @restatedev/restate-sdk" });

/** The attempts that a step has unless told. */
const defaultAttempts = 20;

/**
 * An executor for a handler of Restate. Each step is an entry of its journal, which holds a few hundred bytes and no value. When
 * the service is killed, Restate calls the handler again elsewhere, and the run goes on: what is recorded is not made again.
 *
 * Pass the key of the workflow as `runId`. Pass `raiseOnError: false` and return the result: an error that the handler throws makes
 * Restate call it again.
 *
 * @param context the context of the handler
 * @param all `RestatePromise.all`: the SDK cannot wait for several steps with `Promise.all`
 * @throws `SettingsError` for an invalid argument
 *
 * @example
 * ```ts
 * const pipeline = workflow({
 *   name: "pipeline",
 *   handlers: {
 *     run: async (context: WorkflowContext) => {
 *       const executor = restate(context, RestatePromise.all);
 *       const { success } = await repository.materialize({ runId: context.key, executor, raiseOnError: false });
 *       return success;
 *     },
 *   },
 * });
 * ```
 */
export function restate(context: RestateContext, all: RestatePromises["all"], options: RestateOptions = {}): Executor {
  checkValue("restate", "context", context, aContext);
  checkValue("restate", "all", all, allKind);
  if (all === Promise.all) throw nativeAll();
  checkOptions("restate", options, kinds);
  const { maxConcurrency = 8, maxRetryAttempts = defaultAttempts, ...others } = options;
  const retries = { ...others, maxRetryAttempts };
  const line = new Semaphore(maxConcurrency);
  const { attemptCompletedSignal: signal } = context.request();
  return durable("restate", {
    // The SDK waits for the promise that the mapper returns.
    step: (name, work) => {
      const made = context.run(name, () => line.run(work), retries);
      return made.map((outcome, failure) => outcome ?? work.fail(lastError(name, failure))) as PromiseLike<StepOutcome>;
    },
    all: (steps) => all(steps) as PromiseLike<readonly StepOutcome[]>,
    remember: (name, make) => context.run(name, make, {}),
    signal,
  });
}

function lastError(step: string, failure: unknown): EdgewaterError<"Unavailable"> {
  const message = `Cannot end the step ${JSON.stringify(step)} with restate: its last attempt has failed: ${thrownText(failure)}`;
  return new EdgewaterError("Unavailable", message, { cause: failure });
}

function nativeAll(): EdgewaterError<"SettingsError"> {
  const message = "Invalid all of restate: Promise.all; expected RestatePromise.all, because Restate can only replay what waits with it";
  return new EdgewaterError("SettingsError", message, { field: "all" });
}

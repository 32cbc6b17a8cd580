/**
 * `edgewater/durable`: runs as workflows of any engine that remembers the results of named steps.
 *
 * @module
 */
import { abortedError, EdgewaterError, isEdgewaterError } from "../errors.ts";
import { aFunction, aName, checkValue, required, withMethods } from "../options.ts";
import type { Execution, Executor, Outcome, Outcomes } from "../run/executor.ts";
import { outputIds, type Plan, type Step } from "../run/plan.ts";
import type { StepOutcome, StepRequest } from "../run/protocol.ts";

/** What an engine calls to make a step here, and what it may do with one that it gives up. */
export interface DurableWork {
  /**
   * Makes the step, taking it over from any earlier attempt, and resolves when its success or its failure is recorded. Rejects when
   * nothing could be recorded: the engine tries again, except after `TakenOver`, because then the run is not this engine's any more.
   *
   * @param options `isLast` when the engine will not try again: then what would be rejected is recorded as the failure of the step
   */
  (options?: { readonly isLast?: boolean }): Promise<StepOutcome>;
  /**
   * Ends a step whose last attempt was lost, such as one that took longer than the engine allows: records the error as its failure,
   * unless it has ended. Rejects with the error when that cannot be recorded.
   */
  readonly fail: (error: unknown) => Promise<StepOutcome>;
  /** The recorded outcome of the step; `undefined` while it has not ended. */
  readonly outcome: () => Promise<StepOutcome | undefined>;
}

/** An engine that remembers the results of named steps, and replays a run from them. */
export interface Durable<Handle extends PromiseLike<StepOutcome> = PromiseLike<StepOutcome>> {
  /**
   * Runs a step of the engine, or returns what it remembers of it: an outcome, JSON of 1 KiB at most. `work` makes the step here; an
   * engine that makes it elsewhere sends the request to `repository.runStep`. What it rejects with suspends the run.
   */
  readonly step: (name: string, work: DurableWork, request: StepRequest) => Handle;
  /** Waits for several steps; `Promise.all` unless given. */
  readonly all?: ((handles: readonly Handle[]) => PromiseLike<readonly StepOutcome[]>) | undefined;
  /**
   * Of an engine that knows steps by the order of their calls and demands every one of them in a replay: remembers a value. It
   * remembers the plan, with which the calls of a run that has ended are repeated.
   */
  readonly remember?: ((name: string, make: () => Promise<string | null>) => PromiseLike<string | null>) | undefined;
  /** Aborted when the engine has left this attempt to make the run, so that calls never return: the run is suspended. */
  readonly signal?: AbortSignal | undefined;
}

/** The name under which an engine remembers the plan. Names of steps begin with a number. */
const planName = "plan";

/** The most bytes that an engine remembers of a step. */
const mostBytes = 1024;

/**
 * An executor for an engine with named durable steps. The steps run in waves in the order of the plan, so that the calls of the
 * engine depend on the plan and on what it remembers, and on nothing else. The run is kept with its plan until it ends: begin it
 * and go on with it by `repository.materialize({ runId, executor })`, with the id that the engine has for it.
 *
 * @param name the name of the engine, for error messages
 * @throws `SettingsError` for an engine without the method `step`
 *
 * @example
 * ```ts
 * import { durable } from "edgewater/durable";
 *
 * const remembered = new Map<string, string>();
 * const executor = durable("a Map", {
 *   step: async (name, work) => {
 *     if (!remembered.has(name)) remembered.set(name, JSON.stringify(await work()));
 *     return JSON.parse(remembered.get(name) ?? "");
 *   },
 * });
 * await repository.materialize({ runId: "2024-01-31", executor });
 * ```
 */
export function durable<Handle extends PromiseLike<StepOutcome>>(name: string, engine: Durable<Handle>): Executor {
  checkValue("durable", "name", name, required(aName));
  checkValue("durable", "engine", engine, required(withMethods("an engine that remembers named steps", "step")));
  checkValue("durable", "engine.all", engine.all, aFunction);
  const { remember, signal } = engine;
  const execute = async (execution: Execution): Promise<Outcomes> => {
    await remember?.(planName, execution.keptPlan);
    return runInWaves(name, engine, execution);
  };
  const replay: Executor["replay"] = async (executionOf) => {
    const kept = await remember?.(planName, async () => null);
    if (typeof kept === "string") await runInWaves(name, engine, executionOf(kept));
  };
  return {
    name,
    reach: "anywhere",
    keepsRuns: true,
    execute: (execution) => unlessLeft(signal, execute(execution)),
    ...(remember && { replay: (executionOf) => unlessLeft(signal, replay(executionOf)) }),
  };
}

/** What a call returns, unless the engine leaves the attempt before. @throws `Aborted` then */
function unlessLeft<Value>(signal: AbortSignal | undefined, call: Promise<Value>): Promise<Value> {
  if (signal === undefined) return call;
  let leave = (): void => undefined;
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(abortedError(signal));
  });
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  return Promise.race([call, left]).finally(() => signal.removeEventListener("abort", leave));
}

async function runInWaves<Handle extends PromiseLike<StepOutcome>>(
  name: string,
  { step: call, all = (handles) => Promise.all(handles) }: Durable<Handle>,
  execution: Execution,
): Promise<Outcomes> {
  const { plan, requestOf, settle } = execution;
  const outcomes = new Map<string, Outcome>();
  const makers = new Map(plan.flatMap((step) => outputIds(step).map((id) => [id, step.label] as const)));
  for (const wave of wavesOf(plan)) {
    const ready: Step[] = [];
    for (const step of wave) {
      const because = step.after.find((id) => outcomes.get(id)?.status !== "success");
      if (because === undefined) ready.push(step);
      else for (const [id, outcome] of execution.skipStep(step, makers.get(because) ?? because)) outcomes.set(id, outcome);
    }
    if (ready.length === 0) continue;
    const requests = await Promise.all(ready.map((step) => requestOf(step)));
    const ended = await all(
      requests.map((request, index) => call(request.step, workOf(name, ready[index] as Step, request, execution), request)),
    );
    const settled = await Promise.all(ended.map((outcome, index) => settle(ready[index] as Step, outcome)));
    for (const each of settled) for (const [id, outcome] of each) outcomes.set(id, outcome);
  }
  return outcomes;
}

/** The work of a step. */
function workOf(name: string, step: Step, request: StepRequest, { runRequest, outcomeOf, fail: recordFailure }: Execution): DurableWork {
  const outcome = async (): Promise<StepOutcome | undefined> => {
    const known = await outcomeOf(step);
    return known?.status === "ended" ? remembered(known) : undefined;
  };
  const fail = async (error: unknown): Promise<StepOutcome> => {
    await recordFailure(step, error);
    const known = await outcome();
    if (known === undefined) throw error;
    return known;
  };
  const work = async ({ isLast = false }: { readonly isLast?: boolean } = {}): Promise<StepOutcome> => {
    let made: StepOutcome;
    try {
      made = await runRequest(request);
    } catch (error) {
      if (!isLast || isEdgewaterError(error, "TakenOver")) throw error;
      return fail(error);
    }
    if (made.status === "ended") return remembered(made);
    // An engine must not remember a step that another worker has taken over: it tries again.
    const message = `Cannot end the step ${JSON.stringify(request.step)} with ${name}: another worker has taken it over; try it again`;
    throw new EdgewaterError("Unavailable", message, { asset: request.computation });
  };
  return Object.assign(work, { fail, outcome });
}

/** What an engine remembers of a step that has ended: all of it, or if that is too long that it has ended. The records have the rest. */
function remembered(outcome: StepOutcome): StepOutcome {
  const bytes = new TextEncoder().encode(JSON.stringify(outcome)).length;
  return bytes <= mostBytes ? outcome : { ...outcome, runId: "", step: "", outputs: {} };
}

/** The steps by how many others must end before them. */
function wavesOf(plan: Plan): readonly (readonly Step[])[] {
  const waves: Step[][] = [];
  const waveOf = new Map<string, number>();
  for (const step of plan) {
    const wave = step.after.reduce((latest, id) => Math.max(latest, (waveOf.get(id) ?? -1) + 1), 0);
    for (const id of outputIds(step)) waveOf.set(id, wave);
    waves[wave] ??= [];
    waves[wave].push(step);
  }
  return waves;
}

import { abortedError, EdgewaterError, thrownText } from "../errors.ts";
import type { Execution, Executor, Outcome, Outcomes } from "../run/executor.ts";
import { outputIds, type Plan, type Step } from "../run/plan.ts";
import type { StepOutcome, StepRequest } from "../run/protocol.ts";

/** What an engine remembers of a step that it has given up: after its last attempt it returns this in place of an outcome. */
export interface GivenUp {
  /** What the last attempt has thrown. */
  readonly givenUp: string;
}

/** An engine that remembers the results of named steps, and replays a run from them. */
export interface Durable<Handle extends PromiseLike<StepOutcome | GivenUp> = PromiseLike<StepOutcome | GivenUp>> {
  /**
   * Runs a step of the engine, or returns what it remembers of it. `work` makes the step here; an engine that makes it elsewhere
   * sends the request to `repository.runStep`. What it rejects with suspends the run; a step that is given up fails, and the run
   * goes on.
   */
  readonly step: (name: string, work: () => Promise<StepOutcome>, request: StepRequest) => Handle;
  /** Waits for several steps; `Promise.all` unless given. */
  readonly all?: ((handles: readonly Handle[]) => PromiseLike<readonly (StepOutcome | GivenUp)[]>) | undefined;
  /**
   * Of an engine that knows steps by the order of their calls and demands every one of them in a replay: remembers a value. It
   * remembers the plan, with which the calls of a run that has ended are repeated.
   */
  readonly remember?: ((name: string, make: () => Promise<string | null>) => PromiseLike<string | null>) | undefined;
  /** Aborted when the engine has left this attempt to make the run, whose calls then never return: the run is suspended. */
  readonly signal?: AbortSignal | undefined;
}

/** The name under which an engine remembers the plan. Names of steps have a number before. */
const planName = "plan";

/** What a step has thrown, for an engine that gives it up. */
export function givenUp(thrown: unknown): GivenUp {
  return { givenUp: thrownText(thrown).slice(0, 300) };
}

/**
 * An executor for an engine with named durable steps. The steps run in waves in the order of the plan, so that the calls of the
 * engine depend on the plan and on what it remembers, and on nothing else. The run is kept with its plan until it ends: begin it
 * and go on with it by `repository.materialize({ runId, executor })`, with the id that the engine has for it.
 */
export function durable<Handle extends PromiseLike<StepOutcome | GivenUp>>(name: string, engine: Durable<Handle>): Executor {
  const { remember, signal } = engine;
  const run = async (execution: Execution): Promise<Outcomes> => {
    await remember?.(planName, execution.keptPlan);
    return runInWaves(name, engine, execution);
  };
  const replay = async (executionOf: (keptPlan: string) => Execution): Promise<void> => {
    const kept = await remember?.(planName, async () => null);
    if (typeof kept === "string") await runInWaves(name, engine, executionOf(kept));
  };
  return {
    name,
    reach: "anywhere",
    keepsRuns: true,
    execute: (execution) => unlessLeft(signal, run(execution)),
    ...(remember && { replay: (executionOf) => unlessLeft(signal, replay(executionOf)) }),
  };
}

/** What a call returns, unless the engine leaves the attempt before. @throws `Aborted` then */
function unlessLeft<Value>(signal: AbortSignal | undefined, call: Promise<Value>): Promise<Value> {
  if (signal === undefined) return call;
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(abortedError(signal));
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  return Promise.race([call, promise]).finally(() => signal.removeEventListener("abort", leave));
}

async function runInWaves<Handle extends PromiseLike<StepOutcome | GivenUp>>(
  name: string,
  { step: call, all = (handles) => Promise.all(handles) }: Durable<Handle>,
  execution: Execution,
): Promise<Outcomes> {
  const { plan, requestOf, runRequest, settle, fail } = execution;
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
    const ended = await all(requests.map((request) => call(request.step, () => made(name, request, runRequest), request)));
    const settled = await Promise.all(
      ended.map((outcome, index) => {
        const step = ready[index] as Step;
        return "givenUp" in outcome ? fail(step, givenUpError(name, step, outcome)) : settle(step, outcome);
      }),
    );
    for (const each of settled) for (const [id, outcome] of each) outcomes.set(id, outcome);
  }
  return outcomes;
}

function givenUpError(name: string, { label, computation }: Step, { givenUp }: GivenUp): EdgewaterError<"Unavailable"> {
  const message = `Cannot make ${JSON.stringify(label)}: ${name} has given it up after its last attempt: ${givenUp}`;
  return new EdgewaterError("Unavailable", message, { asset: computation.name });
}

/** Makes a step. An engine must not remember one that another worker has taken over: it tries again. */
async function made(name: string, request: StepRequest, runRequest: Execution["runRequest"]): Promise<StepOutcome> {
  const outcome = await runRequest(request);
  if (outcome.status === "ended") return outcome;
  const message = `Cannot end the step ${JSON.stringify(request.step)} with ${name}: another worker has taken it over; try it again`;
  throw new EdgewaterError("Unavailable", message, { asset: request.computation });
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

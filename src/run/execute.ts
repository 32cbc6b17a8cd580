import { abortedError, EdgewaterError } from "../errors.ts";
import type { Execution, Executor, Outcome, Outcomes } from "./executor.ts";
import { outputIds, type Plan, type Step } from "./plan.ts";

/** Why a step is skipped after an abort. */
export const whenAborted = "the run was aborted";

/**
 * Runs a plan with an executor. Returns an outcome for every output, whatever the executor does: when it throws, rejects or
 * forgets an output, what it did not make has failed with that error. After an abort it is not waited for.
 *
 * @throws what an executor that keeps runs throws: then the run is suspended
 */
export async function execute(
  plan: Plan,
  { executor, signal }: { readonly executor: Executor; readonly signal: AbortSignal },
  steps: Omit<Execution, "plan" | "signal">,
): Promise<Outcomes> {
  const outcomes = new Map<string, Outcome>();
  const running = new Set<Promise<unknown>>();
  let isOver = false;
  const keep = (ended: Outcomes): Outcomes => {
    for (const [id, outcome] of ended) outcomes.set(id, outcome);
    return ended;
  };
  const fail = (step: Step, error: unknown): Outcomes => all(step, { status: "failure", error });
  const skipStep = (step: Step, because: string): Outcomes =>
    isOver ? all(step, { status: "skipped", because }) : keep(steps.skipStep(step, because));
  const runStep = async (step: Step): Promise<Outcomes> => {
    if (isOver || signal.aborted) return skipStep(step, whenAborted);
    const ended = steps.runStep(step).catch((error: unknown) => fail(step, error));
    running.add(ended);
    const result = keep(await ended);
    running.delete(ended);
    return result;
  };

  let failure: { readonly error: unknown } | undefined;
  const aborted = afterAbort(signal, running);
  try {
    const executed = (async () => executor.execute({ ...steps, plan, signal, runStep, skipStep }))();
    const returned: unknown = await Promise.race([executed, aborted.promise]);
    if (returned instanceof Map) keep(returned as Outcomes);
  } catch (error) {
    failure = { error };
  } finally {
    aborted.forget();
  }
  await Promise.allSettled(running);
  if (executor.keepsRuns && (failure !== undefined || signal.aborted)) {
    isOver = true;
    throw failure === undefined ? abortedError(signal) : failure.error;
  }
  for (const step of plan) {
    if (outputIds(step).every((id) => outcomes.has(id))) continue;
    const missing = signal.aborted ? steps.skipStep(step, whenAborted) : fail(step, failure ? failure.error : forgotten(executor, step));
    for (const [id, outcome] of missing) if (!outcomes.has(id)) outcomes.set(id, outcome);
  }
  isOver = true;
  return outcomes;
}

function all(step: Step, outcome: Outcome): Outcomes {
  return new Map(outputIds(step).map((id) => [id, outcome]));
}

function forgotten({ name }: Executor, { label, computation }: Step): EdgewaterError<"DefinitionError"> {
  const message = `The executor ${JSON.stringify(name)} has returned no outcome for ${JSON.stringify(label)}; its execute must return a Map with one for each output`;
  return new EdgewaterError("DefinitionError", message, { asset: computation.name });
}

/** Resolves some time after an abort: when no step is running any more, and the executor had the time to notice. */
function afterAbort(
  signal: AbortSignal,
  running: ReadonlySet<Promise<unknown>>,
): { readonly promise: Promise<void>; readonly forget: () => void } {
  let forget = (): void => {};
  const promise = new Promise<void>((resolve) => {
    const abort = (): void => {
      Promise.allSettled(running).then(() => setTimeout(resolve));
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    forget = () => signal.removeEventListener("abort", abort);
  });
  return { promise, forget };
}

import { EdgewaterError } from "../errors.ts";
import type { Execution, Executor, Outcome, Outcomes } from "./executor.ts";
import { idsOf, type Step } from "./plan.ts";

/**
 * Runs steps in this thread: independent ones concurrently, up to a limit, in the order of the plan.
 *
 * @throws `SettingsError` when the limit is no whole number above zero
 *
 * @example
 * ```ts
 * await Repository.open({ assets, executor: inProcess({ maxConcurrency: 2 }) });
 * ```
 */
export function inProcess({ maxConcurrency = 8 }: { readonly maxConcurrency?: number } = {}): Executor {
  if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1) {
    throw new EdgewaterError("SettingsError", "maxConcurrency must be a whole number above zero", { field: "maxConcurrency" });
  }
  return { name: "in-process", execute: (execution) => schedule(execution, maxConcurrency) };
}

function schedule({ plan, signal, runStep, skipStep }: Execution, maxConcurrency: number): Promise<Outcomes> {
  const outcomes = new Map<string, Outcome>();
  const waitingFor = new Map<Step, Set<string>>();
  const dependents = new Map<string, Step[]>();
  for (const step of plan) {
    waitingFor.set(step, new Set(step.after));
    for (const id of step.after)
      dependents
        .set(id, dependents.get(id) ?? [])
        .get(id)
        ?.push(step);
  }
  const ready = plan.filter(({ after }) => after.length === 0);
  const skipped = new Set<Step>();
  const makers = new Map(plan.flatMap((step) => idsOf(step).map((id) => [id, step.label] as const)));
  let running = 0;

  /** Writes outcomes down, and what follows from them: a dependent is ready, or it and all behind it are skipped. */
  const settle = (first: Outcomes): void => {
    const settled = [...first];
    for (const [id, outcome] of settled) {
      outcomes.set(id, outcome);
      for (const dependent of dependents.get(id) ?? []) {
        if (skipped.has(dependent)) continue;
        const waiting = waitingFor.get(dependent);
        waiting?.delete(id);
        if (outcome.status !== "success") {
          skipped.add(dependent);
          settled.push(...skipStep(dependent, makers.get(id) ?? id));
        } else if (waiting?.size === 0) {
          ready.push(dependent);
        }
      }
    }
  };

  return new Promise((resolve) => {
    const advance = (): void => {
      while (ready.length > 0 && (running < maxConcurrency || signal.aborted)) {
        const step = ready.shift() as Step;
        if (signal.aborted) {
          settle(skipStep(step, "the run was aborted"));
          continue;
        }
        running++;
        runStep(step).then((ended) => {
          running--;
          settle(ended);
          advance();
        });
      }
      if (running === 0) resolve(outcomes);
    };
    advance();
  });
}

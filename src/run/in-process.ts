import { EdgewaterError } from "../errors.ts";
import { anyValue, checkOptions, describe } from "../options.ts";
import { whenAborted } from "./execute.ts";
import type { Execution, Executor, Outcome, Outcomes } from "./executor.ts";
import { outputIds, type Step } from "./plan.ts";

/**
 * An executor that runs steps in this thread, in the order of the plan: independent steps run concurrently, up to a limit.
 *
 * @throws `SettingsError` when the limit is not a whole number above zero
 *
 * @example
 * ```ts
 * await Repository.open({ assets, executor: inProcess({ maxConcurrency: 2 }) });
 * ```
 */
export function inProcess(options: { readonly maxConcurrency?: number } = {}): Executor {
  checkOptions("inProcess", options, { maxConcurrency: anyValue });
  const { maxConcurrency = 8 } = options;
  if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1) {
    const message = `Invalid maxConcurrency of inProcess: ${describe(maxConcurrency)}; expected a whole number above zero`;
    throw new EdgewaterError("SettingsError", message, { field: "maxConcurrency" });
  }
  return { name: "in-process", execute: (execution) => schedule(execution, maxConcurrency) };
}

/** Runs the steps of a plan in its order: independent ones concurrently, up to a limit. */
export function schedule({ plan, signal, runStep, skipStep }: Execution, maxConcurrency: number): Promise<Outcomes> {
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
  let next = 0;
  const skipped = new Set<Step>();
  const makers = new Map(plan.flatMap((step) => outputIds(step).map((id) => [id, step.label] as const)));
  let running = 0;

  /** Stores outcomes and their consequences: a dependent step becomes ready, or it and everything that depends on it is skipped. */
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
          for (const consequence of skipStep(dependent, makers.get(id) ?? id)) settled.push(consequence);
        } else if (waiting?.size === 0) {
          ready.push(dependent);
        }
      }
    }
  };

  return new Promise((resolve) => {
    const advance = (): void => {
      while (next < ready.length && (running < maxConcurrency || signal.aborted)) {
        const step = ready[next++] as Step;
        if (signal.aborted) {
          settle(skipStep(step, whenAborted));
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

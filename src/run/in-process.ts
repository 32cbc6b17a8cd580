import { EdgewaterError } from "../errors.ts";
import type { Execution, Executor, Outcome } from "./executor.ts";
import type { Step } from "./plan.ts";

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

function schedule({ plan, signal, runStep, onSkip }: Execution, maxConcurrency: number): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const dependents = new Map<string, Step[]>(plan.map(({ node }) => [node.name, []]));
  const waitingFor = new Map<string, number>();
  for (const step of plan) {
    waitingFor.set(step.node.name, step.after.length);
    for (const name of step.after) dependents.get(name)?.push(step);
  }
  const ready = plan.filter(({ after }) => after.length === 0);
  let running = 0;

  const skip = (step: Step, because: string): void => {
    onSkip(step, because);
    settle(step, { status: "skipped", because });
  };

  /** Writes an outcome down, and what follows from it: a dependent is ready, or it and all behind it are skipped. */
  const settle = (step: Step, outcome: Outcome): void => {
    outcomes.set(step.node.name, outcome);
    const settled = [step];
    for (const { node } of settled) {
      const isSuccess = outcomes.get(node.name)?.status === "success";
      for (const dependent of dependents.get(node.name) ?? []) {
        const { name } = dependent.node;
        const left = (waitingFor.get(name) ?? 0) - 1;
        waitingFor.set(name, left);
        if (outcomes.has(name)) continue;
        if (!isSuccess) {
          onSkip(dependent, node.name);
          outcomes.set(name, { status: "skipped", because: node.name });
          settled.push(dependent);
        } else if (left === 0) {
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
          skip(step, "the run was aborted");
          continue;
        }
        running++;
        runStep(step).then(
          (materialization) => finish(step, { status: "success", materialization }),
          (error: unknown) => finish(step, { status: "failure", error }),
        );
      }
      if (running === 0) resolve(outcomes);
    };
    const finish = (step: Step, outcome: Outcome): void => {
      running--;
      settle(step, outcome);
      advance();
    };
    advance();
  });
}

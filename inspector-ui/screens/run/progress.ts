import type { RunView, StepView } from "../../../src/inspector/inspection.ts";

/** The run with how far its running steps are, as they tell it live: that is newer than what was asked for. */
export function withProgress(run: RunView, progressOf: (step: string) => StepView["progress"]): RunView {
  let isChanged = false;
  const steps = run.steps.map((step) => {
    const progress = step.status === "Running" ? progressOf(step.step) : undefined;
    if (progress === undefined) return step;
    isChanged = true;
    return { ...step, progress };
  });
  return isChanged ? { ...run, steps } : run;
}

/** How far a step is, in percent. */
export const percentOf = ({ done, total }: NonNullable<StepView["progress"]>): number =>
  total > 0 ? Math.min(100, Math.max(0, Math.floor((done / total) * 100))) : 0;

import type { StepState } from "./steps.ts";

/**
 * The steps for which the end of a run waited: the one that ended last, of those that it waited for the one that ended last, and so
 * on up to its beginning.
 */
export function criticalSteps(states: readonly StepState[]): ReadonlySet<StepState> {
  const byName = new Map(states.map((state) => [state.step, state]));
  const critical = new Set<StepState>();
  for (let at = latest(states); at !== undefined && !critical.has(at); ) {
    critical.add(at);
    at = latest(at.after.flatMap((name) => byName.get(name) ?? []));
  }
  return critical;
}

/**
 * The step that ended last: of those that ended in the same millisecond, the last one in the order of the run. One that is running
 * ends after all others.
 */
function latest(states: readonly StepState[]): StepState | undefined {
  let found: StepState | undefined;
  for (const state of states) {
    const end = endOf(state);
    if (end !== undefined && (found === undefined || end >= (endOf(found) ?? 0))) found = state;
  }
  return found;
}

function endOf({ attempts, status }: StepState): number | undefined {
  const last = attempts.at(-1);
  if (last === undefined) return undefined;
  return status === "Running" ? Number.POSITIVE_INFINITY : (last.to ?? last.from);
}

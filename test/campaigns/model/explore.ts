/** Every state that can be reached, the nearest first. */

/** A step from one state to another. */
export interface Step<State> {
  readonly label: string;
  readonly state: State;
}

/** What was found. */
export interface Exploration {
  readonly states: number;
  /** Whether every state was reached. */
  readonly isComplete: boolean;
  /** The shortest way to each violation, by its name. */
  readonly violations: ReadonlyMap<string, readonly string[]>;
}

/** Two states with one fingerprint of 53 bits count as one. */
function fingerprint(text: string): number {
  let [high, low] = [0x12345678, 0x9abcdef0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x85ebca77);
    low = Math.imul(low ^ code, 0xc2b2ae3d) ^ (low >>> 15);
  }
  high = Math.imul(high ^ (high >>> 16), 0x27d4eb2f);
  return ((high ^ (high >>> 13)) & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

/**
 * Explores.
 *
 * @param check returns the names of what a state violates
 * @param most the largest number of states
 */
export function explore<State>(
  first: State,
  steps: (state: State) => Iterable<Step<State>>,
  check: (state: State) => readonly string[],
  most: number,
): Exploration {
  const seen = new Set([fingerprint(JSON.stringify(first))]);
  const violations = new Map<string, readonly string[]>();
  // The step that led to each state first, and the number of the state before.
  const labels: string[] = ["start"];
  const before: number[] = [-1];
  const known = new Map<string, string>();
  const way = (number: number): string[] => {
    const found: string[] = [];
    for (let at = number; at > 0; at = before[at] as number) found.push(labels[at] as string);
    return found.reverse();
  };
  let states = [{ state: first, number: 0 }];
  while (states.length > 0 && labels.length < most) {
    const next: typeof states = [];
    for (const { state, number } of states) {
      for (const step of steps(state)) {
        const mark = fingerprint(JSON.stringify(step.state));
        if (seen.has(mark)) continue;
        seen.add(mark);
        const label = known.get(step.label) ?? step.label;
        known.set(label, label);
        const own = labels.push(label) - 1;
        before.push(number);
        for (const name of check(step.state)) if (!violations.has(name)) violations.set(name, way(own));
        next.push({ state: step.state, number: own });
      }
    }
    states = next;
  }
  return { states: labels.length, isComplete: states.length === 0, violations };
}

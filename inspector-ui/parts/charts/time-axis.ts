/** The scale of a duration: round numbers of one unit. */
import { ticksOf } from "./scale.ts";

export interface TimeTick {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly label: string;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** About `count` ticks from 0 to `end` milliseconds, in the largest unit of which at least one and a half fit. */
export function timeTicks(end: number, count = 4): readonly TimeTick[] {
  const [unit, size] = units.find(([, size]) => end >= 1.5 * size) ?? ["ms", 1];
  return ticksOf([0, end / size], count).map((value) => ({ at: value * size, label: `${value} ${unit}` }));
}

/** A line without a scale, for the course of a number over versions. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { round } from "./bars.ts";

export interface Spark {
  /** The path, with a gap where a value is not known. */
  readonly path: string;
  /** The last known point, which is drawn as a dot; undefined when nothing is known. */
  readonly end?: readonly [x: number, y: number];
}

/** The sparkline of values, oldest first. */
export function sparkOf(values: readonly (number | null)[], { width = 56, height = 16, inset = 2 } = {}): Spark {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length === 0) return { path: "" };
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [inset, width - inset]);
  const [least, most] = extent(known);
  const y = least === most ? () => height / 2 : scaleLinear([least, most], [height - inset, inset]);
  const path = line<number | null>()
    .defined((value) => value !== null && Number.isFinite(value))
    .x((_, index) => x(index))
    .y((value) => y(value ?? 0))
    .digits(2);
  const last = values.findLastIndex((value) => value !== null && Number.isFinite(value));
  return { path: path(values) ?? "", end: [round(x(last)), round(y(values[last] ?? 0))] };
}

function extent(values: readonly number[]): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

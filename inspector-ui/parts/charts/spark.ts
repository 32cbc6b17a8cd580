/** A line without a scale, for the course of a number over versions. */
import { round } from "./bars.ts";
import { linear } from "./scale.ts";

export interface Spark {
  /** The path, with a gap where a value is not known. */
  readonly path: string;
  /** The last known point, which is drawn as a dot; undefined when nothing is known. */
  readonly end?: readonly [x: number, y: number];
}

/** The sparkline of values, oldest first. */
export function sparkOf(values: readonly (number | null)[], { width = 56, height = 16, inset = 2 } = {}): Spark {
  const known = values.filter(isKnown);
  if (known.length === 0) return { path: "" };
  const x = linear([0, Math.max(1, values.length - 1)], [inset, width - inset]);
  const y = linear(extent(known), [height - inset, inset]);
  const point = (index: number): readonly [number, number] => [round(x(index)), round(y(values[index] ?? 0))];
  const parts = values.map((value, index) => {
    if (!isKnown(value)) return "";
    const isFirst = !isKnown(values[index - 1]);
    // A value between two gaps is a line without length, which has round ends.
    const isAlone = isFirst && !isKnown(values[index + 1]);
    return `${isFirst ? "M" : "L"}${point(index).join(",")}${isAlone ? "Z" : ""}`;
  });
  return { path: parts.join(""), end: point(values.findLastIndex(isKnown)) };
}

const isKnown = (value: number | null | undefined): value is number => typeof value === "number" && Number.isFinite(value);

function extent(values: readonly number[]): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** The five shades of the strip: none, and four classes with as many partitions each. */
import type { Steps } from "../../state/slices.ts";
import { contains, type Ranges } from "./ranges.ts";
import type { Strip } from "./strip.ts";

export type Shade = 0 | 1 | 2 | 3 | 4;

export interface Shades {
  /** 0 for nothing, 1 to 4 for the quarters of the rest. */
  readonly of: (value: number) => Shade;
  /** Where the darkest shade begins. */
  readonly darkest: number;
}

/** Classes of a measure. Partitions without a value have no class. */
export function* shadesOf(values: readonly (number | null)[]): Steps<Shades> {
  const positive = Float64Array.from(values.filter((value): value is number => value !== null && value > 0));
  if (positive.length === 0) return { of: () => 0, darkest: 0 };
  yield;
  positive.sort();
  const [second, third, darkest] = [quantile(positive, 1 / 4), quantile(positive, 1 / 2), quantile(positive, 3 / 4)];
  const isFlat = darkest === positive[0];
  return {
    darkest,
    of: (value) => (value <= 0 ? 0 : isFlat ? 3 : value >= darkest ? 4 : value >= third ? 3 : value >= second ? 2 : 1),
  };
}

/** The value below which a share of sorted values is, between two of them in proportion. */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return below + (above - below) * (at - Math.floor(at));
}

/** What is told of a measure: least, most and the mean of what is known. */
export interface MeasureFacts {
  readonly known: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
}

/** The facts of a measure, of all partitions or of some; undefined when nothing is known. */
export function measureFacts(values: readonly (number | null)[], only?: Ranges): MeasureFacts | undefined {
  let known = 0;
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  values.forEach((value, position) => {
    if (value === null || (only !== undefined && !contains(only, position))) return;
    known++;
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  });
  return known === 0 ? undefined : { known, least, most, mean: sum / known };
}

/** How the values of a row are put together: counts are added, an age is that of the oldest, anything else is a mean. */
export function rowSummary(name: string, values: readonly (number | null)[]): "sum" | "oldest" | "mean" {
  if (name === "age") return "oldest";
  if (name === "seconds") return "sum";
  return values.every((value) => value === null || (Number.isInteger(value) && value >= 0)) ? "sum" : "mean";
}

/** What stands at the end of a row; undefined when nothing in it is known. */
export function rowValue(
  strip: Strip,
  row: number,
  values: readonly (number | null)[],
  how: ReturnType<typeof rowSummary>,
): number | undefined {
  const known: number[] = [];
  for (let column = 0; column < strip.columns.length; column++) {
    const position = strip.at(row, column);
    const value = position === undefined ? null : values[position];
    if (value !== null && value !== undefined) known.push(value);
  }
  if (known.length === 0) return undefined;
  if (how === "oldest") return Math.max(...known);
  const sum = known.reduce((total, value) => total + value, 0);
  return how === "sum" ? sum : sum / known.length;
}

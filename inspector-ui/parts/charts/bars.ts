/** Bars and a histogram, as numbers to draw: no text is scaled, so a chart is made for the width that it has. */
import { linear, roundSpan, ticksOf } from "./scale.ts";

export interface BarsOptions {
  readonly width: number;
  readonly height: number;
  /** Room for the scale at the left, and for the names below. */
  readonly left?: number;
  readonly bottom?: number;
  readonly top?: number;
  /** About how many lines of the scale. */
  readonly ticks?: number;
}

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The middle, where its name stands. */
  readonly middle: number;
  readonly label: string;
  readonly value: number;
}

export interface Bars {
  readonly bars: readonly Bar[];
  readonly ticks: readonly { readonly value: number; readonly y: number }[];
  /** Where zero is. */
  readonly base: number;
}

/** What is between two bars, and beside the first and the last one: parts of the distance from bar to bar. */
const gap = 0.14;
const margin = 0.1;

/** Bars from zero, up or down, with a scale that ends at a round number. */
export function barsOf(entries: readonly (readonly [label: string, value: number])[], options: BarsOptions): Bars {
  const { width, height, left = 34, bottom = 24, top = 16, ticks = 4 } = options;
  const values = entries.map(([, value]) => value);
  const span = roundSpan([Math.min(0, ...values), Math.max(0, ...values)], ticks);
  const y = linear(span, [height - bottom, top]);
  const step = (width - left) / Math.max(1, entries.length - gap + 2 * margin);
  const wide = step * (1 - gap);
  const base = y(0);
  return {
    base,
    ticks: ticksOf(span, ticks).map((value) => ({ value, y: y(value) })),
    bars: entries.map(([label, value], index) => {
      const x = left + step * (index + margin);
      const end = y(value);
      return { label, value, x, y: Math.min(base, end), width: wide, height: Math.abs(end - base), middle: x + wide / 2 };
    }),
  };
}

/** A histogram as one path: a bin that holds anything is at least a pixel high. */
export function histogramPath(
  bins: readonly number[],
  { width, height, between = 0.8 }: { width: number; height: number; between?: number },
): string {
  const top = Math.max(1, ...bins);
  const step = width / Math.max(1, bins.length);
  return bins
    .map((count, index) => {
      if (count <= 0) return "";
      const size = Math.max(1, (count / top) * height);
      return `M${round(index * step)} ${height}v${round(-size)}h${round(step - between)}V${height}z`;
    })
    .join("");
}

/** Two digits after the point: less is not seen, more is only longer. */
export const round = (value: number): number => Math.round(value * 100) / 100;

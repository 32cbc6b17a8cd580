/** Sets of positions as ranges: a selection of 100,000 partitions is one range, not 100,000 keys. */

/** From a position up to one that is not included. */
export type Range = readonly [from: number, to: number];

/** Sorted, and neither overlapping nor touching each other. */
export type Ranges = readonly Range[];

/** Sorts ranges, joins those that touch, and drops empty ones. */
export function normalRanges(ranges: readonly Range[]): Ranges {
  const sorted = ranges.filter(([from, to]) => to > from).sort((left, right) => left[0] - right[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** The positions that are in one or the other. */
export const union = (left: Ranges, right: Ranges): Ranges => normalRanges([...left, ...right]);

/** The positions of `left` that are not in `right`. */
export function without(left: Ranges, right: Ranges): Ranges {
  const rest: Range[] = [];
  let next = 0;
  for (const [from, to] of left) {
    let start = from;
    while ((right[next]?.[1] ?? Number.POSITIVE_INFINITY) <= start) next++;
    for (let index = next; index < right.length; index++) {
      const [cutFrom, cutTo] = right[index] as Range;
      if (cutFrom >= to) break;
      if (cutFrom > start) rest.push([start, cutFrom]);
      start = Math.max(start, cutTo);
    }
    if (start < to) rest.push([start, to]);
  }
  return rest;
}

/** Adds a position, or takes it away when it is there. */
export function toggled(ranges: Ranges, position: number): Ranges {
  const one: Ranges = [[position, position + 1]];
  return contains(ranges, position) ? without(ranges, one) : union(ranges, one);
}

/** How many positions there are. */
export const countOf = (ranges: Ranges): number => ranges.reduce((sum, [from, to]) => sum + to - from, 0);

/** Whether a position is in one of the ranges. */
export function contains(ranges: Ranges, position: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = ranges[middle] as Range;
    if (position < from) high = middle - 1;
    else if (position >= to) low = middle + 1;
    else return true;
  }
  return false;
}

/** The first `limit` positions, as ranges. */
export function firstOf(ranges: Ranges, limit: number): Ranges {
  const first: Range[] = [];
  let left = limit;
  for (const [from, to] of ranges) {
    if (left <= 0) break;
    first.push([from, Math.min(to, from + left)]);
    left -= to - from;
  }
  return first;
}

/** The positions between two, both included, whichever comes first. */
export const between = (anchor: number, end: number): Ranges => [[Math.min(anchor, end), Math.max(anchor, end) + 1]];

/** Statuses as the wire has them: runs of equal status, in the order of the partitions. */
import type { InspectedStatus, PartitionsView } from "../../../src/inspector/inspection.ts";
import { normalRanges, type Range, type Ranges } from "./ranges.ts";

type Statuses = PartitionsView["statuses"];

/** The statuses of partitions that a backfill of what is missing makes. */
export const toMake: ReadonlySet<InspectedStatus> = new Set(["Missing", "Failed"]);

/** Looks up the status of a position by bisection: there are few runs and many positions. */
export function statusLookup(statuses: Statuses): (position: number) => InspectedStatus {
  const ends: number[] = [];
  let end = 0;
  for (const [, count] of statuses) {
    end += count;
    ends.push(end);
  }
  return (position) => {
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (position < (ends[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return statuses[low]?.[0] ?? "Missing";
  };
}

/** The positions with one of some statuses. */
export function rangesOf(statuses: Statuses, wanted: ReadonlySet<InspectedStatus>): Ranges {
  const ranges: Range[] = [];
  let from = 0;
  for (const [status, count] of statuses) {
    if (wanted.has(status)) ranges.push([from, from + count]);
    from += count;
  }
  return normalRanges(ranges);
}

/** How many of the selected positions have which status. */
export function countStatuses(statuses: Statuses, selection: Ranges): ReadonlyMap<InspectedStatus, number> {
  const counts = new Map<InspectedStatus, number>();
  let from = 0;
  let next = 0;
  for (const [status, count] of statuses) {
    const to = from + count;
    while (next < selection.length && (selection[next] as Range)[1] <= from) next++;
    for (let index = next; index < selection.length; index++) {
      const [start, end] = selection[index] as Range;
      if (start >= to) break;
      counts.set(status, (counts.get(status) ?? 0) + Math.min(end, to) - Math.max(start, from));
    }
    from = to;
  }
  return counts;
}

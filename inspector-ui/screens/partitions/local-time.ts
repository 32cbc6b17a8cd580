/** Wall-clock times of many instants: the offset of a zone is asked for where it may change, not for every instant. */
import type { Steps } from "../../state/slices.ts";

const week = 7 * 24 * 3_600_000;

/**
 * The wall-clock time of each start, as the milliseconds that a UTC clock would show. `starts` grow.
 *
 * @throws `RangeError` when the runtime does not know the zone
 */
export function* wallTimes(starts: readonly number[], timeZone: string): Steps<readonly number[]> {
  if (starts.length === 0 || timeZone === "UTC") return starts;
  const offsetAt = offsets(timeZone);
  const walls = new Array<number>(starts.length);
  const fill = (from: number, to: number, offset: number): void => {
    for (let index = from; index <= to; index++) walls[index] = (starts[index] as number) + offset;
  };
  // Where two instants within a week have one offset, so have those between them.
  const pending: [from: number, to: number][] = [[0, starts.length - 1]];
  for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
    const [from, to] = range;
    const [first, last] = [starts[from] as number, starts[to] as number];
    const offset = offsetAt(first);
    if (from === to || (last - first <= week && offset === offsetAt(last))) fill(from, to, offset);
    else {
      const middle = (from + to) >> 1;
      pending.push([from, middle], [middle + 1, to]);
    }
    yield;
  }
  return walls;
}

function offsets(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (instant) => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
    return wall - Math.floor(instant / 1000) * 1000;
  };
}

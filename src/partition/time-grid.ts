import { formatIso, type WallClockTime } from "../encoding/wall-clock.ts";

/** The times at which partitions start on a clock that is never changed, in whole seconds. */
export interface Grid {
  /** The plural name of the partitions in messages: `days`, `times of "0 6 * * *"`. */
  readonly name: string;
  /** The grid as plain data. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Returns the last start at or before `time`. */
  floor(time: WallClockTime): WallClockTime | undefined;
  /** Returns the start that is `steps` after the start `from`, or before it, when negative. */
  step(from: WallClockTime, steps: number): WallClockTime | undefined;
}

/** The first start at or after a time. */
export function ceilOf(grid: Grid, time: WallClockTime): WallClockTime | undefined {
  const floor = grid.floor(time);
  return floor === time ? time : grid.step(floor ?? time, 1);
}

const gridNames: Readonly<Record<number, string>> = { 604800: "weeks", 86400: "days", 3600: "hours" };

/**
 * Starts that are all `seconds` apart.
 *
 * @param anchor one of them
 * @param isStart whether the anchor is the start of the definition, which says it already
 */
export function intervalGrid(anchor: WallClockTime, seconds: number, isStart = true): Grid {
  const length = seconds * 1000;
  return {
    name: gridNames[seconds] ?? `spans of ${seconds} s`,
    spec: { every: seconds, ...(isStart ? {} : { anchor: formatIso(anchor) }) },
    floor: (time) => anchor + Math.floor((time - anchor) / length) * length,
    step: (from, steps) => from + steps * length,
  };
}

/**
 * One start in each month.
 *
 * @param day the day of the month, 1 to 28
 * @param time the time of that day, in milliseconds since midnight
 */
export function monthGrid(day: number, time: number): Grid {
  const startOf = (month: number): WallClockTime => {
    const date = new Date(0);
    date.setUTCFullYear(Math.floor(month / 12), month - Math.floor(month / 12) * 12, day);
    return date.getTime() + time;
  };
  const monthOf = (moment: WallClockTime): number => {
    const date = new Date(moment);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  return {
    name: "months",
    spec: { months: 1, day, time },
    floor: (moment) => {
      const month = monthOf(moment);
      return startOf(month) <= moment ? startOf(month) : startOf(month - 1);
    },
    step: (from, steps) => startOf(monthOf(from) + steps),
  };
}

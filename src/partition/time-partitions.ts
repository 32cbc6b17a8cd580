import type { WallClockTime } from "../encoding/wall-clock.ts";
import { EdgewaterError } from "../errors.ts";
import { anyValue, checkOptions, describe, type OptionKind, type OptionKinds } from "../options.ts";
import type { TimePartitions } from "./partitions-definition.ts";
import { intervalGrid, monthGrid } from "./time-grid.ts";
import { type TimePartitionsOptions, timePartitions, timePartitionsKinds } from "./time-windows.ts";

/** Options of {@link hourlyPartitions}. */
export interface HourlyPartitionsOptions extends TimePartitionsOptions {
  /** The minute at which hours start, 0 to 59; that of `start` unless given. */
  readonly minuteOffset?: number | undefined;
}

/** Options of {@link dailyPartitions}. */
export interface DailyPartitionsOptions extends HourlyPartitionsOptions {
  /** The hour at which days start, 0 to 23. Days start at the time of `start` unless an offset is given. */
  readonly hourOffset?: number | undefined;
}

/** Options of {@link weeklyPartitions}. */
export interface WeeklyPartitionsOptions extends DailyPartitionsOptions {
  /** The day on which weeks start, from 0 for Sunday to 6 for Saturday; the day of the week of `start` unless given. */
  readonly dayOffset?: number | undefined;
}

/** Options of {@link monthlyPartitions}. */
export interface MonthlyPartitionsOptions extends DailyPartitionsOptions {
  /** The day on which months start, 1 to 28; 1 unless given. */
  readonly dayOffset?: number | undefined;
}

/** Options of {@link intervalPartitions}. */
export interface IntervalPartitionsOptions extends TimePartitionsOptions {
  /** The length of a partition in whole seconds. */
  readonly every: number;
}

const hourlyKinds: OptionKinds<HourlyPartitionsOptions> = { ...timePartitionsKinds, minuteOffset: /* @__PURE__ */ wholeUpTo(0, 59) };
const dailyKinds: OptionKinds<DailyPartitionsOptions> = { ...hourlyKinds, hourOffset: /* @__PURE__ */ wholeUpTo(0, 23) };
const weeklyKinds: OptionKinds<WeeklyPartitionsOptions> = { ...dailyKinds, dayOffset: /* @__PURE__ */ wholeUpTo(0, 6) };
const monthlyKinds: OptionKinds<MonthlyPartitionsOptions> = { ...dailyKinds, dayOffset: /* @__PURE__ */ wholeUpTo(1, 28) };

const hour = 3_600_000;
const day = 24 * hour;

/**
 * Defines one partition per day. The default format of a key is `2024-01-15`.
 *
 * @throws `PartitionError` for invalid times, an invalid format, offset or time zone
 *
 * @example
 * ```ts
 * dailyPartitions({ start: "2024-01-01", end: "2024-02-01" }).has("2024-01-31", loadingContext); // true: `end` is exclusive
 * dailyPartitions({ start: "2024-01-01", timeZone: "America/New_York" }).timeWindow("2024-03-10");
 * // 23 hours: { start: "2024-03-10T05:00:00Z", end: "2024-03-11T04:00:00Z" }
 * ```
 */
export function dailyPartitions(options: DailyPartitionsOptions): TimePartitions {
  checkOptions("dailyPartitions", options, dailyKinds, "PartitionError");
  return timePartitions(options, "%Y-%m-%d", (start) => {
    const offset = timeOfDay(options);
    return offset === undefined ? intervalGrid(start, 86_400) : intervalGrid(midnight(start) + offset, 86_400, false);
  });
}

/**
 * Defines one partition per hour. The default format of a key is `2024-01-15T06:00`.
 *
 * @throws `PartitionError` for invalid times, an invalid format, offset or time zone
 */
export function hourlyPartitions(options: HourlyPartitionsOptions): TimePartitions {
  checkOptions("hourlyPartitions", options, hourlyKinds, "PartitionError");
  return timePartitions(options, "%Y-%m-%dT%H:00", (start) => {
    const offset = timeOfDay(options);
    return offset === undefined ? intervalGrid(start, 3600) : intervalGrid(midnight(start) + offset, 3600, false);
  });
}

/**
 * Defines one partition per week. The default format of a key is that of its first day, `2024-01-15`.
 *
 * @throws `PartitionError` for invalid times, an invalid format, offset or time zone
 *
 * @example
 * ```ts
 * weeklyPartitions({ start: "2024-01-01" }); // weeks from Monday, as 2024-01-01 is one
 * weeklyPartitions({ start: "2024-01-01", dayOffset: 0 }); // weeks from Sunday; the first is 2024-01-07
 * ```
 */
export function weeklyPartitions(options: WeeklyPartitionsOptions): TimePartitions {
  checkOptions("weeklyPartitions", options, weeklyKinds, "PartitionError");
  return timePartitions(options, "%Y-%m-%d", (start) => {
    const { dayOffset } = options;
    const offset = timeOfDay(options);
    if (dayOffset === undefined && offset === undefined) return intervalGrid(start, 7 * 86_400);
    const back = dayOffset === undefined ? 0 : (new Date(start).getUTCDay() - dayOffset + 7) % 7;
    return intervalGrid(midnight(start) - back * day + (offset ?? 0), 7 * 86_400, false);
  });
}

/**
 * Defines one partition per month, from the first whole one on. The default format of a key is `2024-01`.
 *
 * @throws `PartitionError` for invalid times, an invalid format, offset or time zone
 *
 * @example
 * ```ts
 * monthlyPartitions({ start: "2024-01", timeZone: "Europe/Berlin" });
 * ```
 */
export function monthlyPartitions(options: MonthlyPartitionsOptions): TimePartitions {
  checkOptions("monthlyPartitions", options, monthlyKinds, "PartitionError");
  return timePartitions(options, "%Y-%m", () => monthGrid(options.dayOffset ?? 1, timeOfDay(options) ?? 0));
}

/**
 * Defines one partition per `every` seconds, counted from `start`. The default format of a key is `2024-01-15T06:30:00`.
 *
 * @throws `PartitionError` for an invalid interval, invalid times, an invalid format or time zone
 *
 * @example
 * ```ts
 * intervalPartitions({ start: "2024-01-01T00:00:00", every: 15 * 60 });
 * ```
 */
export function intervalPartitions(options: IntervalPartitionsOptions): TimePartitions {
  checkOptions("intervalPartitions", options, { ...timePartitionsKinds, every: anyValue }, "PartitionError");
  const { every } = options;
  if (!Number.isSafeInteger(every) || every <= 0) {
    throw new EdgewaterError(
      "PartitionError",
      `Invalid interval of partitions: every is ${typeof every === "number" ? every : describe(every)}; expected a whole number of seconds above 0`,
    );
  }
  return timePartitions(options, "%Y-%m-%dT%H:%M:%S", (start) => intervalGrid(start, every));
}

/** The time of the day that offsets give, in milliseconds; undefined without offsets. */
function timeOfDay({ hourOffset, minuteOffset }: DailyPartitionsOptions): number | undefined {
  return hourOffset === undefined && minuteOffset === undefined ? undefined : (hourOffset ?? 0) * hour + (minuteOffset ?? 0) * 60_000;
}

function midnight(time: WallClockTime): WallClockTime {
  return Math.floor(time / day) * day;
}

function wholeUpTo(least: number, most: number): OptionKind {
  return {
    expected: `a whole number from ${least} to ${most}`,
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

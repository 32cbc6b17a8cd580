import type { WallClockTime } from "../encoding/wall-clock.ts";
import { EdgewaterError } from "../errors.ts";
import type { TimePartitions } from "./partitions-definition.ts";
import { type Grid, type TimePartitionsOptions, timePartitions } from "./time-partitions.ts";

/** What {@link intervalPartitions} takes. */
export interface IntervalPartitionsOptions extends TimePartitionsOptions {
  /** The length of a partition in whole seconds. */
  readonly every: number;
}

/**
 * One partition per day, named `2024-01-15` unless `format` says otherwise.
 *
 * @throws `PartitionError` for times or a format that do not fit
 *
 * @example
 * ```ts
 * dailyPartitions({ start: "2024-01-01", end: "2024-02-01" }).has("2024-01-31", loadingContext); // true: `end` is exclusive
 * ```
 */
export function dailyPartitions(options: TimePartitionsOptions): TimePartitions {
  return timePartitions(options, "%Y-%m-%d", (start) => interval(start, 86_400));
}

/** One partition per hour, named `2024-01-15T06:00` unless `format` says otherwise. See {@link dailyPartitions}. */
export function hourlyPartitions(options: TimePartitionsOptions): TimePartitions {
  return timePartitions(options, "%Y-%m-%dT%H:00", (start) => interval(start, 3600));
}

/**
 * One partition per `every` seconds, counted from `start`, named `2024-01-15T06:30:00` unless `format` says otherwise.
 *
 * @throws `PartitionError` for an interval, times or a format that do not fit
 *
 * @example
 * ```ts
 * intervalPartitions({ start: "2024-01-01T00:00:00", every: 15 * 60 });
 * ```
 */
export function intervalPartitions(options: IntervalPartitionsOptions): TimePartitions {
  const { every } = options;
  if (!Number.isSafeInteger(every) || every <= 0) {
    throw new EdgewaterError("PartitionError", `\`every\` must be a whole number of seconds above 0, got ${String(every)}`);
  }
  return timePartitions(options, "%Y-%m-%dT%H:%M:%S", (start) => interval(start, every));
}

function interval(start: WallClockTime, seconds: number): Grid {
  const length = seconds * 1000;
  return {
    name: names[seconds] ?? `spans of ${seconds} s`,
    spec: { every: seconds },
    floor: (time) => start + Math.floor((time - start) / length) * length,
    step: (from, steps) => from + steps * length,
  };
}

const names: Readonly<Record<number, string>> = { 86400: "days", 3600: "hours" };

import { formatIso, parseIso, readWallClock, type WallClockInput, type WallClockTime } from "../encoding/wall-clock.ts";
import { EdgewaterError } from "../errors.ts";
import { anyValue, aString, checkOptions, describe, type OptionKinds } from "../options.ts";
import { maximumKeys, PartitionKey, type PartitionKeyInput, singleValue } from "./partition-key.ts";
import {
  makeDefinition,
  type PartitionLoadingContext,
  reversedRange,
  type TimePartitions,
  type TimeWindow,
} from "./partitions-definition.ts";
import { compileFormat } from "./strftime.ts";

/** Options of every definition over time. Times are wall-clock times without a zone; every day has 24 hours. */
export interface TimePartitionsOptions {
  /**
   * The earliest start of a partition: text in the format, ISO 8601 text without a zone, or a Date, of which the UTC fields
   * count. Whole seconds.
   */
  readonly start: WallClockInput;
  /** Partitions start before this time. Without it, up to the `now` of the loading context. */
  readonly end?: WallClockInput | undefined;
  /** The strftime format in which the start of a partition is its key; `%Y %m %d %H %M %S %j %y %%` are known. */
  readonly format?: string | undefined;
}

/** The kinds of the options. The times have checks of their own. */
export const timePartitionsKinds: OptionKinds<TimePartitionsOptions> = { start: anyValue, end: anyValue, format: aString };

/** Options of {@link intervalPartitions}. */
export interface IntervalPartitionsOptions extends TimePartitionsOptions {
  /** The length of a partition in whole seconds. */
  readonly every: number;
}

/**
 * Defines one partition per day. The default format of a key is `2024-01-15`.
 *
 * @throws `PartitionError` for invalid times or an invalid format
 *
 * @example
 * ```ts
 * dailyPartitions({ start: "2024-01-01", end: "2024-02-01" }).has("2024-01-31", loadingContext); // true: `end` is exclusive
 * ```
 */
export function dailyPartitions(options: TimePartitionsOptions): TimePartitions {
  checkOptions("dailyPartitions", options, timePartitionsKinds, "PartitionError");
  return timePartitions(options, "%Y-%m-%d", (start) => intervalGrid(start, 86_400));
}

/**
 * Defines one partition per hour. The default format of a key is `2024-01-15T06:00`.
 *
 * @throws `PartitionError` for invalid times or an invalid format
 */
export function hourlyPartitions(options: TimePartitionsOptions): TimePartitions {
  checkOptions("hourlyPartitions", options, timePartitionsKinds, "PartitionError");
  return timePartitions(options, "%Y-%m-%dT%H:00", (start) => intervalGrid(start, 3600));
}

/**
 * Defines one partition per `every` seconds, counted from `start`. The default format of a key is `2024-01-15T06:30:00`.
 *
 * @throws `PartitionError` for an invalid interval, invalid times or an invalid format
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
    refuse(
      `Invalid interval of partitions: every is ${typeof every === "number" ? every : describe(every)}; expected a whole number of seconds above 0`,
    );
  }
  return timePartitions(options, "%Y-%m-%dT%H:%M:%S", (start) => intervalGrid(start, every));
}

/** The times at which partitions start, in whole seconds. */
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

const calendarStart = -62_167_219_200_000;
const calendarEnd = 253_402_300_800_000;

/**
 * Defines partitions over time: one per start in the grid, each up to the next start.
 *
 * @param defaultFormat the format of keys, unless the options have one
 * @throws `PartitionError` for a start that is not a time, an end that is not after it, and a format that gives two of the
 * first partitions the same key
 */
export function timePartitions(
  options: TimePartitionsOptions,
  defaultFormat: string,
  makeGrid: (start: WallClockTime) => Grid,
): TimePartitions {
  const format = compileFormat(options.format ?? defaultFormat);
  const start = boundary(options.start, "The start of partitions", format.parse);
  const end = options.end === undefined ? undefined : boundary(options.end, "The end of partitions", format.parse);
  if (end !== undefined && end <= start) {
    refuse(`Invalid range of partitions: the end ${formatIso(end)} is not after the start ${formatIso(start)}`);
  }
  const grid = makeGrid(start);
  const step = (from: WallClockTime, steps: number): WallClockTime | undefined => withinCalendar(grid.step(from, steps));
  const ceil = (time: WallClockTime): WallClockTime | undefined => {
    const floor = grid.floor(time);
    return floor === time ? time : step(floor ?? time, 1);
  };
  const first = ceil(start);
  if (first === undefined) refuse(`Cannot define partitions: there are no ${grid.name} after ${formatIso(start)}`);
  const second = step(first, 1);

  /** A format may leave out the smaller fields. A key then names the first start at or after the time that it parses to. */
  const timeOf = (key: PartitionKeyInput): WallClockTime | undefined => {
    const text = singleValue(key) ?? "";
    const parsed = format.parse(text);
    const time = parsed === undefined ? undefined : ceil(parsed);
    return time !== undefined && format.format(time) === text ? time : undefined;
  };
  const keyOf = (time: WallClockTime): PartitionKey => {
    const text = format.format(time);
    if (!format.isExact && timeOf(text) !== time) {
      refuse(
        `Cannot use the format ${JSON.stringify(format.pattern)} for ${grid.name}: it gives several the key ${JSON.stringify(text)}, such as ${formatIso(time)}; use a finer format`,
      );
    }
    return PartitionKey.single(text);
  };
  keyOf(first);
  if (second !== undefined && (end === undefined || second < end)) keyOf(second);

  const limit = ({ now }: PartitionLoadingContext): WallClockTime => end ?? readWallClock(now, "now");
  const inside = (time: WallClockTime | undefined, loadingContext: PartitionLoadingContext): time is WallClockTime =>
    time !== undefined && time >= first && time < limit(loadingContext);
  const enumerate = (from: WallClockTime, to: WallClockTime): readonly PartitionKey[] => {
    const times: WallClockTime[] = [];
    for (let time: WallClockTime | undefined = from; time !== undefined && time < to; time = step(time, 1)) {
      if (times.length === maximumKeys)
        refuse(`Cannot enumerate the ${grid.name} from ${formatIso(from)} to ${formatIso(to)}; the limit is ${maximumKeys}`);
      times.push(time);
    }
    return times.map(keyOf);
  };
  const endOfRange = (key: PartitionKeyInput, loadingContext: PartitionLoadingContext): WallClockTime => {
    const time = timeOf(key);
    if (inside(time, loadingContext)) return time;
    return refuse(`Invalid range of partitions: ${JSON.stringify(String(key))} is not one of ${describe(loadingContext)}`);
  };
  const describe = (loadingContext: PartitionLoadingContext): string => {
    const last = grid.floor(limit(loadingContext) - 1);
    if (last === undefined || last < first)
      return `the ${grid.name} from ${JSON.stringify(format.format(first))}, of which none has started`;
    return `the ${grid.name} from ${JSON.stringify(format.format(first))} to ${JSON.stringify(format.format(last))}`;
  };

  return makeDefinition({
    kind: "time",
    dynamicNames: [],
    keys: (loadingContext) => enumerate(first, limit(loadingContext)),
    has: (key, loadingContext) => inside(timeOf(key), loadingContext),
    between: (from, to, loadingContext) => {
      const [begin, last] = [endOfRange(from, loadingContext), endOfRange(to, loadingContext)];
      if (begin > last) throw reversedRange(from, to);
      return enumerate(begin, last + 1);
    },
    timeWindow: (key): TimeWindow | undefined => {
      const time = timeOf(key);
      const next = time === undefined ? undefined : grid.step(time, 1);
      return time === undefined || next === undefined ? undefined : { start: formatIso(time), end: formatIso(next) };
    },
    keyAt: (moment, steps = 0) => {
      const from = grid.floor(readWallClock(moment, "The moment", parseIso));
      const time = from === undefined ? undefined : step(from, steps);
      return time === undefined ? undefined : keyOf(time);
    },
    describe,
    toJSON: () => ({
      time: { start: formatIso(start), end: end === undefined ? null : formatIso(end), format: format.pattern, ...grid.spec },
    }),
  });
}

function intervalGrid(start: WallClockTime, seconds: number): Grid {
  const length = seconds * 1000;
  return {
    name: gridNames[seconds] ?? `spans of ${seconds} s`,
    spec: { every: seconds },
    floor: (time) => start + Math.floor((time - start) / length) * length,
    step: (from, steps) => from + steps * length,
  };
}

const gridNames: Readonly<Record<number, string>> = { 86400: "days", 3600: "hours" };

function boundary(input: WallClockInput, what: string, parse: (text: string) => WallClockTime | undefined): WallClockTime {
  const time = readWallClock(input, what, parse);
  if (time % 1000 !== 0) refuse(`${what} must be a whole second`);
  return withinCalendar(time) ?? refuse(`${what} must be in the years 0 to 9999`);
}

function withinCalendar(time: WallClockTime | undefined): WallClockTime | undefined {
  return time !== undefined && time >= calendarStart && time < calendarEnd ? time : undefined;
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}

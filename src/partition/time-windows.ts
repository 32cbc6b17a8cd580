import { formatIso, parseInstant, parseIso, readWallClock, type WallClockInput, type WallClockTime } from "../encoding/wall-clock.ts";
import { EdgewaterError } from "../errors.ts";
import { anyValue, aString, type OptionKinds, oneOf } from "../options.ts";
import { maximumKeys, PartitionKey, type PartitionKeyInput, singleValue } from "./partition-key.ts";
import {
  makeDefinition,
  type PartitionLoadingContext,
  reversedRange,
  type TimePartitions,
  type TimeWindow,
} from "./partitions-definition.ts";
import { compileFormat } from "./strftime.ts";
import { ceilOf, type Grid } from "./time-grid.ts";
import { type TimeZone, timeZoneOf } from "./time-zone.ts";
import { windowStarts } from "./window-starts.ts";

/**
 * Options of every definition over time. Without a `timeZone` times are wall-clock times of a clock that is never changed: every
 * day has 24 hours.
 */
export interface TimePartitionsOptions {
  /**
   * The earliest start of a partition: text in the format, ISO 8601 text without a zone, or a Date, of which the UTC fields
   * count, and with a `timeZone` the instant. Whole seconds.
   */
  readonly start: WallClockInput;
  /** Partitions start before this time; there is no last one unless given. */
  readonly end?: WallClockInput | undefined;
  /** The strftime format in which the start of a partition is its key; `%Y %m %d %H %M %S %j %y %%` are known. */
  readonly format?: string | undefined;
  /**
   * The time zone of the clocks, such as `Europe/Berlin`. Keys are what these clocks show, and windows are spans between two
   * instants: the day on which the clocks are put back has 25 hours. Where the clocks show the start of a window again, as in
   * an hour that occurs twice, the key of the second one has its offset, as in `2024-11-03T01:00-05:00`. A window that the clocks
   * skip has no partition.
   */
  readonly timeZone?: string | undefined;
  /**
   * When there is a partition for a window: once the window has `"begun"`, the default, or once it has `"ended"`, so that all of
   * its data can be there.
   */
  readonly windows?: "begun" | "ended" | undefined;
}

/** The kinds of the options. The times have checks of their own. */
export const timePartitionsKinds: OptionKinds<TimePartitionsOptions> = {
  start: anyValue,
  end: anyValue,
  format: aString,
  timeZone: aString,
  windows: /* @__PURE__ */ oneOf("begun", "ended"),
};

const calendarStart = -62_167_219_200_000;
const calendarEnd = 253_402_300_800_000;

/**
 * Defines partitions over time: one per start in the grid, each up to the next start.
 *
 * @param defaultFormat the format of keys, unless the options have one
 * @throws `PartitionError` for a start that is not a time, an end that is not after it, an unknown time zone, and a format that
 * gives two of the first partitions the same key
 */
export function timePartitions(
  options: TimePartitionsOptions,
  defaultFormat: string,
  makeGrid: (start: WallClockTime) => Grid,
): TimePartitions {
  const format = compileFormat(options.format ?? defaultFormat);
  const zone = options.timeZone === undefined ? undefined : timeZoneOf(options.timeZone);
  const start = boundary(options.start, "The start of partitions", format.parse, zone);
  const end = options.end === undefined ? undefined : boundary(options.end, "The end of partitions", format.parse, zone);
  if (end !== undefined && end <= start) {
    refuse(`Invalid range of partitions: the end ${formatIso(end)} is not after the start ${formatIso(start)}`);
  }
  const grid = makeGrid(start);
  const starts = windowStarts(grid, zone);
  const step = (from: number, steps: number): number | undefined => withinCalendar(starts.step(from, steps));
  const ceil = (moment: number): number | undefined => {
    const floor = starts.floor(moment);
    return floor === moment ? moment : step(floor ?? moment, 1);
  };
  const first = ceil(starts.moment(start));
  if (first === undefined) refuse(`Cannot define partitions: there are no ${grid.name} after ${formatIso(start)}`);
  const last = end === undefined ? calendarEnd : starts.moment(end);
  const second = step(first, 1);

  const textOf = (moment: number): string => {
    const { time, again } = starts.label(moment);
    return format.format(time) + again;
  };
  /** A format may leave out the smaller fields. A key then names the first start at or after the time that it parses to. */
  const momentOf = (key: PartitionKeyInput): number | undefined => {
    const text = singleValue(key) ?? "";
    const again = format.parse(text) === undefined ? (offsetAtEnd.exec(text)?.[0] ?? "") : "";
    const parsed = format.parse(text.slice(0, text.length - again.length));
    const time = parsed === undefined ? undefined : ceilOf(grid, parsed);
    const moment = time === undefined ? undefined : withinCalendar(starts.labelled({ time, again }));
    return moment !== undefined && textOf(moment) === text ? moment : undefined;
  };
  const keyOf = (moment: number): PartitionKey => {
    const text = textOf(moment);
    if (!format.isExact && momentOf(text) !== moment) {
      refuse(
        `Cannot use the format ${JSON.stringify(format.pattern)} for ${grid.name}: it gives several the key ${JSON.stringify(text)}, such as ${starts.text(moment)}; use a finer format`,
      );
    }
    return PartitionKey.single(text);
  };
  keyOf(first);
  if (second !== undefined && second < last) keyOf(second);

  /** The first start of which there is no partition yet. */
  const limit = ({ now }: PartitionLoadingContext): number => {
    const moment = readWallClock(now, "now");
    return Math.min(last, options.windows === "ended" ? (starts.floor(moment) ?? moment) : moment);
  };
  const inside = (moment: number | undefined, loadingContext: PartitionLoadingContext): moment is number =>
    moment !== undefined && moment >= first && moment < limit(loadingContext);
  const enumerate = (from: number, to: number): readonly PartitionKey[] => {
    const moments: number[] = [];
    for (let moment: number | undefined = from; moment !== undefined && moment < to; moment = step(moment, 1)) {
      if (moments.length === maximumKeys)
        refuse(`Cannot enumerate the ${grid.name} from ${starts.text(from)} to ${starts.text(to)}; the limit is ${maximumKeys}`);
      moments.push(moment);
    }
    return moments.map(keyOf);
  };
  const endOfRange = (key: PartitionKeyInput, loadingContext: PartitionLoadingContext): number => {
    const moment = momentOf(key);
    if (inside(moment, loadingContext)) return moment;
    return refuse(`Invalid range of partitions: ${JSON.stringify(String(key))} is not one of ${describe(loadingContext)}`);
  };
  const describe = (loadingContext: PartitionLoadingContext): string => {
    const newest = starts.floor(limit(loadingContext) - 1);
    const from = `the ${grid.name} from ${JSON.stringify(textOf(first))}`;
    if (newest === undefined || newest < first) return `${from}, of which none has ${options.windows === "ended" ? "ended" : "started"}`;
    return `${from} to ${JSON.stringify(textOf(newest))}`;
  };
  /** Text of a wall-clock time, and with a time zone also of an instant. */
  const read = (moment: string): number => {
    const instant = zone === undefined || !hasZone.test(moment) ? undefined : parseInstant(moment)?.getTime();
    return instant ?? starts.moment(readWallClock(moment, "The moment", parseIso));
  };

  return makeDefinition({
    kind: "time",
    dynamicNames: [],
    timeZone: zone?.name,
    keys: (loadingContext) => enumerate(first, limit(loadingContext)),
    has: (key, loadingContext) => inside(momentOf(key), loadingContext),
    between: (from, to, loadingContext) => {
      const [begin, newest] = [endOfRange(from, loadingContext), endOfRange(to, loadingContext)];
      if (begin > newest) throw reversedRange(from, to);
      return enumerate(begin, newest + 1);
    },
    isComplete: (loadingContext) => end !== undefined && limit(loadingContext) >= last,
    latest: (count, loadingContext) => {
      const limited = limit(loadingContext);
      const newest = starts.floor(limited - 1);
      const oldest = newest === undefined ? undefined : (step(newest, 1 - count) ?? first);
      return newest === undefined || oldest === undefined || newest < first ? [] : enumerate(Math.max(first, oldest), limited);
    },
    within: ({ start: from, end: to }) => enumerate(ceil(Math.max(first, read(from))) ?? last, Math.min(last, read(to))),
    timeWindow: (key): TimeWindow | undefined => {
      const moment = momentOf(key);
      const next = moment === undefined ? undefined : starts.step(moment, 1);
      return moment === undefined || next === undefined ? undefined : { start: starts.text(moment), end: starts.text(next) };
    },
    keyAt: (moment, steps = 0) => {
      const from = starts.floor(read(moment));
      const found = from === undefined ? undefined : step(from, steps);
      return found === undefined ? undefined : keyOf(found);
    },
    describe,
    toJSON: () => ({
      time: {
        start: formatIso(start),
        end: end === undefined ? null : formatIso(end),
        format: format.pattern,
        ...grid.spec,
        ...(zone && { timeZone: zone.name }),
        ...(options.windows === "ended" && { windows: "ended" }),
      },
    }),
  });
}

const hasZone = /T.*(?:Z|[+-]\d\d:?\d\d)$/;
const offsetAtEnd = /[+-]\d\d:\d\d(?::\d\d)?$/;

/** Reads a time on the wall clock. */
function boundary(
  input: WallClockInput,
  what: string,
  parse: (text: string) => WallClockTime | undefined,
  zone: TimeZone | undefined,
): WallClockTime {
  const read = readWallClock(input, what, parse);
  const time = zone !== undefined && input instanceof Date ? zone.wallClock(read) : read;
  if (time % 1000 !== 0) refuse(`${what} must be a whole second`);
  return withinCalendar(time) ?? refuse(`${what} must be in the years 0 to 9999`);
}

function withinCalendar(time: number | undefined): number | undefined {
  return time !== undefined && time >= calendarStart && time < calendarEnd ? time : undefined;
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}

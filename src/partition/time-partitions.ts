import { formatIso, parseIso, readWallClock, type WallClockInput, type WallClockTime } from "../encoding/wall-clock.ts";
import { EdgewaterError } from "../errors.ts";
import { makeDefinition } from "./make-definition.ts";
import { PartitionKey as Key, maximumKeys, type PartitionKey, type PartitionKeyInput } from "./partition-key.ts";
import type { PartitionLoadingContext, TimePartitions, TimeWindow } from "./partitions-definition.ts";
import { singleValue } from "./static-partitions.ts";
import { compileFormat } from "./strftime.ts";

/** What every definition over time takes. Times are naive: wall-clock time without a zone, days of 24 hours. */
export interface TimePartitionsOptions {
  /** Nothing before it: text in the format, naive ISO text, or a Date, read by its UTC fields. Whole seconds. */
  readonly start: WallClockInput;
  /** No partition starts at or after it. Without it, every partition that has started by the loadingContext's `now`. */
  readonly end?: WallClockInput | undefined;
  /** How a partition's start is written as its key: a strftime format of `%Y %m %d %H %M %S %j %y %%`. */
  readonly format?: string | undefined;
}

/** Where partitions start. Points are whole seconds. */
export interface Grid {
  /** In messages: `days`, `starts of "0 6 * * *"`. */
  readonly name: string;
  /** The grid as plain data. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** The last point at or before `time`. */
  floor(time: WallClockTime): WallClockTime | undefined;
  /** The point `steps` after or, when negative, before the point `from`. */
  step(from: WallClockTime, steps: number): WallClockTime | undefined;
}

const calendarStart = -62_167_219_200_000;
const calendarEnd = 253_402_300_800_000;

/**
 * Partitions over time, one per point of a grid, each until the next point.
 *
 * @throws `PartitionError` for a start that is no time, an end that is not after it, or a format that cannot tell the
 * first partitions apart
 */
export function timePartitions(options: TimePartitionsOptions, format: string, makeGrid: (start: WallClockTime) => Grid): TimePartitions {
  const written = compileFormat(options.format ?? format);
  const start = boundary(options.start, "The start of partitions", written.parse);
  const end = options.end === undefined ? undefined : boundary(options.end, "The end of partitions", written.parse);
  if (end !== undefined && end <= start) refuse(`The end of partitions, ${formatIso(end)}, is not after their start, ${formatIso(start)}`);
  const grid = makeGrid(start);
  const step = (from: WallClockTime, steps: number): WallClockTime | undefined => withinCalendar(grid.step(from, steps));
  const ceil = (time: WallClockTime): WallClockTime | undefined => {
    const floor = grid.floor(time);
    return floor === time ? time : step(floor ?? time, 1);
  };
  const first = ceil(start);
  if (first === undefined) refuse(`There are no ${grid.name} after ${formatIso(start)}`);
  const second = step(first, 1);

  /** A key says no more than its format does: it is the first point at or after what it says, if that is written so. */
  const timeOf = (key: PartitionKeyInput): WallClockTime | undefined => {
    const text = singleValue(key) ?? "";
    const said = written.parse(text);
    const time = said === undefined ? undefined : ceil(said);
    return time !== undefined && written.format(time) === text ? time : undefined;
  };
  const keyOf = (time: WallClockTime): PartitionKey => {
    const text = written.format(time);
    if (!written.isExact && timeOf(text) !== time) {
      refuse(
        `The format ${JSON.stringify(written.pattern)} cannot tell ${grid.name} apart: ${formatIso(time)} is written ${JSON.stringify(text)}`,
      );
    }
    return Key.single(text);
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
        refuse(`There are more than ${maximumKeys} ${grid.name} from ${formatIso(from)} to ${formatIso(to)}`);
      times.push(time);
    }
    return times.map(keyOf);
  };
  const place = (key: PartitionKeyInput, loadingContext: PartitionLoadingContext): WallClockTime => {
    const time = timeOf(key);
    if (inside(time, loadingContext)) return time;
    return refuse(`${JSON.stringify(String(key))} is none of ${describe(loadingContext)}`);
  };
  const describe = (loadingContext: PartitionLoadingContext): string => {
    const last = grid.floor(limit(loadingContext) - 1);
    if (last === undefined || last < first)
      return `the ${grid.name} from ${JSON.stringify(written.format(first))}, of which none has started`;
    return `the ${grid.name} from ${JSON.stringify(written.format(first))} to ${JSON.stringify(written.format(last))}`;
  };

  return makeDefinition({
    kind: "time",
    dynamicNames: [],
    keys: (loadingContext) => enumerate(first, limit(loadingContext)),
    has: (key, loadingContext) => inside(timeOf(key), loadingContext),
    between: (from, to, loadingContext) => {
      const [begin, last] = [place(from, loadingContext), place(to, loadingContext)];
      if (begin > last) refuse(`The range from ${JSON.stringify(String(from))} to ${JSON.stringify(String(to))} is the wrong way round`);
      return enumerate(begin, last + 1);
    },
    timeWindow: (key): TimeWindow | undefined => {
      const time = timeOf(key);
      const next = time === undefined ? undefined : grid.step(time, 1);
      return time === undefined || next === undefined ? undefined : { start: formatIso(time), end: formatIso(next) };
    },
    keyAt: (moment, steps = 0) => {
      const from = grid.floor(readWallClock(moment, "A moment", parseIso));
      const time = from === undefined ? undefined : step(from, steps);
      return time === undefined ? undefined : keyOf(time);
    },
    describe,
    toJSON: () => ({
      time: { start: formatIso(start), end: end === undefined ? null : formatIso(end), format: written.pattern, ...grid.spec },
    }),
  });
}

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

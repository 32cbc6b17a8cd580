import { formatIso, type NaiveInput, type NaiveTime, parseIso, readNaive } from "../encoding/naive-time.ts";
import { EdgewaterError } from "../errors.ts";
import { makeDefinition } from "./make-definition.ts";
import { PartitionKey as Key, maximumKeys, type PartitionKey, type PartitionKeyInput } from "./partition-key.ts";
import type { PartitionLoadingContext, TimePartitions, TimeWindow } from "./partitions-definition.ts";
import { singleValue } from "./static-partitions.ts";
import { compileFormat } from "./strftime.ts";

/** What every definition over time takes. Times are naive: wall-clock time without a zone, days of 24 hours. */
export interface TimePartitionsOptions {
  /** Nothing before it: text in the format, naive ISO text, or a Date, read by its UTC fields. Whole seconds. */
  readonly start: NaiveInput;
  /** No partition starts at or after it. Without it, every partition that has started by the loadingContext's `now`. */
  readonly end?: NaiveInput | undefined;
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
  floor(time: NaiveTime): NaiveTime | undefined;
  /** The point `steps` after or, when negative, before the point `from`. */
  step(from: NaiveTime, steps: number): NaiveTime | undefined;
}

const calendarStart = -62_167_219_200_000;
const calendarEnd = 253_402_300_800_000;

/**
 * Partitions over time, one per point of a grid, each until the next point.
 *
 * @throws `PartitionError` for a start that is no time, an end that is not after it, or a format that cannot tell the
 * first partitions apart
 */
export function timePartitions(options: TimePartitionsOptions, format: string, makeGrid: (start: NaiveTime) => Grid): TimePartitions {
  const written = compileFormat(options.format ?? format);
  const start = boundary(options.start, "The start of partitions", written.parse);
  const end = options.end === undefined ? undefined : boundary(options.end, "The end of partitions", written.parse);
  if (end !== undefined && end <= start) refuse(`The end of partitions, ${formatIso(end)}, is not after their start, ${formatIso(start)}`);
  const grid = makeGrid(start);
  const step = (from: NaiveTime, steps: number): NaiveTime | undefined => withinCalendar(grid.step(from, steps));
  const ceil = (time: NaiveTime): NaiveTime | undefined => {
    const floor = grid.floor(time);
    return floor === time ? time : step(floor ?? time, 1);
  };
  const first = ceil(start);
  if (first === undefined) refuse(`There are no ${grid.name} after ${formatIso(start)}`);
  const second = step(first, 1);

  /** A key says no more than its format does: it is the first point at or after what it says, if that is written so. */
  const timeOf = (key: PartitionKeyInput): NaiveTime | undefined => {
    const text = singleValue(key) ?? "";
    const said = written.parse(text);
    const time = said === undefined ? undefined : ceil(said);
    return time !== undefined && written.format(time) === text ? time : undefined;
  };
  const keyOf = (time: NaiveTime): PartitionKey => {
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

  const limit = ({ now }: PartitionLoadingContext): NaiveTime => end ?? readNaive(now, "now");
  const inside = (time: NaiveTime | undefined, loadingContext: PartitionLoadingContext): time is NaiveTime =>
    time !== undefined && time >= first && time < limit(loadingContext);
  const enumerate = (from: NaiveTime, to: NaiveTime): readonly PartitionKey[] => {
    const times: NaiveTime[] = [];
    for (let time: NaiveTime | undefined = from; time !== undefined && time < to; time = step(time, 1)) {
      if (times.length === maximumKeys)
        refuse(`There are more than ${maximumKeys} ${grid.name} from ${formatIso(from)} to ${formatIso(to)}`);
      times.push(time);
    }
    return times.map(keyOf);
  };
  const place = (key: PartitionKeyInput, loadingContext: PartitionLoadingContext): NaiveTime => {
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
      const from = grid.floor(readNaive(moment, "A moment", parseIso));
      const time = from === undefined ? undefined : step(from, steps);
      return time === undefined ? undefined : keyOf(time);
    },
    describe,
    toJSON: () => ({
      time: { start: formatIso(start), end: end === undefined ? null : formatIso(end), format: written.pattern, ...grid.spec },
    }),
  });
}

function boundary(input: NaiveInput, what: string, parse: (text: string) => NaiveTime | undefined): NaiveTime {
  const time = readNaive(input, what, parse);
  if (time % 1000 !== 0) refuse(`${what} must be a whole second`);
  return withinCalendar(time) ?? refuse(`${what} must be in the years 0 to 9999`);
}

function withinCalendar(time: NaiveTime | undefined): NaiveTime | undefined {
  return time !== undefined && time >= calendarStart && time < calendarEnd ? time : undefined;
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}

import { type WallClockTime, wallClockTime } from "../encoding/wall-clock.ts";
import { EdgewaterError, thrownText } from "../errors.ts";

/** A moment, in milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A span of time in which the clocks of a zone have one offset. */
export interface OffsetSpan {
  /** The first moment. */
  readonly from: Instant;
  /** The first moment after the span. */
  readonly until: Instant;
  /** What the clocks show, less UTC, in milliseconds. */
  readonly offset: number;
}

/** The clocks of a place, from the time zone database of the runtime. */
export interface TimeZone {
  /** The name, such as `Europe/Berlin`. */
  readonly name: string;
  /** The span that a moment is in. The offset of the next span may be the same. */
  spanAt(instant: Instant): OffsetSpan;
  /** What the clocks show. */
  wallClock(instant: Instant): WallClockTime;
  /** The first moment at which the clocks show a time, or the moment at which they skip it. */
  instant(time: WallClockTime): Instant;
}

const day = 86_400_000;
/** Spans are looked up in pieces of this length. */
const pieceLength = 16 * day;
/** No zone has changed its clocks twice within this time. */
const probeLength = 4 * day;
/** 3 January of the year 1. Before this moment every zone has its first offset, and years are counted backwards. */
const earliest = -62_135_596_800_000 + 2 * day;

/**
 * The time zone with this name.
 *
 * @throws `PartitionError` for a name that the runtime does not know
 */
export function timeZoneOf(name: string): TimeZone {
  const offsetAt = offsetsOf(name);
  const pieces = new Map<number, readonly OffsetSpan[]>();
  const spanAt = (instant: Instant): OffsetSpan => {
    const index = Math.floor(instant / pieceLength);
    let spans = pieces.get(index);
    if (spans === undefined) {
      spans = spansOf(index * pieceLength, offsetAt);
      pieces.set(index, spans);
    }
    return spans.findLast(({ from }) => from <= instant) as OffsetSpan;
  };
  return {
    name,
    spanAt,
    wallClock: (instant) => instant + spanAt(instant).offset,
    instant: (time) => {
      for (let span = spanAt(time - day); ; span = spanAt(span.until))
        if (time < span.until + span.offset) return Math.max(span.from, time - span.offset);
    },
  };
}

/** Returns a function that asks the runtime for the offset at a moment. */
function offsetsOf(name: string): (instant: Instant) => number {
  let format: Intl.DateTimeFormat;
  try {
    const field = "numeric";
    const fields = { year: field, month: field, day: field, hour: field, minute: field, second: field } as const;
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      ...fields,
    });
  } catch (cause) {
    const message = `Invalid time zone ${JSON.stringify(name)}: ${thrownText(cause)}; use a name such as "Europe/Berlin"`;
    throw new EdgewaterError("PartitionError", message, { field: "timeZone", cause });
  }
  return (instant) => {
    const moment = Math.max(instant, earliest);
    const [month, date, year, hour, minute, second] = (format.format(moment).match(/\d+/g) ?? []).map(Number);
    return (wallClockTime(year ?? 0, month, date, hour, minute, second) ?? moment) - Math.floor(moment / 1000) * 1000;
  };
}

/** The spans of one piece: the offsets are compared at some moments, and a change between two is searched. */
function spansOf(start: Instant, offsetAt: (instant: Instant) => number): readonly OffsetSpan[] {
  const end = start + pieceLength;
  const spans: OffsetSpan[] = [];
  let from = start;
  let offset = offsetAt(start);
  for (let probe = start + probeLength; probe <= end; probe += probeLength) {
    if (offsetAt(probe - 1000) === offset) continue;
    let [before, after] = [probe - probeLength, probe - 1000];
    while (after - before > 1000) {
      const middle = Math.floor((before + after) / 2000) * 1000;
      if (offsetAt(middle) === offset) before = middle;
      else after = middle;
    }
    spans.push({ from, until: after, offset });
    from = after;
    offset = offsetAt(probe - 1000);
  }
  spans.push({ from, until: end, offset });
  return spans;
}

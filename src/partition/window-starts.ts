import { formatIso, type WallClockTime } from "../encoding/wall-clock.ts";
import { ceilOf, type Grid } from "./time-grid.ts";
import type { Instant, OffsetSpan, TimeZone } from "./time-zone.ts";

/**
 * The moments at which the windows of partitions start. Without a time zone a moment is a wall-clock time, with one an instant.
 */
export interface WindowStarts {
  /** The last start at or before a moment. */
  floor(moment: number): number | undefined;
  /** The start that is `steps` after a start, or before it, when negative. */
  step(from: number, steps: number): number | undefined;
  /** What names a start: its time on the wall clock, and the offset from UTC where the clocks show this time again. */
  label(start: number): StartLabel;
  /** The start with a label; undefined when there is none, such as in an hour that the clocks skip. */
  labelled(label: StartLabel): number | undefined;
  /** The first moment at which the clocks show a time, or the moment at which they skip it. */
  moment(time: WallClockTime): number;
  /** A moment as ISO 8601 text: with a time zone in UTC. */
  text(moment: number): string;
}

/** What names a start. */
export interface StartLabel {
  readonly time: WallClockTime;
  /** Such as `-05:00`, where the clocks show the time again; empty otherwise. */
  readonly again: string;
}

/** The starts of a grid, on a clock that is never changed or on the clocks of a zone. */
export function windowStarts(grid: Grid, zone: TimeZone | undefined): WindowStarts {
  return zone === undefined ? naiveStarts(grid) : zonedStarts(grid, zone);
}

function naiveStarts(grid: Grid): WindowStarts {
  return {
    floor: (moment) => grid.floor(moment),
    step: (from, steps) => grid.step(from, steps),
    label: (time) => ({ time, again: "" }),
    labelled: ({ time, again }) => (again === "" ? time : undefined),
    moment: (time) => time,
    text: formatIso,
  };
}

const day = 86_400_000;

/**
 * A window starts whenever the clocks show a time of the grid. Where the clocks are put forward over such a time, the window
 * starts at that moment, unless the clocks skip the whole window. Where they are put back, a window that has ended before is
 * followed by another one, and a window that has not ended goes on.
 */
function zonedStarts(grid: Grid, zone: TimeZone): WindowStarts {
  /** The time that the clocks would have shown at the start of a span without the change. */
  const endBefore = ({ from }: OffsetSpan): WallClockTime => from + zone.spanAt(from - 1).offset;
  /** The time of the grid that the clocks skip at the start of a span, and whose window starts then. */
  const skippedAt = (span: OffsetSpan): WallClockTime | undefined => {
    const shown = span.from + span.offset;
    const time = endBefore(span) < shown ? grid.floor(shown) : undefined;
    return time !== undefined && time !== shown && time >= endBefore(span) ? time : undefined;
  };
  /** Whether a window has not ended when the clocks are put back, so that it goes on when its start is shown again. */
  const goesOn = (span: OffsetSpan, time: WallClockTime): boolean => {
    const end = endBefore(span);
    if (time >= end || (grid.step(time, 1) ?? end) <= end) return false;
    return (grid.floor(time - 1000) ?? Number.NEGATIVE_INFINITY) < span.from + span.offset;
  };
  const floor = (moment: Instant): Instant | undefined => {
    let span = zone.spanAt(moment);
    let time = grid.floor(moment + span.offset);
    while (time !== undefined) {
      if (time >= span.from + span.offset && !goesOn(span, time)) return time - span.offset;
      if (skippedAt(span) !== undefined) return span.from;
      span = zone.spanAt(span.from - 1);
      time = grid.floor(span.until - 1000 + span.offset);
    }
    return undefined;
  };
  const next = (moment: Instant): Instant | undefined => {
    let span = zone.spanAt(moment);
    const shown = moment + span.offset;
    let time = grid.step(grid.floor(shown) ?? shown, 1);
    while (time !== undefined) {
      if (time >= span.until + span.offset) {
        const before = span;
        span = zone.spanAt(span.until);
        if (skippedAt(span) !== undefined) return span.from;
        if (span.offset !== before.offset) time = ceilOf(grid, span.from + span.offset);
      } else if (goesOn(span, time)) time = grid.step(time, 1);
      else return time - span.offset;
    }
    return undefined;
  };
  /** The starts whose time is shown or skipped: none, one or two. */
  const startsAt = (time: WallClockTime): readonly Instant[] => {
    const starts: Instant[] = [];
    for (let span = zone.spanAt(time - day); span.from <= time + day; span = zone.spanAt(span.until)) {
      const isShown = time >= span.from + span.offset && time < span.until + span.offset;
      if (isShown && !goesOn(span, time)) starts.push(time - span.offset);
      if (skippedAt(span) === time) starts.push(span.from);
    }
    return starts;
  };
  return {
    floor,
    step: (from, steps) => {
      let moment: Instant | undefined = from;
      for (let left = Math.abs(steps); left > 0 && moment !== undefined; left--) moment = steps > 0 ? next(moment) : floor(moment - 1000);
      return moment;
    },
    label: (start) => {
      const { offset } = zone.spanAt(start);
      const time = grid.floor(start + offset) ?? start + offset;
      const isAgain = zone.spanAt(start - day).offset > offset && startsAt(time).indexOf(start) > 0;
      return { time, again: isAgain ? offsetText(offset) : "" };
    },
    labelled: ({ time, again }) => {
      const [first, second] = startsAt(time);
      return again === "" ? first : second !== undefined && again === offsetText(zone.spanAt(second).offset) ? second : undefined;
    },
    moment: (time) => zone.instant(time),
    text: (moment) => `${formatIso(moment)}Z`,
  };
}

/** An offset as `+01:00`. */
function offsetText(offset: number): string {
  const clock = formatIso(Math.abs(offset)).slice(11);
  return `${offset < 0 ? "-" : "+"}${clock.endsWith(":00") ? clock.slice(0, 5) : clock}`;
}

/** The rows and columns of a calendar for partitions of some length. A wall time is what a UTC clock would show. */
import type { StripColumn, StripRow } from "./strip.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
const isoDay = (wall: number): string => new Date(wall).toISOString().slice(0, 10);
const clock = (wall: number): string => new Date(wall).toISOString().slice(11, 16);
const formatter = (options: Intl.DateTimeFormatOptions): ((wall: number) => string) => {
  const format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  return (wall) => format.format(wall);
};
const weekday = formatter({ weekday: "short" });
const dayAndMonth = formatter({ day: "numeric", month: "short" });
const month = formatter({ month: "short" });
const year = formatter({ year: "numeric" });
const wholeDate = formatter({ day: "numeric", month: "short", year: "numeric" });

export interface Calendar {
  readonly caption: string;
  readonly rowName: string;
  readonly columns: readonly StripColumn[];
  /** A number for the row that grows with time, and the column in it. */
  readonly place: (wall: number) => readonly [row: number, column: number];
  readonly row: (wall: number) => StripRow;
  readonly name: (wall: number) => string;
}

/** The calendar for steps of some milliseconds; undefined where rows would have one partition each. `first` is the first wall time. */
export function calendarOf(step: number, first: number): Calendar | undefined {
  if (step < minute) return undefined;
  if (step < hour) return finer(step, hour, "hour", (wall) => `${clock(wall).slice(0, 2)}:00`, first);
  if (step <= day / 2) return finer(step, day, "day", undefined, first);
  if (step < 5 * day) return monthByDay;
  if (step < 27 * day) return yearByWeek;
  if (step < 360 * day) return yearByMonth;
  return undefined;
}

/** A day by its hours, or an hour by its minutes. */
function finer(step: number, unit: number, rowName: string, rowLabel: ((wall: number) => string) | undefined, first: number): Calendar {
  // Partitions may begin at another minute than the full hour.
  const offset = modulo(first, step);
  const slots = Math.max(1, Math.ceil((unit - offset) / step));
  const isHours = unit === day;
  const gap = slots > 12 ? 3 : 1;
  return {
    caption: isHours ? (step === hour ? "hour by hour" : `every ${step / hour} hours`) : `every ${step / minute} minutes`,
    rowName,
    columns: Array.from({ length: slots }, (_, index) => ({
      label: isHours ? clock(index * step + offset).slice(0, 2) : clock(index * step + offset).slice(3),
      isLabelled: index % gap === 0,
    })),
    place: (wall) => [Math.floor(wall / unit), Math.min(slots - 1, Math.floor(modulo(wall, unit) / step))],
    row: (wall) => {
      if (rowLabel === undefined) return { label: weekday(wall), detail: dayAndMonth(wall), title: isoDay(wall) };
      return { label: rowLabel(wall), detail: dayAndMonth(wall), title: `${isoDay(wall)}, ${rowLabel(wall)}` };
    },
    name: (wall) => new Date(wall).toISOString().slice(0, 16).replace("T", ", "),
  };
}

const monthByDay: Calendar = {
  caption: "day by day",
  rowName: "month",
  columns: Array.from({ length: 31 }, (_, index) => ({ label: String(index + 1), isLabelled: index === 0 || (index + 1) % 5 === 0 })),
  place: (wall) => {
    const date = new Date(wall);
    return [date.getUTCFullYear() * 12 + date.getUTCMonth(), date.getUTCDate() - 1];
  },
  row: (wall) => ({ label: month(wall), detail: year(wall), title: isoDay(wall).slice(0, 7) }),
  name: isoDay,
};

const yearByWeek: Calendar = {
  caption: "week by week",
  rowName: "year",
  columns: Array.from({ length: 53 }, (_, index) => ({ label: String(index + 1), isLabelled: index === 0 || (index + 1) % 10 === 0 })),
  place: (wall) => {
    const date = new Date(wall);
    return [date.getUTCFullYear(), Math.floor((wall - Date.UTC(date.getUTCFullYear(), 0, 1)) / (7 * day))];
  },
  row: (wall) => ({ label: year(wall), detail: "", title: year(wall) }),
  name: (wall) => `the week of ${isoDay(wall)}`,
};

const yearByMonth: Calendar = {
  caption: "month by month",
  rowName: "year",
  columns: Array.from({ length: 12 }, (_, index) => ({ label: month(Date.UTC(2000, index)), isLabelled: true })),
  place: (wall) => [new Date(wall).getUTCFullYear(), new Date(wall).getUTCMonth()],
  row: (wall) => ({ label: year(wall), detail: "", title: year(wall) }),
  name: (wall) => isoDay(wall).slice(0, 7),
};

/** From the first to the last day, such as `31 Jan – 7 Feb 2018`. */
export function spanTitle(first: number, last: number): string {
  if (isoDay(first) === isoDay(last)) return wholeDate(first);
  return `${year(first) === year(last) ? dayAndMonth(first) : wholeDate(first)} – ${wholeDate(last)}`;
}

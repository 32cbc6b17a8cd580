import { EdgewaterError } from "../errors.ts";

/**
 * Wall-clock time without a time zone: every day has 24 hours. In memory it is the number of milliseconds since
 * 1970-01-01T00:00:00 on the same clock; as text it is ISO 8601 without a zone, such as `2024-02-29T06:00:00`.
 */
export type WallClockTime = number;

/** ISO 8601 text without a zone (`2024-02-29`, `2024-02-29T06:00`, `2024-02-29T06:00:00`), or a Date, of which the UTC fields count. */
export type WallClockInput = string | Date;

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?$/;

/** Returns the time with these fields, or `undefined` when there is none, such as on February 30. Months count from 1. */
export function wallClockTime(
  year: number,
  month = 1,
  day = 1,
  hour = 0,
  minute = 0,
  second = 0,
  millisecond = 0,
): WallClockTime | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, millisecond);
  const same =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return same ? date.getTime() : undefined;
}

/** Parses ISO 8601 text without a zone. Returns `undefined` for any other text. */
export function parseIso(text: string): WallClockTime | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [year = 0, month, day, hour, minute, second] = match.slice(1, 7).map((field) => (field === undefined ? 0 : Number(field)));
  return wallClockTime(year, month, day, hour, minute, second, Number((match[7] ?? "0").padEnd(3, "0")));
}

/**
 * Parses ISO 8601 text of an instant: a date, or a date and time, with `Z` or an offset such as `+01:00`. Without a zone it is
 * in UTC, on every machine. Returns `undefined` for any other text, and for dates that do not exist, such as February 30.
 */
export function parseInstant(text: string): Date | undefined {
  const match = /^(\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)?)(?:(?<=\.\d{3})\d+)?((?<=T.*)(?:Z|[+-]\d\d:?\d\d))?$/.exec(text);
  const time = match === null ? undefined : parseIso(match[1] ?? "");
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d):?(\d\d)$/.exec(match?.[2] ?? "") ?? [];
  if (time === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(sign === "-" ? time + offset : time - offset);
}

/** Formats a time as ISO 8601 text to the second, such as `2024-02-29T06:00:00`. */
export function formatIso(time: WallClockTime): string {
  const date = new Date(time);
  const pad = (field: number, width = 2): string => String(field).padStart(width, "0");
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  return `${day}T${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
}

/**
 * Reads a {@link WallClockInput}.
 *
 * @param what the name of the input in the error, such as `The start of partitions`
 * @param parse how text is read before ISO 8601 is tried
 * @throws `PartitionError` for anything else
 */
export function readWallClock(input: unknown, what: string, parse: (text: string) => WallClockTime | undefined = parseIso): WallClockTime {
  const time = input instanceof Date ? input.getTime() : typeof input === "string" ? (parse(input) ?? parseIso(input)) : undefined;
  if (time === undefined || Number.isNaN(time)) {
    const got = typeof input === "string" ? JSON.stringify(input) : input instanceof Date ? "an invalid Date" : typeof input;
    throw new EdgewaterError("PartitionError", `${what} must be a Date or a time without a zone such as "2024-01-15T06:00:00"; got ${got}`);
  }
  return time;
}

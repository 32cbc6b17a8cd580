import { EdgewaterError } from "../errors.ts";

/**
 * Wall-clock time without a time zone, which has every day of 24 hours. Inside, a naive time is the number of
 * milliseconds that the same reading has in UTC; outside it is ISO text such as `2024-02-29T06:00:00`.
 */
export type NaiveTime = number;

/** ISO text without a zone (`2024-02-29`, `2024-02-29T06:00`, `2024-02-29T06:00:00`), or a Date, read by its UTC fields. */
export type NaiveInput = string | Date;

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?$/;

/** The naive time of these fields; `undefined` when there is no such moment, as on February 30. Months count from 1. */
export function naiveTime(year: number, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0): NaiveTime | undefined {
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

/** Reads ISO text without a zone; `undefined` for any other text. */
export function parseIso(text: string): NaiveTime | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [year = 0, month, day, hour, minute, second] = match.slice(1, 7).map((field) => (field === undefined ? 0 : Number(field)));
  return naiveTime(year, month, day, hour, minute, second, Number((match[7] ?? "0").padEnd(3, "0")));
}

/** ISO text to the second, such as `2024-02-29T06:00:00`. */
export function formatIso(time: NaiveTime): string {
  const date = new Date(time);
  const pad = (field: number, width = 2): string => String(field).padStart(width, "0");
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  return `${day}T${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
}

/**
 * Reads what a caller gives as a naive time; `what` names it in the error.
 *
 * @throws `PartitionError`
 */
export function readNaive(input: unknown, what: string, parse: (text: string) => NaiveTime | undefined = parseIso): NaiveTime {
  const time = input instanceof Date ? input.getTime() : typeof input === "string" ? (parse(input) ?? parseIso(input)) : undefined;
  if (time === undefined || Number.isNaN(time)) {
    const got = typeof input === "string" ? JSON.stringify(input) : input instanceof Date ? "an invalid Date" : typeof input;
    throw new EdgewaterError("PartitionError", `${what} must be a Date or a time without a zone such as "2024-01-15T06:00:00", got ${got}`);
  }
  return time;
}

/**
 * Dates and timestamps as text ⇄ days and microseconds since 1970-01-01, exact to the microsecond.
 *
 * @module
 */

/** Microseconds of a day. */
export const microsOfDay = 86_400_000_000n;

const dateText = /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})$/;
const timestampText =
  /^([+-]?\d{4,6}-\d{1,2}-\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)? ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i;

/** Returns the days since 1970-01-01 of a date such as `2024-01-15`; undefined for other text and for dates that do not exist. */
export function parseDate(text: string): number | undefined {
  const [, year, month, day] = dateText.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? date.getTime() / 86_400_000 : undefined;
}

/** A timestamp that was read from text. */
export interface ParsedTimestamp {
  /** Microseconds since 1970-01-01T00:00:00, in UTC if the text has a zone, else as the text says. */
  readonly micros: bigint;
  readonly hasZone: boolean;
}

/**
 * Reads a timestamp such as `2024-01-15T06:00:00.123456Z`, with a space for the `T`, with `+01:00` for the `Z`, or without a zone; and a
 * date, of which it is the start. Digits after the sixth are dropped. Undefined for other text and for times that do not exist.
 */
export function parseTimestamp(text: string): ParsedTimestamp | undefined {
  const match = timestampText.exec(text);
  const days = match === null ? undefined : parseDate(match[1] ?? "");
  if (match === null || days === undefined) return undefined;
  const [hours, minutes, seconds] = [match[2], match[3], match[4]].map((field = "0") => Number(field)) as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const zone = match[6]?.toUpperCase();
  const [, sign, zoneHours = "0", zoneMinutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? "") ?? [];
  if (Number(zoneHours) > 18 || Number(zoneMinutes) > 59) return undefined;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -60 : 60);
  const wholeSeconds = days * 86_400 + hours * 3600 + minutes * 60 + seconds - offset;
  const fraction = BigInt((match[5] ?? "").padEnd(6, "0").slice(0, 6));
  return { micros: BigInt(wholeSeconds) * 1_000_000n + fraction, hasZone: zone !== undefined };
}

/** Formats days since 1970-01-01 as a date such as `2024-01-15`. */
export function formatDate(days: number): string {
  const date = new Date(days * 86_400_000);
  return `${yearText(date.getUTCFullYear())}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
}

/**
 * Formats microseconds since 1970-01-01T00:00:00 as a timestamp without a zone, such as `2024-01-15T06:00:00.123456`.
 *
 * @param digits of the fraction; the others are dropped, towards the past
 */
export function formatTimestamp(micros: bigint, digits: 3 | 6 = 6): string {
  const days = floorDivide(micros, microsOfDay);
  const rest = Number(micros - days * microsOfDay);
  const seconds = Math.floor(rest / 1_000_000);
  const clock = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return `${formatDate(Number(days))}T${clock}.${pad(rest % 1_000_000, 6).slice(0, digits)}`;
}

/** Divides and rounds towards minus infinity. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

function yearText(year: number): string {
  return year < 0 ? `-${pad(-year, 4)}` : year > 9999 ? `+${year}` : pad(year, 4);
}

function pad(field: number, width = 2): string {
  return String(field).padStart(width, "0");
}

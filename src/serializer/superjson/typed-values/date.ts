import { damaged } from "../failures.ts";
import { extrasOf, shown, text } from "./checks.ts";
import { ours, type Type } from "./encoded-form.ts";

/** superjson's annotation of a `Date`; ours for an invalid one. `ByteWriter.date` writes its text. */
export function dateType(date: Date): Type {
  return Number.isNaN(timeOf(date)) ? ours("Date") : '"Date"';
}

/** Milliseconds of a Date of any realm. */
export function timeOf(date: Date): number {
  return Date.prototype.getTime.call(date);
}

/** Why a Date would come back changed. */
export function dateExtras(date: Date): string | undefined {
  return extrasOf(date);
}

/** Whether it is a real Date with nothing of its own. Dates are many, so this is quick. */
export function isBareDate(date: Date, isStrict: boolean): boolean {
  try {
    timeOf(date);
  } catch {
    return false;
  }
  if (!isStrict) return true;
  return Object.isExtensible(date) && Reflect.ownKeys(date).length === 0;
}

/** Reads the usual dates by arithmetic, which is faster than the parser of any engine. */
export function decodeDate(raw: unknown): Date {
  const iso = text(raw);
  const time = usualTime(iso);
  if (time !== undefined) return new Date(time);
  const value = new Date(iso);
  // What engines read beyond the text of `toISOString` differs from one to the other.
  if (Number.isNaN(value.getTime()) || value.toISOString() !== iso) throw damaged(`${shown(raw)} is not a date of toISOString`);
  return value;
}

/** Milliseconds of what `Date.prototype.toISOString` writes for the years from 1000 to 9999. */
function usualTime(iso: string): number | undefined {
  if (iso.length !== 24 || iso.charCodeAt(4) !== 45 || iso.charCodeAt(7) !== 45 || iso.charCodeAt(10) !== 84) return undefined;
  if (iso.charCodeAt(13) !== 58 || iso.charCodeAt(16) !== 58 || iso.charCodeAt(19) !== 46 || iso.charCodeAt(23) !== 90) return undefined;
  const year = digits(iso, 0, 4);
  const month = digits(iso, 5, 7);
  const day = digits(iso, 8, 10);
  const hour = digits(iso, 11, 13);
  const minute = digits(iso, 14, 16);
  const second = digits(iso, 17, 19);
  const millisecond = digits(iso, 20, 23);
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return undefined;
  if (!(hour < 24 && minute < 60 && second < 60 && millisecond >= 0)) return undefined;
  // As if years began on 1 March, so that a leap day ends its year.
  const from = month > 2 ? year : year - 1;
  const ofYear = ((153 * ((month + 9) % 12) + 2) / 5) | 0;
  const days = 365 * from + (from >> 2) - ((from / 100) | 0) + ((from / 400) | 0) + ofYear + day - 719469;
  return days * 864e5 + hour * 36e5 + minute * 6e4 + second * 1000 + millisecond;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return 30 + ((month + (month >> 3)) % 2);
}

/** The number that digits of a text make; NaN where there is something else. */
function digits(iso: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index++) {
    const digit = iso.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = 10 * value + digit;
  }
  return value;
}

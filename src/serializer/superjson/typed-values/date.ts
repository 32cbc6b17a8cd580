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
  return Object.isExtensible(date) && Object.getOwnPropertyNames(date).length === 0 && Object.getOwnPropertySymbols(date).length === 0;
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

const template = "0000-00-00T00:00:00.000Z";

/** Milliseconds of what `Date.prototype.toISOString` writes for years of four digits and the days to the 28th. */
function usualTime(iso: string): number | undefined {
  if (iso.length !== template.length) return undefined;
  for (let index = 0; index < template.length; index++) {
    const [code, expected] = [iso.charCodeAt(index), template.charCodeAt(index)];
    if (expected === 48 ? code < 48 || code > 57 : code !== expected) return undefined;
  }
  const [year, month, day] = [digits(iso, 0, 4), digits(iso, 5, 7), digits(iso, 8, 10)];
  const [hour, minute, second, millisecond] = [digits(iso, 11, 13), digits(iso, 14, 16), digits(iso, 17, 19), digits(iso, 20, 23)];
  const isUsual = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60;
  return isUsual ? Date.UTC(year, month - 1, day, hour, minute, second, millisecond) : undefined;
}

/** The number that digits of a text make. */
function digits(iso: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index++) value = 10 * value + iso.charCodeAt(index) - 48;
  return value;
}

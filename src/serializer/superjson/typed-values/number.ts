import { damaged } from "../failures.ts";
import { attempt, shown, text } from "./checks.ts";

/** The numbers that JSON has nothing for, by the text that is written for them. */
const specialNumbers: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/** `NaN`, `Infinity`, `-Infinity` or `-0`. */
export function specialNumberText(number: number): string {
  return Object.is(number, -0) ? "-0" : String(number);
}

export function decodeNumber(raw: unknown): number {
  const number = specialNumbers.get(raw);
  if (number === undefined) throw damaged(`${shown(raw)} is not one of the numbers that JSON lacks`);
  return number;
}

export function decodeBigInt(raw: unknown): bigint {
  const digits = text(raw);
  if (!/^-?\d+$/.test(digits)) throw damaged(`${shown(raw)} is not a bigint`);
  return attempt(() => BigInt(digits));
}

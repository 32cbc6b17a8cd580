/**
 * Decimal numbers as a whole number without the point, exact.
 *
 * @module
 */

/** A number: `unscaled` divided by 10 to the power of `scale`. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** The digits of the largest decimal of a table. */
export const mostDigits = 38;

/** Digits and exponents beyond these are no number of a table: doubles end at 1e308 and have 17 digits. */
const longestText = 400;
const largestExponent = 400;

/** Reads a number such as `-12.50` or `1.25e3`; undefined for other text. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = text.length > longestText ? null : /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  if (whole + fraction === "" || Math.abs(exponent) > largestExponent) return undefined;
  const digits = BigInt(whole + fraction);
  const scale = fraction.length - exponent;
  const unscaled = scale < 0 ? digits * 10n ** BigInt(-scale) : digits;
  return { unscaled: sign === "-" ? -unscaled : unscaled, scale: Math.max(scale, 0) };
}

/** Formats a decimal, with as many digits after the point as its scale says: `12.50`. */
export function formatDecimal({ unscaled, scale }: Decimal): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** How digits that a smaller scale does not have are dropped; `half`: to the nearest, halves away from zero. */
export type Rounding = "floor" | "ceil" | "half";

/** The unscaled form of a decimal at another scale. */
export function rescale({ unscaled, scale }: Decimal, to: number, rounding: Rounding = "half"): bigint {
  if (to >= scale) return unscaled * 10n ** BigInt(to - scale);
  const divisor = 10n ** BigInt(scale - to);
  const quotient = unscaled / divisor;
  const rest = unscaled % divisor;
  if (rest === 0n) return quotient;
  if (rounding === "floor") return rest < 0n ? quotient - 1n : quotient;
  if (rounding === "ceil") return rest > 0n ? quotient + 1n : quotient;
  const isHalf = (rest < 0n ? -rest : rest) * 2n >= divisor;
  return isHalf ? quotient + (rest < 0n ? -1n : 1n) : quotient;
}

/** The nearest double. */
export function toNumber(decimal: Decimal): number {
  return Number(formatDecimal(decimal));
}

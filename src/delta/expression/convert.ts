import { EdgewaterError } from "../../errors.ts";
import type { DecimalType, DeltaType } from "../schema/types.ts";
import { formatDecimal, parseDecimal, rescale, toNumber } from "../values/decimal.ts";
import { floorDivide, formatDate, formatTimestamp, microsOfDay, parseDate, parseTimestamp } from "../values/temporal.ts";
import { nameOfType } from "./type-names.ts";

/** How values of one type become values of another. */
export interface Conversion {
  /** Of a value that is not null. @throws `ValidationError` for a value that the type does not have */
  readonly apply: (value: unknown) => unknown;
  /** Whether a larger value becomes one that is not smaller, so that bounds of values become bounds. */
  readonly isMonotone: boolean;
}

export type WholeType = "byte" | "short" | "integer" | "long";

/** The largest value of each type of whole numbers. */
const largest: Readonly<Record<WholeType, bigint>> = { byte: 127n, short: 32_767n, integer: 2n ** 31n - 1n, long: 2n ** 63n - 1n };

const asItIs: Conversion = { apply: (value) => value, isMonotone: true };

export function isWhole(type: DeltaType): type is WholeType {
  return typeof type === "string" && Object.hasOwn(largest, type);
}

export function isFloating(type: DeltaType): type is "float" | "double" {
  return type === "float" || type === "double";
}

export function isDecimal(type: DeltaType): type is DecimalType {
  return typeof type !== "string" && type.type === "decimal";
}

export function isNumeric(type: DeltaType): boolean {
  return isWhole(type) || isFloating(type) || isDecimal(type);
}

export function isTimestamp(type: DeltaType): boolean {
  return type === "timestamp" || type === "timestamp_ntz";
}

/** The type of decimals that hold every value of a numeric type that is exact. */
export function decimalTypeOf(type: DeltaType): DecimalType {
  if (isDecimal(type)) return type;
  return { type: "decimal", precision: isWhole(type) ? String(largest[type]).length : 38, scale: 0 };
}

/** How CAST makes values of a type from those of another; undefined if it cannot. */
export function conversionOf(from: DeltaType, to: DeltaType): Conversion | undefined {
  if (from === "void" || (typeof from === "string" && from === to)) return asItIs;
  if (isDecimal(from) && isDecimal(to) && from.scale === to.scale && from.precision <= to.precision) return asItIs;
  if (from === "string") return parsing(to);
  if (to === "string")
    return typeof from === "string" || isDecimal(from) ? { apply: (value) => textOf(from, value), isMonotone: false } : undefined;
  if (isNumeric(from) && isNumeric(to)) return { apply: numericConversion(from, to), isMonotone: true };
  if (to === "boolean") return isNumeric(from) ? { apply: (value) => Number(value) !== 0, isMonotone: false } : undefined;
  if (from === "boolean")
    return isNumeric(to) ? { apply: (value) => numericConversion("integer", to)(Number(value)), isMonotone: true } : undefined;
  if (isTimestamp(from) && isTimestamp(to)) return asItIs;
  if (from === "date" && isTimestamp(to)) return { apply: (value) => BigInt(value as number) * microsOfDay, isMonotone: true };
  if (isTimestamp(from) && to === "date") return { apply: (value) => Number(floorDivide(value as bigint, microsOfDay)), isMonotone: true };
  return undefined;
}

function numericConversion(from: DeltaType, to: DeltaType): (value: unknown) => unknown {
  if (isDecimal(to)) {
    return (value) =>
      fitting(to, isDecimal(from) ? rescale({ unscaled: value as bigint, scale: from.scale }, to.scale) : scaled(value, to));
  }
  if (isFloating(to)) {
    const numberOf = isDecimal(from) ? (value: unknown) => toNumber({ unscaled: value as bigint, scale: from.scale }) : Number;
    return to === "float" ? (value) => Math.fround(numberOf(value)) : numberOf;
  }
  if (!isWhole(to)) return (value) => refuse(value, to);
  return (value) => {
    const whole = isDecimal(from) ? (value as bigint) / 10n ** BigInt(from.scale) : wholeOf(value, to);
    return wholeAs(to, whole, value);
  };
}

function scaled(value: unknown, to: DecimalType): bigint {
  const decimal = parseDecimal(String(value)) ?? refuse(value, to);
  return rescale(decimal, to.scale);
}

function wholeOf(value: unknown, to: DeltaType): bigint {
  return typeof value === "bigint" ? value : Number.isFinite(value) ? BigInt(Math.trunc(value as number)) : refuse(value, to);
}

/** A whole number as the value of a type; a long is a bigint. */
function wholeAs(to: WholeType, whole: bigint, value: unknown = whole): bigint | number {
  const most = largest[to];
  if (whole > most || whole < -most - 1n) return refuse(value, to);
  return to === "long" ? whole : Number(whole);
}

/** @throws `ValidationError` for a decimal with more digits than its type has */
export function fitting(type: DecimalType, unscaled: bigint): bigint {
  const limit = 10n ** BigInt(type.precision);
  return unscaled < limit && unscaled > -limit ? unscaled : refuse(formatDecimal({ unscaled, scale: type.scale }), type);
}

function parsing(to: DeltaType): Conversion | undefined {
  const parse = parserOf(to);
  if (parse === undefined) return undefined;
  return { apply: (value) => parse((value as string).trim()) ?? refuse(value, to), isMonotone: false };
}

/** Reads a text as a value of a type; undefined for a text that is not a value of it. */
function parserOf(to: DeltaType): ((text: string) => unknown) | undefined {
  if (isDecimal(to)) {
    return (text) => {
      const decimal = parseDecimal(text);
      return decimal && fitting(to, rescale(decimal, to.scale));
    };
  }
  if (isWhole(to)) return (text) => (/^[+-]?\d{1,40}$/.test(text) ? wholeAs(to, BigInt(text.replace("+", "")), text) : undefined);
  if (isFloating(to)) {
    return (text) => {
      const number = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)$|^nan$/i.test(text) ? numberOf(text) : undefined;
      return to === "float" && number !== undefined ? Math.fround(number) : number;
    };
  }
  switch (to) {
    case "boolean":
      return (text) => (/^(?:true|t|yes|y|1)$/i.test(text) ? true : /^(?:false|f|no|n|0)$/i.test(text) ? false : undefined);
    case "date":
      return (text) => parseDate(text) ?? daysOf(text);
    case "timestamp":
    case "timestamp_ntz":
      return (text) => {
        const parsed = parseTimestamp(text);
        return parsed?.hasZone && to === "timestamp_ntz" ? undefined : parsed?.micros;
      };
    case "binary":
      return (text) => new TextEncoder().encode(text);
    default:
      return undefined;
  }
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isNaN(number) || /nan/i.test(text)) return number;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function daysOf(text: string): number | undefined {
  const parsed = parseTimestamp(text);
  return parsed && Number(floorDivide(parsed.micros, microsOfDay));
}

/** The text of a value that is not null, as CAST makes it. */
function textOf(type: DeltaType, value: unknown): string {
  if (isDecimal(type)) return formatDecimal({ unscaled: value as bigint, scale: type.scale });
  if (type === "date") return formatDate(value as number);
  if (isTimestamp(type))
    return formatTimestamp(value as bigint)
      .replace("T", " ")
      .replace(/\.?0+$/, "");
  if (type === "binary") return new TextDecoder().decode(value as Uint8Array);
  return String(value);
}

function refuse(value: unknown, to: DeltaType): never {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : String(value);
  throw new EdgewaterError("ValidationError", `Cannot convert ${shown} to ${nameOfType(to)}: it is no such value, or beyond its range`);
}

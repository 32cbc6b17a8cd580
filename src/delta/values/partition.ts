/**
 * The values of partition columns as the text that the log has of them.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#partition-value-serialization
 */
import { EdgewaterError } from "../../errors.ts";
import type { DeltaType } from "../schema/types.ts";
import { formatDecimal, parseDecimal, rescale } from "./decimal.ts";
import { formatDate, formatTimestamp, parseDate, parseTimestamp } from "./temporal.ts";

/**
 * Reads the value of a partition column, in the form of `batch.ts`. A missing or empty text is null. A timestamp without a zone is in
 * UTC.
 *
 * @param column the name of the column, for the message
 * @throws `Integrity` for a text that is no value of the type; `NotSupported` for a type that has no partitions
 */
export function parsePartitionValue(text: string | null | undefined, type: DeltaType, column: string): unknown {
  if (text === null || text === undefined || text === "") return null;
  const value = readValue(text, type, column);
  if (value !== undefined) return value;
  const message = `Cannot read the partition value ${JSON.stringify(text)} of the column ${JSON.stringify(column)}: it is no ${typeName(type)}`;
  throw new EdgewaterError("Integrity", `${message}; correct the log`, { field: column });
}

/**
 * Prints the value of a partition column. Timestamps are in UTC, with a `T` and a `Z`.
 *
 * @throws `SerializationError` for a value that the log cannot hold: bytes that are no UTF-8, and a text that is empty, which would be null
 */
export function printPartitionValue(value: unknown, type: DeltaType, column: string): string | null {
  if (value === null) return null;
  if (typeof type === "object") {
    if (type.type !== "decimal") throw noPartitions(type, column);
    return formatDecimal({ unscaled: value as bigint, scale: type.scale });
  }
  if (type === "date") return formatDate(value as number);
  if (type === "timestamp") return `${formatTimestamp(value as bigint)}Z`;
  if (type === "timestamp_ntz") return formatTimestamp(value as bigint).replace("T", " ");
  const text = type === "binary" ? utf8(value as Uint8Array, column) : Object.is(value, -0) ? "-0.0" : String(value);
  if (text === "") throw unprintable(column, `an empty ${type} would be read as null`);
  return text;
}

const wholeRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  byte: rangeOf(8),
  short: rangeOf(16),
  integer: rangeOf(32),
  long: rangeOf(64),
};

/** Undefined for a text that is no value of the type. */
function readValue(text: string, type: DeltaType, column: string): unknown {
  if (typeof type === "object") {
    if (type.type !== "decimal") throw noPartitions(type, column);
    const decimal = parseDecimal(text.trim());
    if (decimal === undefined) return undefined;
    const unscaled = rescale(decimal, type.scale);
    const isExact =
      rescale({ unscaled, scale: type.scale }, Math.max(decimal.scale, type.scale)) ===
      rescale(decimal, Math.max(decimal.scale, type.scale));
    return isExact && (unscaled < 0n ? -unscaled : unscaled) < 10n ** BigInt(type.precision) ? unscaled : undefined;
  }
  switch (type) {
    case "string":
      return text;
    case "binary":
      return new TextEncoder().encode(text);
    case "boolean":
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
    case "date":
      return parseDate(text) ?? dateOf(text);
    case "timestamp":
    case "timestamp_ntz":
      return parseTimestamp(text)?.micros;
    case "float":
      return mapDefined(numberOf(text), Math.fround);
    case "double":
      return numberOf(text);
    case "void":
      return undefined;
    default:
      return wholeOf(text, type);
  }
}

function wholeOf(text: string, type: string): bigint | number | undefined {
  const [least, most] = wholeRanges[type] ?? [0n, -1n];
  if (!/^[+-]?\d{1,19}$/.test(text)) return undefined;
  const whole = BigInt(text.replace("+", ""));
  if (whole < least || whole > most) return undefined;
  return type === "long" ? whole : Number(whole);
}

function numberOf(text: string): number | undefined {
  if (text === "NaN") return Number.NaN;
  const infinity = /^([+-]?)Inf(?:inity)?$/i.exec(text);
  if (infinity !== null) return infinity[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The day of a timestamp: some writers have one for a date. */
function dateOf(text: string): number | undefined {
  return /^\S{8,}[T ]/.test(text) && parseTimestamp(text) !== undefined ? parseDate(text.split(/[T ]/)[0] ?? "") : undefined;
}

function rangeOf(bits: number): readonly [bigint, bigint] {
  const half = 1n << BigInt(bits - 1);
  return [-half, half - 1n];
}

function mapDefined<Value, Result>(value: Value | undefined, change: (value: Value) => Result): Result | undefined {
  return value === undefined ? undefined : change(value);
}

function utf8(bytes: Uint8Array, column: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unprintable(column, "the bytes are no UTF-8");
  }
}

function typeName(type: DeltaType): string {
  if (typeof type === "string") return type;
  return type.type === "decimal" ? `decimal(${type.precision},${type.scale})` : type.type;
}

function noPartitions(type: DeltaType, column: string): EdgewaterError<"NotSupported"> {
  const message = `Cannot partition by the column ${JSON.stringify(column)} of the type ${typeName(type)}; choose a column without parts`;
  return new EdgewaterError("NotSupported", message, { field: column });
}

function unprintable(column: string, problem: string): EdgewaterError<"SerializationError"> {
  const message = `Cannot write a value of the partition column ${JSON.stringify(column)}: ${problem}; use another value`;
  return new EdgewaterError("SerializationError", message, { field: column });
}

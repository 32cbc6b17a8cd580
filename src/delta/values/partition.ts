/**
 * The values of partition columns as the text that the log has of them.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#partition-value-serialization
 */
import { EdgewaterError } from "../../errors.ts";
import { conversionOf, isDecimal } from "../expression/convert.ts";
import type { DecimalType, DeltaType } from "../schema/types.ts";
import { typeText } from "../schema/widening.ts";
import { formatDecimal, parseDecimal, rescale } from "./decimal.ts";
import { formatDate, formatTimestamp } from "./temporal.ts";

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
  const message = `Cannot read the partition value ${JSON.stringify(text)} of the column ${JSON.stringify(column)}: it is no ${typeText(type)}`;
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

/** Undefined for a text that is no value of the type. */
function readValue(text: string, type: DeltaType, column: string): unknown {
  if (typeof type === "object" && type.type !== "decimal") throw noPartitions(type, column);
  if (type === "string") return text;
  // CAST takes more words, and rounds.
  if (type === "boolean") return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
  if (isDecimal(type) && !isExact(text, type)) return undefined;
  try {
    // Also a time on a wall clock may have a zone.
    return conversionOf("string", type === "timestamp_ntz" ? "timestamp" : type)?.apply(text);
  } catch {
    return undefined;
  }
}

function isExact(text: string, { scale }: DecimalType): boolean {
  const decimal = parseDecimal(text.trim());
  return decimal !== undefined && rescale(decimal, scale, "floor") === rescale(decimal, scale, "ceil");
}

function utf8(bytes: Uint8Array, column: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unprintable(column, "the bytes are no UTF-8");
  }
}

function noPartitions(type: DeltaType, column: string): EdgewaterError<"NotSupported"> {
  const message = `Cannot partition by the column ${JSON.stringify(column)} of the type ${typeText(type)}; choose a column without parts`;
  return new EdgewaterError("NotSupported", message, { field: column });
}

function unprintable(column: string, problem: string): EdgewaterError<"SerializationError"> {
  const message = `Cannot write a value of the partition column ${JSON.stringify(column)}: ${problem}; use another value`;
  return new EdgewaterError("SerializationError", message, { field: column });
}

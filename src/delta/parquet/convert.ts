import type { DecimalType, PrimitiveType } from "../schema/types.ts";
import type { ByteValues, Raw } from "./encodings.ts";
import { Unsupported } from "./failure.ts";
import type { SchemaNode } from "./schema-tree.ts";
import { decodeStrings } from "./strings.ts";

/** The values of a column as `batch.ts` has them, without nulls. */
export type Values = unknown[] | Int32Array | Float32Array | Float64Array | BigInt64Array;

/** Turns values as they are stored into those of a type. */
export type Convert = (raw: Raw) => Values;

/**
 * Returns what converts the values of a column to a type of Delta, without loss: the type of the column, or a wider one.
 *
 * @throws `Unsupported` if the type cannot hold the values of the column
 */
export function converter(node: SchemaNode, target: PrimitiveType | DecimalType): Convert {
  const convert = typeof target === "object" ? toDecimal(node, target) : toPrimitive(node, target);
  if (convert !== undefined) return convert;
  const { annotation, type } = node;
  const stored = annotation === undefined ? type : `${type} (${annotation.kind})`;
  const wanted = typeof target === "object" ? `decimal(${target.precision},${target.scale})` : target;
  throw new Unsupported(
    `the column ${JSON.stringify(node.name)} has values of the type ${stored}, which do not fit the type ${wanted} of the table`,
  );
}

const asIs: Convert = (raw) => raw as Values;

function toPrimitive(node: SchemaNode, target: PrimitiveType): Convert | undefined {
  const { type, annotation } = node;
  const isNumber = annotation === undefined || annotation.kind === "integer";
  switch (target) {
    case "boolean":
      return type === "BOOLEAN" ? (raw) => Array.from(raw as Uint8Array, (value) => value === 1) : undefined;
    case "byte":
    case "short":
    case "integer":
      return type === "INT32" && isNumber ? asIs : undefined;
    case "long":
      if (type === "INT64" && isNumber) return asIs;
      return type === "INT32" && isNumber ? toLongs(annotation?.kind === "integer" && !annotation.isSigned) : undefined;
    case "float":
      return type === "FLOAT" ? asIs : undefined;
    case "double":
      if (type === "DOUBLE") return asIs;
      return type === "FLOAT" || (type === "INT32" && isNumber) ? (raw) => Float64Array.from(raw as Float32Array | Int32Array) : undefined;
    case "date":
      return type === "INT32" && (annotation === undefined || annotation.kind === "date") ? asIs : undefined;
    case "timestamp":
    case "timestamp_ntz":
      return toTimestamps(node, target);
    case "string":
      return isBytes(node) && (annotation === undefined || annotation.kind === "string")
        ? (raw) => decodeStrings(raw as ByteValues)
        : undefined;
    case "binary":
      return isBytes(node) ? (raw) => byteArrays(raw as ByteValues) : undefined;
    case "void":
      return (raw) => new Array(lengthOf(raw)).fill(null);
  }
}

function isBytes({ type }: SchemaNode): boolean {
  return type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY";
}

function toLongs(isUnsigned: boolean): Convert {
  return (raw) => BigInt64Array.from(raw as Int32Array, isUnsigned ? (value) => BigInt(value >>> 0) : BigInt);
}

const microsOfDay = 86_400_000_000n;

function toTimestamps({ type, annotation }: SchemaNode, target: "timestamp" | "timestamp_ntz"): Convert | undefined {
  if (type === "INT96") return asIs;
  if (target === "timestamp_ntz" && type === "INT32" && annotation?.kind === "date") {
    return (raw) => BigInt64Array.from(raw as Int32Array, (days) => BigInt(days) * microsOfDay);
  }
  if (type !== "INT64" || annotation?.kind !== "timestamp") return undefined;
  if (annotation.unit === "micros") return asIs;
  if (annotation.unit === "millis") return (raw) => (raw as BigInt64Array).map((value) => value * 1000n);
  // Fractions of microseconds are cut off downwards, as those of INT96.
  return (raw) => (raw as BigInt64Array).map((value) => (value >= 0n ? value / 1000n : -((999n - value) / 1000n)));
}

/** A decimal of the same or a larger scale, or an integer, as a number without its point. */
function toDecimal(node: SchemaNode, target: DecimalType): Convert | undefined {
  const { type, annotation } = node;
  const isInteger = (type === "INT32" || type === "INT64") && (annotation === undefined || annotation.kind === "integer");
  if (annotation?.kind !== "decimal" && !isInteger) return undefined;
  const growth = target.scale - (annotation?.kind === "decimal" ? annotation.scale : 0);
  if (growth < 0) return undefined;
  const factor = 10n ** BigInt(growth);
  if (type === "INT32") return (raw) => Array.from(raw as Int32Array, (value) => BigInt(value) * factor);
  if (type === "INT64") return (raw) => Array.from(raw as BigInt64Array, (value) => value * factor);
  if (!isBytes(node)) return undefined;
  return (raw) => {
    const { bytes, starts, ends } = raw as ByteValues;
    return Array.from(starts, (start, index) => signedNumber(bytes, start, ends[index] as number) * factor);
  };
}

/** A number in two's complement, its highest byte first. */
function signedNumber(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  let position = end;
  let shift = 0n;
  while (position > start) {
    const from = Math.max(start, position - 4);
    let part = 0;
    for (let index = from; index < position; index++) part = part * 256 + (bytes[index] as number);
    value |= BigInt(part) << shift;
    shift += BigInt((position - from) * 8);
    position = from;
  }
  return BigInt.asIntN(Number(shift), value);
}

function byteArrays({ bytes, starts, ends }: ByteValues): Uint8Array[] {
  return Array.from(starts, (start, index) => bytes.slice(start, ends[index]));
}

function lengthOf(raw: Raw): number {
  return "starts" in raw ? raw.starts.length : raw.length;
}

type TypedValues = Exclude<Values, unknown[]>;

/** A new array like another, of this length. */
function like(values: Values, length: number): Values {
  return Array.isArray(values) ? new Array(length) : new (values.constructor as new (length: number) => TypedValues)(length);
}

/** The values of several arrays, one after another: in a typed array if all of them are of one kind. */
export function join(parts: readonly Values[]): Values {
  const filled = parts.filter(({ length }) => length > 0);
  const [first] = filled;
  if (first === undefined || filled.length === 1) return first ?? parts[0] ?? [];
  const length = filled.reduce((sum, part) => sum + part.length, 0);
  const joined = filled.every((part) => part.constructor === first.constructor) ? like(first, length) : new Array(length);
  let at = 0;
  for (const part of filled) {
    if (Array.isArray(joined)) for (let index = 0; index < part.length; index++) joined[at + index] = part[index];
    else joined.set(part as never, at);
    at += part.length;
  }
  return joined;
}

/** The values at some positions. */
export function take(values: Values, indices: Int32Array): Values {
  const taken = like(values, indices.length);
  for (let index = 0; index < indices.length; index++) taken[index] = values[indices[index] as number] as never;
  return taken;
}

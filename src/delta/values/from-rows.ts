import { isWellFormed } from "../../encoding/utf8.ts";
import { EdgewaterError } from "../../errors.ts";
import { describe, nearest } from "../../options.ts";
import type { Batch, ColumnValues } from "../batch.ts";
import type { Row } from "../schema/infer.ts";
import type { DecimalType, DeltaType, StructField, StructType } from "../schema/types.ts";
import { typeText } from "../schema/widening.ts";
import { type Decimal, parseDecimal } from "./decimal.ts";
import { parseDate, parseTimestamp } from "./temporal.ts";

/** Converts a value that is neither null nor undefined. */
type Convert = (value: unknown) => unknown;

/** What is wrong with a value; the column and the row are named where they are known. */
class Problem extends Error {
  readonly path: readonly string[];

  constructor(reason: string, path: readonly string[] = []) {
    super(reason);
    this.path = path;
  }
}

/**
 * Puts rows into a batch. A column that a row lacks is null.
 *
 * | type | accepted |
 * |-|-|
 * | `long` | a bigint, a safe whole number |
 * | `integer`, `short`, `byte` | a whole number in range |
 * | `float`, `double` | a number |
 * | `decimal` | a text such as `"12.50"`, a number, a bigint, `{ unscaled, scale }`: exact, nothing is rounded |
 * | `date` | a text such as `"2024-01-15"`, a Date at the start of a day in UTC |
 * | `timestamp` | a Date, microseconds since 1970 as a bigint, a text with a zone |
 * | `timestamp_ntz` | the same, in UTC; a text without a zone |
 * | `map` | a Map; a plain object if the keys are strings |
 *
 * @param firstRow the position of the first of these rows among all, for messages
 * @throws `ValidationError` that names the column and the row
 */
export function batchFromRows(rows: readonly Row[], schema: StructType, firstRow = 0): Batch {
  checkNames(rows, schema, firstRow);
  const columns = schema.fields.map((field) => {
    const { name } = field;
    return columnOf(field, rows.length, (index) => own(rows[index] as Row, name), firstRow);
  });
  return { schema, rowCount: rows.length, columns };
}

/**
 * Converts single values of a column from the form that rows have.
 *
 * @throws `ValidationError` that names the column
 */
export function valueOfRow({ name, type, nullable }: StructField): (value: unknown) => unknown {
  const convert = converter(type);
  return (value) => {
    try {
      return converted(value, convert, nullable);
    } catch (thrown) {
      throw explain(thrown, name);
    }
  };
}

/** The typed arrays that are columns of a type as they are. */
const typedColumns: Readonly<Record<string, new (length: number) => ColumnValues>> = {
  integer: Int32Array,
  long: BigInt64Array,
  float: Float32Array,
  double: Float64Array,
};

/**
 * Puts columns into a batch: arrays of the values that rows have, or typed arrays.
 *
 * @param columns one for each field of the schema; undefined is a column of nulls
 * @param firstRow the position of their first value among all, for messages
 * @throws `ValidationError` that names the column and the row
 */
export function batchFromColumns(
  columns: readonly (ArrayLike<unknown> | undefined)[],
  rowCount: number,
  schema: StructType,
  firstRow = 0,
): Batch {
  const made = schema.fields.map((field, index): ColumnValues => {
    const values = columns[index];
    const typed = typeof field.type === "string" && Object.hasOwn(typedColumns, field.type) ? typedColumns[field.type] : undefined;
    if (typed !== undefined && values instanceof typed) return values as unknown as ColumnValues;
    return columnOf(field, rowCount, (row) => values?.[row], firstRow);
  });
  return { schema, rowCount, columns: made };
}

function columnOf({ name, type, nullable }: StructField, count: number, valueAt: (index: number) => unknown, firstRow: number): unknown[] {
  const convert = converter(type);
  const values = new Array<unknown>(count);
  for (let index = 0; index < count; index++) {
    try {
      values[index] = converted(valueAt(index), convert, nullable);
    } catch (thrown) {
      throw explain(thrown, name, firstRow + index);
    }
  }
  return values;
}

function checkNames(rows: readonly Row[], { fields }: StructType, firstRow: number): void {
  const names = new Set(fields.map(({ name }) => name));
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null)
      throw explain(new Problem(`${describe(row)} is no row; expected an object`), "", firstRow + index);
    for (const name in row) if (!names.has(name)) throw explain(unknownField(name, names), name, firstRow + index);
  }
}

function unknownField(name: string, names: ReadonlySet<string>): Problem {
  const near = nearest(name, [...names]);
  return new Problem(`the schema has no such column${near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`}`);
}

function converted(value: unknown, convert: Convert, isNullable: boolean): unknown {
  if (value !== null && value !== undefined) return convert(value);
  if (!isNullable) throw new Problem(`${value}; it is not nullable: give every row a value`);
  return null;
}

function explain(thrown: unknown, name: string, row?: number): unknown {
  if (!(thrown instanceof Problem)) return thrown;
  const field = [name, ...thrown.path].join(".");
  const ofRow = row === undefined ? "" : ` of row ${row}`;
  const message = `Cannot write the column ${JSON.stringify(field)}${ofRow}: ${thrown.message}`;
  return new EdgewaterError("ValidationError", message, { field });
}

function converter(type: DeltaType): Convert {
  if (typeof type === "object") {
    switch (type.type) {
      case "decimal":
        return (value) => decimalOf(value, type);
      case "array":
        return arrayOf(type.elementType, type.containsNull);
      case "map":
        return mapOf(type.keyType, type.valueType, type.valueContainsNull);
      case "struct":
        return structOf(type);
    }
  }
  switch (type) {
    case "string":
      return (value) => {
        if (typeof value !== "string") throw wrong(value, "string");
        if (!isWellFormed(value)) throw new Problem("the text has a lone surrogate, which UTF-8 cannot encode; replace it");
        return value;
      };
    case "boolean":
      return (value) => (typeof value === "boolean" ? value : fail(value, type));
    case "binary":
      return (value) => (value instanceof Uint8Array ? value : fail(value, "binary (a Uint8Array)"));
    case "long":
      return (value) => wholeNumber(value, type, 2n ** 63n);
    case "integer":
      return (value) => Number(wholeNumber(value, type, 2n ** 31n));
    case "short":
      return (value) => Number(wholeNumber(value, type, 2n ** 15n));
    case "byte":
      return (value) => Number(wholeNumber(value, type, 2n ** 7n));
    case "double":
      return (value) => (typeof value === "number" ? value : fail(value, type));
    case "float":
      return floatOf;
    case "date":
      return dateOf;
    case "timestamp":
    case "timestamp_ntz":
      return (value) => timestampOf(value, type);
    case "void":
      return (value) => fail(value, "null");
  }
}

function wrong(value: unknown, expected: string): Problem {
  return new Problem(`${describe(value)}; expected ${expected}`);
}

function fail(value: unknown, expected: string): never {
  throw wrong(value, expected);
}

/** @param limit the smallest number is `-limit`, the largest `limit - 1` */
function wholeNumber(value: unknown, type: string, limit: bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new Problem(`${value} is no whole number that is exact; expected ${type}: give it as a bigint, or round it`);
  }
  if (typeof value !== "number" && typeof value !== "bigint") throw wrong(value, type);
  const whole = BigInt(value);
  if (whole < -limit || whole >= limit) throw new Problem(`${value} does not fit the type ${type}, which ends at ${limit - 1n}`);
  return whole;
}

function floatOf(value: unknown): number {
  if (typeof value !== "number") throw wrong(value, "float");
  const float = Math.fround(value);
  if (Number.isFinite(value) && !Number.isFinite(float)) throw new Problem(`${value} does not fit the type float; use double`);
  return float;
}

function decimalOf(value: unknown, { precision, scale }: DecimalType): bigint {
  const decimal = asDecimal(value);
  const type = `decimal(${precision},${scale})`;
  if (decimal === undefined) throw typeof value === "string" ? new Problem(`the text is no number; expected ${type}`) : wrong(value, type);
  const divisor = 10n ** BigInt(Math.max(decimal.scale - scale, 0));
  if (decimal.unscaled % divisor !== 0n)
    throw new Problem(`the number has more than ${scale} digits after the point; round it to those of ${type}`);
  const unscaled = (decimal.unscaled / divisor) * 10n ** BigInt(Math.max(scale - decimal.scale, 0));
  const limit = 10n ** BigInt(precision);
  if (unscaled <= -limit || unscaled >= limit) throw new Problem(`the number does not fit the type ${type}`);
  return unscaled;
}

function asDecimal(value: unknown): Decimal | undefined {
  if (typeof value === "bigint") return { unscaled: value, scale: 0 };
  if (typeof value === "number") return Number.isFinite(value) ? parseDecimal(String(value)) : undefined;
  if (typeof value === "string") return parseDecimal(value);
  if (typeof value !== "object" || value === null) return undefined;
  const { unscaled, scale } = value as Partial<Decimal>;
  return typeof unscaled === "bigint" && Number.isInteger(scale) && Number(scale) >= 0 && Number(scale) <= 100
    ? { unscaled, scale: Number(scale) }
    : undefined;
}

const dayMillis = 86_400_000;

function dateOf(value: unknown): number {
  if (typeof value === "string") {
    const days = parseDate(value);
    if (days === undefined) throw new Problem("the text is no date; expected one such as 2024-01-15");
    return days;
  }
  const millis = millisOf(value, 'date (a text such as "2024-01-15" or a Date)');
  if (millis % dayMillis !== 0) throw new Problem("the Date has a time of the day in UTC; pass its start, or the date as text");
  return millis / dayMillis;
}

function timestampOf(value: unknown, type: "timestamp" | "timestamp_ntz"): bigint {
  if (typeof value === "bigint") return wholeNumber(value, type, 2n ** 63n);
  if (typeof value !== "string") return BigInt(millisOf(value, `${type} (a Date, a text, or microseconds as a bigint)`)) * 1000n;
  const parsed = parseTimestamp(value);
  const wantsZone = type === "timestamp";
  if (parsed === undefined || parsed.hasZone !== wantsZone) {
    throw new Problem(
      `the text is no ${type}; expected one such as 2024-01-15T06:00:00.123456${wantsZone ? "Z, with its zone" : ", without a zone"}`,
    );
  }
  return parsed.micros;
}

function millisOf(value: unknown, expected: string): number {
  if (!(value instanceof Date)) throw wrong(value, expected);
  const millis = value.getTime();
  if (Number.isNaN(millis)) throw new Problem("the Date is invalid");
  return millis;
}

/** Converts a part of a value, and adds its name to what is thrown. */
function part(name: string, value: unknown, convert: Convert, isNullable: boolean): unknown {
  try {
    return converted(value, convert, isNullable);
  } catch (thrown) {
    throw thrown instanceof Problem ? new Problem(thrown.message, [name, ...thrown.path]) : thrown;
  }
}

function arrayOf(elementType: DeltaType, containsNull: boolean): Convert {
  const convert = converter(elementType);
  const expected = typeText({ type: "array", elementType, containsNull });
  return (value) =>
    Array.isArray(value) ? Array.from(value, (each) => part("element", each, convert, containsNull)) : fail(value, expected);
}

function mapOf(keyType: DeltaType, valueType: DeltaType, valueContainsNull: boolean): Convert {
  const [key, convert] = [converter(keyType), converter(valueType)];
  const expected = typeText({ type: "map", keyType, valueType, valueContainsNull });
  return (value) => {
    const isObject =
      keyType === "string" && typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
    if (!(value instanceof Map) && !isObject) throw wrong(value, expected);
    const entries: Iterable<readonly [unknown, unknown]> = value instanceof Map ? value : Object.entries(value as object);
    return Array.from(entries, ([name, each]) => [part("key", name, key, false), part("value", each, convert, valueContainsNull)]);
  };
}

function structOf(type: StructType): Convert {
  const names = new Set(type.fields.map(({ name }) => name));
  const fields = type.fields.map(({ name, type, nullable }) => ({ name, nullable, convert: converter(type) }));
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Map) throw wrong(value, typeText(type));
    for (const name in value) {
      if (!names.has(name)) throw new Problem(unknownField(name, names).message, [name]);
    }
    const struct = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(fields.map(({ name, nullable, convert }) => [name, part(name, own(struct, name), convert, nullable)]));
  };
}

/** A field of an object; not what all objects inherit, such as `constructor`. */
function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

import { EdgewaterError } from "../../errors.ts";
import type { Batch, ColumnValues } from "../batch.ts";
import type { DeltaType, StructType } from "../schema/types.ts";
import { formatDecimal } from "./decimal.ts";
import { formatDate } from "./temporal.ts";

/** How values that JavaScript has several forms for are given. */
export interface RowOptions {
  /** A `long` as a number, which fails for one that is not exact, or as a bigint. Default: as a number where it is exact, else as a bigint. */
  readonly int64?: "number" | "bigint" | undefined;
  /**
   * A timestamp as a Date, which fails for fractions of a millisecond, or as microseconds since 1970, a bigint. Default: as a Date where
   * it is exact, else as microseconds.
   */
  readonly timestamp?: "date" | "micros" | undefined;
  /** A date as a text such as `2024-01-15`, or as a Date at its start in UTC. Default: `text`. */
  readonly date?: "text" | "date" | undefined;
}

/** Converts a value that is not null; undefined for values that stay as they are. */
type Convert = ((value: unknown) => unknown) | undefined;

/**
 * The rows of a batch as plain objects. A decimal is a text with all of its digits, bytes are a Uint8Array, a map is a Map.
 *
 * @throws `NotSupported` for a number or a time that the chosen form does not hold; it names the column and the option
 */
export function rowsFromBatch(batch: Batch, options: RowOptions = {}): Record<string, unknown>[] {
  const columns = columnsFromBatch(batch, options);
  const names = batch.schema.fields.map(({ name }) => name);
  // A column of this name would change the prototype if it were assigned.
  const isSafe = !names.includes("__proto__");
  return Array.from({ length: batch.rowCount }, (_, index) => {
    if (!isSafe) return Object.fromEntries(names.map((name, column) => [name, columns[column]?.[index]]));
    const row: Record<string, unknown> = {};
    for (let column = 0; column < names.length; column++) row[names[column] as string] = (columns[column] as ColumnValues)[index];
    return row;
  });
}

/**
 * The columns of a batch, in the forms that rows have.
 *
 * @throws `NotSupported` as {@link rowsFromBatch}
 */
export function columnsFromBatch({ schema, columns }: Batch, options: RowOptions = {}): ColumnValues[] {
  return schema.fields.map(({ name, type }, index) => {
    const convert = converter(type, options, name);
    const values = columns[index] as ColumnValues;
    return convert === undefined ? values : Array.from(values as ArrayLike<unknown>, orNull(convert));
  });
}

function orNull(convert: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => (value === null ? null : convert(value));
}

function converter(type: DeltaType, options: RowOptions, path: string): Convert {
  const { int64, timestamp, date = "text" } = options;
  if (type === "long")
    return exactly(
      int64 === "bigint",
      int64 === "number",
      numberOf,
      `it is no number that JavaScript has exactly; read it with int64: "bigint"`,
      path,
    );
  if (type === "timestamp" || type === "timestamp_ntz") {
    return exactly(
      timestamp === "micros",
      timestamp === "date",
      dateTimeOf,
      `a Date has whole milliseconds up to the year 275760; read it with timestamp: "micros"`,
      path,
    );
  }
  if (type === "date")
    return date === "text" ? (value) => formatDate(value as number) : (value) => new Date((value as number) * 86_400_000);
  if (typeof type === "string") return undefined;
  switch (type.type) {
    case "decimal":
      return (value) => formatDecimal({ unscaled: value as bigint, scale: type.scale });
    case "array": {
      const convert = converter(type.elementType, options, `${path}.element`);
      return convert && ((value) => (value as readonly unknown[]).map(orNull(convert)));
    }
    case "map": {
      const key = converter(type.keyType, options, `${path}.key`) ?? same;
      const value = orNull(converter(type.valueType, options, `${path}.value`) ?? same);
      return (map) => new Map((map as readonly (readonly [unknown, unknown])[]).map((entry) => [key(entry[0]), value(entry[1])]));
    }
    case "struct":
      return structConverter(type, options, path);
  }
}

function structConverter(type: StructType, options: RowOptions, path: string): Convert {
  const fields = type.fields.map((field) => ({ name: field.name, convert: converter(field.type, options, `${path}.${field.name}`) }));
  if (fields.every(({ convert }) => convert === undefined)) return undefined;
  const parts = fields.map(({ name, convert }) => ({ name, convert: orNull(convert ?? same) }));
  return (value) =>
    Object.fromEntries(parts.map(({ name, convert }) => [name, convert((value as Readonly<Record<string, unknown>>)[name])]));
}

const same = (value: unknown): unknown => value;

/**
 * Converts whole numbers to the usual form of JavaScript where that is exact.
 *
 * @param isKept whether they stay as they are
 * @param isStrict whether one that has no such form fails; otherwise it stays as it is
 */
function exactly(isKept: boolean, isStrict: boolean, form: (value: bigint) => unknown, problem: string, path: string): Convert {
  if (isKept) return undefined;
  return (value) => {
    const exact = form(value as bigint);
    if (exact === undefined && isStrict) throw lossy(path, `${value} is not exact: ${problem}`);
    return exact ?? value;
  };
}

function numberOf(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function dateTimeOf(micros: bigint): Date | undefined {
  const millis = micros / 1000n;
  const date = new Date(Number(millis));
  return millis * 1000n === micros && !Number.isNaN(date.getTime()) ? date : undefined;
}

function lossy(path: string, reason: string): EdgewaterError<"NotSupported"> {
  return new EdgewaterError("NotSupported", `Cannot give the column ${JSON.stringify(path)} as rows: ${reason}`, { field: path });
}

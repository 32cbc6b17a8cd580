import type { Batch, ColumnValues } from "../batch.ts";
import { conversionOf } from "../expression/convert.ts";
import { repeated } from "../rows.ts";
import type { DeltaType, StructField, StructType } from "../schema/types.ts";
import { typeText } from "../schema/widening.ts";

/** Converts a value that is not null; undefined for one that stays as it is. */
type Convert = ((value: unknown) => unknown) | undefined;

/**
 * Returns what puts batches of one schema into another that `evolveSchema` has made of it: columns are found by name, without regard to
 * case, those that are missing are null, and values become those of wider types.
 */
export function conformer(from: StructType, to: StructType): (batch: Batch) => Batch {
  const positions = positionsOf(from);
  const columns = to.fields.map((field) => {
    const column = positions.get(field.name.toLowerCase());
    return { column, convert: column === undefined ? undefined : converter((from.fields[column] as StructField).type, field.type) };
  });
  return (batch) => ({
    schema: to,
    rowCount: batch.rowCount,
    columns: columns.map(({ column, convert }): ColumnValues => {
      if (column === undefined) return repeated(null, batch.rowCount);
      const values = batch.columns[column] as ColumnValues;
      return convert === undefined ? values : Array.from(values as ArrayLike<unknown>, orNull(convert));
    }),
  });
}

function positionsOf({ fields }: StructType): ReadonlyMap<string, number> {
  return new Map(fields.map(({ name }, index) => [name.toLowerCase(), index]));
}

function orNull(convert: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => (value === null || value === undefined ? null : convert(value));
}

function converter(from: DeltaType, to: DeltaType): Convert {
  if (typeof from === "string" || typeof to === "string" || from.type === "decimal" || to.type === "decimal") {
    return typeText(from) === typeText(to) ? undefined : conversionOf(from, to)?.apply;
  }
  if (from.type === "array" && to.type === "array") {
    const convert = converter(from.elementType, to.elementType);
    return convert && ((value) => (value as readonly unknown[]).map(orNull(convert)));
  }
  if (from.type === "map" && to.type === "map") {
    const [key, value] = [converter(from.keyType, to.keyType), converter(from.valueType, to.valueType)];
    if (key === undefined && value === undefined) return undefined;
    const [ofKey, ofValue] = [orNull(key ?? same), orNull(value ?? same)];
    return (map) => (map as readonly (readonly [unknown, unknown])[]).map((entry) => [ofKey(entry[0]), ofValue(entry[1])]);
  }
  return from.type === "struct" && to.type === "struct" ? structConverter(from, to) : undefined;
}

function structConverter(from: StructType, to: StructType): Convert {
  const positions = positionsOf(from);
  const parts = to.fields.map(({ name, type }) => {
    const given = from.fields[positions.get(name.toLowerCase()) ?? -1];
    return { name, given: given?.name, convert: given && converter(given.type, type) };
  });
  const isSame = parts.length === from.fields.length && parts.every(({ name, given, convert }) => name === given && convert === undefined);
  if (isSame) return undefined;
  return (value) => {
    const struct = value as Readonly<Record<string, unknown>>;
    const partOf = (given: string | undefined): unknown => (given === undefined ? null : (struct[given] ?? null));
    return Object.fromEntries(parts.map(({ name, given, convert }) => [name, orNull(convert ?? same)(partOf(given))]));
  };
}

const same = (value: unknown): unknown => value;

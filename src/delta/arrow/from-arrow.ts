import type { DataType, Field, Table } from "@uwdata/flechette";
import { EdgewaterError, thrownText } from "../../errors.ts";
import type { Batch, ColumnValues } from "../batch.ts";
import type { DeltaType, StructField, StructType } from "../schema/types.ts";
import { exactOptions, type Flechette, loadFlechette } from "./flechette.ts";

/** Arrow as it is written: a table of Flechette, or the bytes of an IPC stream or file of any library. */
export type ArrowData = Table | Uint8Array;

/** Rows of Arrow as batches. */
export interface ArrowBatches {
  readonly schema: StructType;
  readonly batches: Iterable<Batch>;
}

/** Whether a value is a table of Flechette, also of another copy of it, or bytes. */
export function isArrow(value: unknown): value is ArrowData {
  if (value instanceof Uint8Array) return true;
  const { schema, children, numRows } = (value ?? {}) as {
    readonly schema?: { readonly fields?: unknown };
    readonly children?: unknown;
    readonly numRows?: unknown;
  };
  return typeof numRows === "number" && Array.isArray(children) && Array.isArray(schema?.fields);
}

/**
 * Reads Arrow as batches, one for each record batch.
 *
 * @throws `NotSupported` if `@uwdata/flechette` is not installed, and for types that a table has not; `SerializationError` for bytes that
 * are no Arrow
 */
export async function batchesFromArrow(data: ArrowData): Promise<ArrowBatches> {
  const flechette = await loadFlechette();
  const table = exactTable(flechette, data);
  const columns = table.schema.fields.map((field) => columnOf(flechette, field));
  const schema: StructType = { type: "struct", fields: columns.map(({ field }) => field) };
  return { schema, batches: batchesOf(table, schema, columns) };
}

function exactTable(flechette: Flechette, data: ArrowData): Table {
  try {
    const bytes = data instanceof Uint8Array ? data : flechette.tableToIPC(data, { format: "stream" });
    return flechette.tableFromIPC(bytes as Uint8Array, exactOptions);
  } catch (cause) {
    const message = `Cannot write Arrow to a table: ${thrownText(cause)}; give a table of @uwdata/flechette, or the bytes of an IPC stream or file`;
    throw new EdgewaterError("SerializationError", message, { cause });
  }
}

type Convert = (value: unknown) => unknown;

interface Column {
  readonly field: StructField;
  readonly convert: Convert | undefined;
}

function* batchesOf(table: Table, schema: StructType, columns: readonly Column[]): Generator<Batch> {
  const count = table.children[0]?.data.length ?? 0;
  for (let index = 0; index < count; index++) {
    const parts = table.children.map(({ data }) => data[index] as unknown as Part);
    const rowCount = parts[0]?.length ?? 0;
    if (rowCount > 0) yield { schema, rowCount, columns: parts.map((part, column) => valuesOf(part, (columns[column] as Column).convert)) };
  }
}

/** The values of a column in one record batch. */
interface Part extends Iterable<unknown> {
  readonly length: number;
  readonly nullCount: number;
  readonly values?: unknown;
}

function valuesOf(part: Part, convert: Convert | undefined): ColumnValues {
  const { values, length } = part;
  const isTyped =
    values instanceof Int32Array || values instanceof Float32Array || values instanceof Float64Array || values instanceof BigInt64Array;
  if (convert === undefined && part.nullCount === 0 && isTyped) return values.subarray(0, length);
  return Array.from(part, (value) => (value === null || value === undefined ? null : convert === undefined ? value : convert(value)));
}

function columnOf(flechette: Flechette, { name, type, nullable }: Field): Column {
  const { type: delta, convert } = typeOf(flechette, type, name);
  return { field: { name, type: delta, nullable, metadata: {} }, convert };
}

/** A type, and how its values become those of a batch; undefined if they stay as they are. */
interface Conversion {
  readonly type: DeltaType;
  readonly convert?: Convert | undefined;
}

const dayMillis = 86_400_000;

function typeOf(flechette: Flechette, type: DataType, path: string): Conversion {
  const { Type } = flechette;
  switch (type.typeId) {
    case Type.Dictionary:
      // The values of its batches are indices.
      return { convert: same, ...typeOf(flechette, type.dictionary, path) };
    case Type.Null:
      return { type: "void" };
    case Type.Bool:
      return { type: "boolean" };
    case Type.Int:
      return wholeOf(type.bitWidth, type.signed);
    case Type.Float:
      return { type: type.precision === 2 ? "double" : "float" };
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return { type: "string" };
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return { type: "binary", convert: (value) => (value as Uint8Array).slice() };
    case Type.Decimal:
      if (type.precision > 38) throw unsupported(path, `a decimal of ${type.precision} digits; a table has up to 38`);
      return { type: { type: "decimal", precision: type.precision, scale: type.scale }, convert: (value) => BigInt(value as bigint) };
    case Type.Date:
      return { type: "date", convert: (value) => daysOf(value as number, path) };
    case Type.Timestamp:
      return { type: type.timezone === null ? "timestamp_ntz" : "timestamp", convert: microsOf(type.unit, path) };
    case Type.List:
    case Type.LargeList:
    case Type.ListView:
    case Type.LargeListView:
    case Type.FixedSizeList:
      return listOf(flechette, type.children[0] as Field, path);
    case Type.Map:
      return mapOf(flechette, type.children[0] as Field, path);
    case Type.Struct:
      return structOf(flechette, type.children, path);
    default:
      throw unsupported(path, "a type that a table has not; convert it");
  }
}

function wholeOf(bitWidth: number, signed: boolean): Conversion {
  if (bitWidth === 64) return signed ? { type: "long" } : { type: { type: "decimal", precision: 20, scale: 0 } };
  if (bitWidth === 32) return signed ? { type: "integer" } : { type: "long", convert: (value) => BigInt(value as number) };
  if (bitWidth === 16) return { type: signed ? "short" : "integer" };
  return { type: signed ? "byte" : "short" };
}

function daysOf(millis: number, path: string): number {
  if (millis % dayMillis !== 0) throw unsupported(path, "a date with a time of the day");
  return millis / dayMillis;
}

/** Of seconds, milliseconds, microseconds and nanoseconds. */
function microsOf(unit: number, path: string): Convert | undefined {
  if (unit === 2) return undefined;
  if (unit < 2) return (value) => (value as bigint) * (unit === 0 ? 1_000_000n : 1_000n);
  return (value) => {
    if ((value as bigint) % 1_000n !== 0n) throw unsupported(path, "a timestamp with nanoseconds; round it to microseconds");
    return (value as bigint) / 1_000n;
  };
}

function listOf(flechette: Flechette, element: Field, path: string): Conversion {
  const { type: elementType, convert = same } = typeOf(flechette, element.type, `${path}.element`);
  const type: DeltaType = { type: "array", elementType, containsNull: element.nullable };
  return { type, convert: (value) => Array.from(value as Iterable<unknown>, (each) => (each === null ? null : convert(each))) };
}

function mapOf(flechette: Flechette, entries: Field, path: string): Conversion {
  const [key, value] = (entries.type as DataType & { readonly children: readonly Field[] }).children as readonly [Field, Field];
  const { type: keyType, convert: convertKey = same } = typeOf(flechette, key.type, `${path}.key`);
  const { type: valueType, convert = same } = typeOf(flechette, value.type, `${path}.value`);
  const type: DeltaType = { type: "map", keyType, valueType, valueContainsNull: value.nullable };
  const pair = ([name, each]: readonly [unknown, unknown]): unknown => [convertKey(name), each === null ? null : convert(each)];
  return { type, convert: (map) => Array.from(map as Iterable<readonly [unknown, unknown]>, pair) };
}

function structOf(flechette: Flechette, children: readonly Field[], path: string): Conversion {
  const columns = children.map((child) => ({
    name: child.name,
    nullable: child.nullable,
    ...typeOf(flechette, child.type, `${path}.${child.name}`),
  }));
  const fields = columns.map(({ name, nullable, type }): StructField => ({ name, type, nullable, metadata: {} }));
  const convert: Convert = (value) =>
    Object.fromEntries(
      columns.map(({ name, convert: each = same }) => {
        const field = (value as Readonly<Record<string, unknown>>)[name];
        return [name, field === null || field === undefined ? null : each(field)];
      }),
    );
  return { type: { type: "struct", fields }, convert };
}

const same: Convert = (value) => value;

function unsupported(path: string, reason: string): EdgewaterError<"NotSupported"> {
  return new EdgewaterError("NotSupported", `Cannot write the Arrow column ${JSON.stringify(path)} to a table: it has ${reason}`, {
    field: path,
  });
}

import type { DataType, Table } from "@uwdata/flechette";
import type { Batch } from "../batch.ts";
import type { DeltaType, StructType } from "../schema/types.ts";
import { type ArrowOptions, exactOptions, type Flechette, loadFlechette } from "./flechette.ts";

const dayMillis = 86_400_000;

/**
 * Puts batches into an Arrow table, a record batch for each.
 *
 * @throws `NotSupported` if `@uwdata/flechette` is not installed
 */
export async function arrowFromBatches(batches: AsyncIterable<Batch>, schema: StructType, options: ArrowOptions = {}): Promise<Table> {
  const flechette = await loadFlechette();
  const types = new ArrowTypes(flechette);
  const columns = schema.fields.map(({ name, type, nullable }) => {
    const arrow = types.of(type);
    return { field: flechette.field(name, arrow, nullable), type: arrow, convert: forBuilder(type), data: [] as never[] };
  });
  for await (const batch of batches) {
    for (const [index, { type, convert, data }] of columns.entries()) {
      const values = batch.columns[index] as ArrayLike<unknown>;
      const each = (visit: (value: unknown) => void): void => {
        for (let row = 0; row < values.length; row++) visit(convert === undefined ? values[row] : convert(values[row]));
      };
      data.push(...(flechette.columnFromValues(each, type).data as never[]));
    }
  }
  types.setUnits();
  const fields = columns.map(({ field }) => field);
  const children = columns.map(({ type, data }) => new flechette.Column(data, type));
  const table = new flechette.Table({ version: flechette.Version.V5, endianness: 0, fields, metadata: null }, children);
  const bytes = flechette.tableToIPC(table, { format: "stream" });
  if (bytes === null) throw new TypeError("no bytes of an Arrow table");
  return flechette.tableFromIPC(bytes, { ...exactOptions, ...options });
}

/**
 * The types of Arrow for those of Delta. Builders of timestamps take milliseconds as numbers, in which microseconds are not exact; those
 * of the unit of milliseconds keep a bigint as it is. So timestamps are built with that unit, and get their own afterwards.
 */
class ArrowTypes {
  readonly #flechette: Flechette;
  readonly #timestamps: { unit: number }[] = [];

  constructor(flechette: Flechette) {
    this.#flechette = flechette;
  }

  setUnits(): void {
    for (const type of this.#timestamps) type.unit = this.#flechette.TimeUnit.MICROSECOND;
  }

  of(type: DeltaType): DataType {
    const flechette = this.#flechette;
    if (typeof type === "object") {
      switch (type.type) {
        case "decimal":
          return flechette.decimal(type.precision, type.scale, 128);
        case "array":
          return flechette.list(flechette.field("element", this.of(type.elementType), type.containsNull));
        case "map": {
          const key = flechette.field("key", this.of(type.keyType), false);
          return flechette.map(key, flechette.field("value", this.of(type.valueType), type.valueContainsNull));
        }
        case "struct":
          return flechette.struct(type.fields.map(({ name, type: each, nullable }) => flechette.field(name, this.of(each), nullable)));
      }
    }
    switch (type) {
      case "string":
        return flechette.utf8();
      case "binary":
        return flechette.binary();
      case "boolean":
        return flechette.bool();
      case "long":
        return flechette.int64();
      case "integer":
        return flechette.int32();
      case "short":
        return flechette.int16();
      case "byte":
        return flechette.int8();
      case "double":
        return flechette.float64();
      case "float":
        return flechette.float32();
      case "date":
        return flechette.dateDay();
      case "void":
        return flechette.nullType();
      case "timestamp":
      case "timestamp_ntz": {
        const made = flechette.timestamp(flechette.TimeUnit.MILLISECOND, type === "timestamp" ? "UTC" : null);
        this.#timestamps.push(made as unknown as { unit: number });
        return made;
      }
    }
  }
}

/** What a builder takes for a value; undefined if it takes the value as it is. */
function forBuilder(type: DeltaType): ((value: unknown) => unknown) | undefined {
  if (type === "date") return (value) => (value === null ? null : (value as number) * dayMillis);
  if (typeof type === "string" || type.type === "decimal") return undefined;
  switch (type.type) {
    case "array": {
      const element = forBuilder(type.elementType);
      return element && ((value) => (value === null ? null : (value as readonly unknown[]).map(element)));
    }
    case "map": {
      const [key, each] = [forBuilder(type.keyType) ?? same, forBuilder(type.valueType) ?? same];
      if (key === same && each === same) return undefined;
      return (value) =>
        value === null ? null : (value as readonly (readonly [unknown, unknown])[]).map((pair) => [key(pair[0]), each(pair[1])]);
    }
    case "struct": {
      const fields = type.fields.map(({ name, type: each }) => [name, forBuilder(each) ?? same] as const);
      if (fields.every(([, convert]) => convert === same)) return undefined;
      return (value) =>
        value === null
          ? null
          : Object.fromEntries(fields.map(([name, convert]) => [name, convert((value as Readonly<Record<string, unknown>>)[name])]));
    }
  }
}

const same = (value: unknown): unknown => value;

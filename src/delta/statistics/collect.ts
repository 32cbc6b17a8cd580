import { isWellFormed } from "../../encoding/utf8.ts";
import type { Batch, ColumnValues } from "../batch.ts";
import { type Order, orderOf } from "../expression/compare.ts";
import { isFloating } from "../expression/convert.ts";
import { JsonNumber, printJson } from "../log/json.ts";
import { type ColumnMappingMode, physicalName } from "../schema/column-mapping.ts";
import type { DeltaType, StructField, StructType } from "../schema/types.ts";
import { formatDecimal } from "../values/decimal.ts";
import { floorDivide, formatDate, formatTimestamp } from "../values/temporal.ts";
import { lowerTextBound, upperTextBound } from "./bounds.ts";
import { type IndexedColumns, indexedLeaves } from "./indexed-columns.ts";

/** Options of {@link StatisticsCollector}. */
export interface CollectOptions extends IndexedColumns {
  /** Default: `none`. */
  readonly mapping?: ColumnMappingMode | undefined;
}

/**
 * Collects the statistics of a data file while it is written. They never exclude a row that is there: a bound that would be too narrow
 * when it is read with less precision is widened, and one that cannot be written is left out.
 */
export class StatisticsCollector {
  readonly #leaves: readonly Leaf[];
  #rowCount = 0;

  /** @param schema the columns of the file, without those of partitions */
  constructor(schema: StructType, options: CollectOptions = {}) {
    const { mapping = "none" } = options;
    this.#leaves = indexedLeaves(schema, options).map((path) => new Leaf(schema, path, mapping));
  }

  /** Rows that were added. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Adds rows; the columns of the batch are those of the schema. */
  add(batch: Batch): void {
    this.#rowCount += batch.rowCount;
    for (const leaf of this.#leaves) leaf.add(batch.columns[leaf.column] as ColumnValues, batch.rowCount);
  }

  /** The statistics of all rows that were added, as the JSON of an action `add`. */
  print(): string {
    const [minValues, maxValues, nullCount]: [Nested, Nested, Nested] = [new Map(), new Map(), new Map()];
    for (const leaf of this.#leaves) {
      set(minValues, leaf.names, leaf.lower());
      set(maxValues, leaf.names, leaf.upper());
      set(nullCount, leaf.names, leaf.nullCount);
    }
    const parts = {
      numRecords: this.#rowCount,
      minValues: toObject(minValues),
      maxValues: toObject(maxValues),
      nullCount: toObject(nullCount),
    };
    return printJson({ ...parts, tightBounds: true });
  }
}

/** A column, or a field inside structs. */
class Leaf {
  readonly column: number;
  /** The physical names of the column and of the fields inside it. */
  readonly names: readonly string[];
  nullCount = 0;
  readonly #fields: readonly string[];
  readonly #type: DeltaType;
  readonly #order: Order | undefined;
  #min: unknown;
  #max: unknown;
  #hasNaN = false;

  constructor(schema: StructType, path: readonly StructField[], mapping: ColumnMappingMode) {
    const [column, ...fields] = path as [StructField, ...StructField[]];
    this.column = schema.fields.indexOf(column);
    this.names = path.map((field) => physicalName(field, mapping));
    this.#fields = fields.map(({ name }) => name);
    this.#type = (path.at(-1) as StructField).type;
    this.#order = hasBounds(this.#type) ? orderOf(this.#type) : undefined;
  }

  add(values: ColumnValues, rowCount: number): void {
    const isNested = this.#fields.length > 0;
    for (let row = 0; row < rowCount; row++) {
      const value = isNested ? this.#inside(values[row]) : values[row];
      if (value === null || value === undefined) this.nullCount++;
      else if (this.#order !== undefined) this.#include(value, this.#order);
    }
  }

  #include(value: unknown, order: Order): void {
    if (Number.isNaN(value)) this.#hasNaN = true;
    else if (this.#min === undefined) this.#min = this.#max = value;
    else if (order(value, this.#min) < 0) this.#min = value;
    else if (order(value, this.#max) > 0) this.#max = value;
  }

  lower(): unknown {
    return this.#min === undefined ? undefined : writtenBound(this.#min, this.#type, "min");
  }

  /** NaN is larger than every bound. */
  upper(): unknown {
    return this.#max === undefined || this.#hasNaN ? undefined : writtenBound(this.#max, this.#type, "max");
  }

  #inside(value: unknown): unknown {
    let inner = value;
    for (const name of this.#fields) {
      if (inner === null || inner === undefined) return null;
      inner = (inner as Readonly<Record<string, unknown>>)[name];
    }
    return inner;
  }
}

/** Engines skip files by bounds of these types; bytes and booleans have none. */
function hasBounds(type: DeltaType): boolean {
  return typeof type === "string" ? !["binary", "boolean", "void"].includes(type) : type.type === "decimal";
}

/** Times that ISO 8601 writes with four digits of a year. */
const [firstMicros, lastMicros] = [-62_135_596_800_000_000n, 253_402_300_799_999_000n];
const [firstDay, lastDay] = [-719_162, 2_932_896];

/** A bound as JSON; undefined if JSON or other engines cannot hold it. */
function writtenBound(value: unknown, type: DeltaType, side: "min" | "max"): unknown {
  if (typeof type !== "string")
    return type.type === "decimal" ? new JsonNumber(formatDecimal({ unscaled: value as bigint, scale: type.scale })) : undefined;
  if (isFloating(type)) return Number.isFinite(value) ? (value as number) + 0 : undefined;
  if (type === "string") {
    const bound = side === "min" ? lowerTextBound(value as string) : upperTextBound(value as string);
    return bound !== undefined && isWellFormed(bound) ? bound : undefined;
  }
  if (type === "date") return (value as number) >= firstDay && (value as number) <= lastDay ? formatDate(value as number) : undefined;
  if (type === "timestamp" || type === "timestamp_ntz") {
    const micros = value as bigint;
    const rounded = floorDivide(side === "min" ? micros : micros + 999n, 1000n) * 1000n;
    if (rounded < firstMicros || rounded > lastMicros) return undefined;
    return `${formatTimestamp(rounded, 3)}${type === "timestamp" ? "Z" : ""}`;
  }
  return value;
}

type Nested = Map<string, unknown>;

function set(root: Nested, names: readonly string[], value: unknown): void {
  if (value === undefined) return;
  let inner = root;
  for (const name of names.slice(0, -1)) {
    const next = (inner.get(name) as Nested | undefined) ?? new Map<string, unknown>();
    inner.set(name, next);
    inner = next;
  }
  inner.set(names.at(-1) ?? "", value);
}

function toObject(nested: Nested): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...nested].map(([name, value]) => [name, value instanceof Map ? toObject(value) : value]));
}

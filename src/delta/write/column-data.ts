import { EdgewaterError } from "../../errors.ts";
import type { Batch } from "../batch.ts";
import { inferSchema } from "../schema/infer.ts";
import type { DeltaType, StructField, StructType } from "../schema/types.ts";
import { batchFromColumns } from "../values/from-rows.ts";
import type { KnownSchema, OpenedData } from "./data.ts";

/** Columns by name: arrays of the values that rows have, or typed arrays. */
export type Columns = Readonly<Record<string, ArrayLike<unknown>>>;

/** So many rows are put into a batch. */
const batchRows = 50_000;

/** Columns that are written. */
export class ColumnData implements OpenedData {
  readonly isRepeatable = true;
  readonly #columns: ReadonlyMap<string, ArrayLike<unknown>>;
  readonly #rowCount: number;

  /** @throws `ValidationError` for columns of different lengths */
  constructor(columns: Columns) {
    this.#columns = new Map(Object.entries(columns));
    const [first] = this.#columns;
    this.#rowCount = first?.[1].length ?? 0;
    for (const [name, { length }] of this.#columns) {
      if (length === this.#rowCount) continue;
      throw problem(name, `it has ${length} values, and ${JSON.stringify(first?.[0])} has ${this.#rowCount}; give columns of one length`);
    }
  }

  schema({ table, declared, mayAdd }: KnownSchema): StructType {
    const known = declared ?? table;
    const names = new Set(known?.fields.map(({ name }) => name.toLowerCase()));
    const others = [...this.#columns].filter(([name]) => !names.has(name.toLowerCase()));
    if (known !== undefined && (others.length === 0 || declared !== undefined || !mayAdd)) return known;
    const added = others.map(([name, values]): StructField => ({ name, type: inferType(name, values), nullable: true, metadata: {} }));
    if (known === undefined && added.length === 0) inferSchema([]);
    return { type: "struct", fields: [...(known?.fields ?? []), ...added] };
  }

  *batches(schema: StructType): Generator<Batch, void, void> {
    const names = new Set(schema.fields.map(({ name }) => name));
    for (const name of this.#columns.keys()) if (!names.has(name)) throw problem(name, "the schema has no such column");
    for (let start = 0; start < this.#rowCount; start += batchRows) {
      const end = Math.min(this.#rowCount, start + batchRows);
      const columns = schema.fields.map(({ name }) => part(this.#columns.get(name), start, end));
      yield batchFromColumns(columns, end - start, schema, start);
    }
  }
}

/** Whether a value is an object of arrays. */
export function isColumns(value: unknown): value is Columns {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return Object.values(value).every((column) => Array.isArray(column) || isTypedArray(column));
}

function isTypedArray(value: unknown): boolean {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function inferType(name: string, values: ArrayLike<unknown>): DeltaType {
  if (values instanceof Float64Array) return "double";
  if (values instanceof Float32Array) return "float";
  if (values instanceof BigInt64Array) return "long";
  if (values instanceof Int32Array) return "integer";
  const rows = Array.from({ length: values.length }, (_, index) => ({ [name]: values[index] }));
  return inferSchema(rows).fields[0]?.type ?? "void";
}

/** Arrays and typed arrays are sliced; typed ones without a copy. */
function part(values: ArrayLike<unknown> | undefined, start: number, end: number): ArrayLike<unknown> | undefined {
  if (values === undefined || Array.isArray(values)) return values?.slice(start, end);
  return (values as Float64Array).subarray(start, end) as unknown as ArrayLike<unknown>;
}

function problem(name: string, reason: string): EdgewaterError<"ValidationError"> {
  return new EdgewaterError("ValidationError", `Cannot write the column ${JSON.stringify(name)}: ${reason}`, { field: name });
}

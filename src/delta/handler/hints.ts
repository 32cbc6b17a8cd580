import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Table } from "@uwdata/flechette";
import { anObject, checkOptions, checkValue, type OptionKinds, oneOf } from "../../options.ts";
import { type ArrowOptions, isArrow } from "../arrow/flechette.ts";
import { arrowFromBatches } from "../arrow/to-arrow.ts";
import type { Batch, ColumnValues } from "../batch.ts";
import { join, type Values } from "../parquet/convert.ts";
import type { ColumnDeclarations, RowOf, TableSchema } from "../schema/declare.ts";
import type { StructType } from "../schema/types.ts";
import { columnsFromBatch, type RowOptions, rowsFromBatch } from "../values/to-rows.ts";
import { aSchema } from "../write/options.ts";
import { isTableData, type LoadedTable } from "./type-handler.ts";

/** The forms in which a table is loaded. */
export type TableForm = "rows" | "columns" | "batches" | "arrow";

/** Columns by name. Numbers without nulls are typed arrays. */
export type LoadedColumns = Readonly<Record<string, ColumnValues>>;

/** The type of a table that is loaded in a form. */
export type LoadedAs<Form extends TableForm> = Form extends "rows"
  ? Record<string, unknown>[]
  : Form extends "columns"
    ? LoadedColumns
    : Form extends "batches"
      ? AsyncIterable<Batch>
      : Table;

const hint: unique symbol = Symbol.for("edgewater/delta/hint");

/** How a table is loaded, and the columns that it has when it is written. */
interface Hinted {
  readonly schema: StructType | undefined;
  readonly load: (table: LoadedTable) => unknown;
}

/** A type hint for a table: on an input the form in which it is loaded, on an asset also the schema that it is written with. */
export interface TableHint<Value> extends StandardSchemaV1<unknown, Value> {
  /** What the handler reads of it. */
  readonly [hint]: Hinted;
}

/** The schema and the form that a hint of a table names; undefined for hints of other kinds. */
export function hintedBy(typeHint: unknown): Hinted | undefined {
  const isHint = (typeof typeHint === "object" || typeof typeHint === "function") && typeHint !== null && hint in typeHint;
  return isHint ? (typeHint as TableHint<unknown>)[hint] : undefined;
}

const rowKinds: OptionKinds<RowOptions> = {
  int64: oneOf("number", "bigint"),
  timestamp: oneOf("date", "micros"),
  date: oneOf("text", "date"),
};

/**
 * The hint for rows: an array of plain objects. With a schema of the table, it is the schema that the asset is written with. With a
 * schema of a row, such as one of valibot, every row is validated by it.
 *
 * @example
 * ```ts
 * const quakes = asset({ name: "quakes", typeHint: rows(tableSchema({ id: "string not null", magnitude: "double" })) }, readFeed);
 * const strong = asset({ name: "strong", inputs: { quakes } }, ({ quakes }) => quakes.filter(({ magnitude }) => (magnitude ?? 0) > 5));
 * ```
 */
export function rows(): TableHint<Record<string, unknown>[]>;
export function rows<Columns extends ColumnDeclarations, const Options extends RowOptions = RowOptions>(
  schema: TableSchema<Columns>,
  options?: Options,
): TableHint<RowOf<Columns, Options>[]>;
export function rows<Row>(schema: StandardSchemaV1<unknown, Row>, options?: RowOptions): TableHint<Row[]>;
export function rows(schema?: StructType | StandardSchemaV1, options: RowOptions = {}): TableHint<unknown> {
  checkHint("rows", schema, options);
  checkOptions("rows", options, rowKinds);
  const isOfRow = schema !== undefined && "~standard" in schema;
  const load = async ({ batches }: LoadedTable): Promise<unknown> => {
    const parts: Record<string, unknown>[][] = [];
    for await (const batch of batches) parts.push(rowsFromBatch(batch, options));
    return parts.flat();
  };
  return hintOf({ schema: isOfRow ? undefined : schema, load }, isOfRow ? validateRows(schema) : undefined);
}

/**
 * The hint for columns: an object of arrays. A `long` is a bigint unless told otherwise, and numbers without nulls are typed arrays.
 *
 * @example
 * ```ts
 * const mean = asset({ name: "mean", inputs: { quakes: input(quakes, { typeHint: columns() }) } }, ({ quakes }) => average(quakes.magnitude));
 * ```
 */
export function columns(schema?: StructType, options: RowOptions = {}): TableHint<LoadedColumns> {
  checkHint("columns", schema, options);
  checkOptions("columns", options, rowKinds);
  const load = async ({ schema: loaded, batches }: LoadedTable): Promise<LoadedColumns> => {
    const parts: ColumnValues[][] = loaded.fields.map(() => []);
    for await (const batch of batches) {
      for (const [index, values] of columnsFromBatch(batch, { int64: "bigint", ...options }).entries()) parts[index]?.push(values);
    }
    return Object.fromEntries(loaded.fields.map(({ name }, index) => [name, join(parts[index] as Values[])]));
  };
  return hintOf({ schema, load });
}

/**
 * The hint for batches: an async iterable, which reads a row group at a time when it is iterated, each time anew. The values have the exact
 * forms of {@link Batch}.
 *
 * @example
 * ```ts
 * const count = asset({ name: "count", inputs: { quakes: input(quakes, { typeHint: batches() }) } }, async ({ quakes }) => {
 *   let rows = 0;
 *   for await (const batch of quakes) rows += batch.rowCount;
 *   return rows;
 * });
 * ```
 */
export function batches(schema?: StructType): TableHint<AsyncIterable<Batch>> {
  checkHint("batches", schema, {});
  return hintOf({ schema, load: ({ batches: loaded }) => loaded });
}

/**
 * The hint for a table of `@uwdata/flechette`, which is installed beside this package. `tableToIPC` makes bytes of it that every
 * library of Arrow reads.
 *
 * @param options how Flechette gives values; every value is exact unless told otherwise
 */
export function arrow(schema?: StructType, options: ArrowOptions = {}): TableHint<Table> {
  checkHint("arrow", schema, options);
  return hintOf({ schema, load: ({ schema: loaded, batches: read }) => arrowFromBatches(read, loaded, options) });
}

/** The hint for a form, as the option `as` of a handler names it. */
export const forms: Readonly<Record<TableForm, () => TableHint<unknown>>> = { rows, columns, batches, arrow };

function checkHint(owner: string, schema: unknown, options: unknown): void {
  const isOfRow =
    owner === "rows" && schema !== null && ["object", "function"].includes(typeof schema) && "~standard" in (schema as object);
  if (!isOfRow) checkValue(owner, "schema", schema, aSchema);
  checkValue(owner, "options", options, anObject);
}

type Validate = StandardSchemaV1["~standard"]["validate"];

function hintOf<Value>(hinted: Hinted, validate: Validate = validateTable): TableHint<Value> {
  return Object.freeze({ [hint]: hinted, "~standard": { version: 1, vendor: "edgewater", validate } }) as unknown as TableHint<Value>;
}

function validateTable(value: unknown): StandardSchemaV1.Result<unknown> {
  const isTable = isTableData(value) || isArrow(value);
  return isTable ? { value } : { issues: [{ message: "expected rows, columns, batches or Arrow" }] };
}

/** Rows that come one after the other are validated by the schema of the table when they are written. */
function validateRows(schema: StandardSchemaV1): Validate {
  return async (value) => {
    if (!Array.isArray(value)) return validateTable(value);
    const valid: unknown[] = [];
    for (const [index, row] of value.entries()) {
      const result = await schema["~standard"].validate(row);
      if (result.issues !== undefined)
        return { issues: result.issues.map((issue) => ({ ...issue, path: [index, ...(issue.path ?? [])] })) };
      valid.push(result.value);
    }
    return { value: valid };
  };
}

import type { Batch, ColumnValues } from "../batch.ts";
import { conversionOf } from "../expression/convert.ts";
import { join, type Values } from "../parquet/convert.ts";
import { unassignColumns } from "../schema/assign-columns.ts";
import { evolveSchema } from "../schema/evolve.ts";
import type { Row } from "../schema/infer.ts";
import type { StructField, StructType } from "../schema/types.ts";
import { conformer } from "../values/conform.ts";
import { isBatch } from "../write/batch-data.ts";
import { isColumns } from "../write/column-data.ts";
import { type OpenedData, openData, type TableData } from "../write/data.ts";

/** How the columns of a source become those of a table. */
export interface SourceOptions {
  /** The schema that the caller declares. */
  readonly declared: StructType | undefined;
  /** Whether a type that does not fit fails; otherwise values that do not fit are null. */
  readonly isStrict: boolean;
  /** Whether columns that the table has may get new fields. */
  readonly schemaMode: "merge" | undefined;
}

/** The source of a merge for a table. */
export interface FittedSource {
  /** Its columns have the types of those of the table with the same name. */
  readonly batch: Batch;
  /** The columns of the table, with the fields that they got. */
  readonly table: StructType;
}

/** The rows that are merged into a table. All of them are in memory, because each row of the table looks for its match. */
export class MergeSource {
  readonly #data: OpenedData;
  /** The columns of rows and of columns; batches have a schema. */
  readonly #names: ReadonlySet<string> | undefined;

  private constructor(data: OpenedData, names: ReadonlySet<string> | undefined) {
    this.#data = data;
    this.#names = names;
  }

  /** @throws `ValidationError` for what is no data */
  static async open(data: TableData): Promise<MergeSource> {
    const items = await collected(data);
    return new MergeSource(await openData(items as TableData), namesOf(items));
  }

  /**
   * The rows, as batches of a schema that fits a table.
   *
   * @throws `ValidationError` that names the column, and the row, of what does not fit
   */
  async fit(table: StructType, { declared, isStrict, schemaMode }: SourceOptions): Promise<FittedSource> {
    const schema = nullable(this.#data.schema({ table: isStrict ? this.#columnsOf(table) : undefined, declared, mayAdd: true }));
    const shared = fieldsOf(table, (name) => has(schema, name));
    const known = fieldsOf(schema, (name) => has(shared, name));
    const evolved = isStrict ? evolveSchema(shared, unassignColumns(known), schemaMode) : shared;
    const typed = schema.fields.map((field): StructField => ({ ...field, type: fieldNamed(evolved, field.name)?.type ?? field.type }));
    const fitted: StructType = { type: "struct", fields: typed };
    const convert = isStrict ? conformer(schema, fitted) : castor(schema, fitted);
    const batches: Batch[] = [];
    for await (const batch of this.#data.batches(schema)) batches.push(convert(batch));
    return {
      batch: joined(batches, fitted),
      table: { type: "struct", fields: table.fields.map((field) => fieldNamed(evolved, field.name) ?? field) },
    };
  }

  #columnsOf(table: StructType): StructType {
    const names = this.#names;
    return names === undefined ? table : fieldsOf(table, (name) => names.has(name));
  }
}

async function collected(data: TableData): Promise<unknown[] | TableData> {
  if (Array.isArray(data) || typeof data !== "object" || data === null) return data;
  if (!(Symbol.iterator in data) && !(Symbol.asyncIterator in data)) return data;
  const items: unknown[] = [];
  for await (const item of data as AsyncIterable<unknown>) items.push(item);
  return items;
}

/** The names of the columns that rows have; undefined where a schema says it, and for no rows, which may have any. */
function namesOf(items: unknown): ReadonlySet<string> | undefined {
  if (!Array.isArray(items)) return isBatch(items) || !isColumns(items) ? undefined : new Set(Object.keys(items));
  if (items.length === 0 || isBatch(items[0])) return undefined;
  const names = new Set<string>();
  for (const row of items as readonly (Row | null)[]) if (typeof row === "object") for (const name in row) names.add(name);
  return names;
}

/** Values become those of other types as CAST makes them; those that cannot are null. */
function castor(from: StructType, to: StructType): (batch: Batch) => Batch {
  const conversions = from.fields.map(({ type }, index) => conversionOf(type, (to.fields[index] as StructField).type)?.apply);
  return ({ rowCount, columns }) => ({
    schema: to,
    rowCount,
    columns: conversions.map((convert, index) =>
      Array.from(columns[index] as ArrayLike<unknown>, (value) =>
        value === null || convert === undefined ? null : orNull(convert, value),
      ),
    ),
  });
}

function orNull(convert: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return convert(value);
  } catch {
    return null;
  }
}

function joined(batches: readonly Batch[], schema: StructType): Batch {
  return {
    schema,
    rowCount: batches.reduce((sum, { rowCount }) => sum + rowCount, 0),
    columns: schema.fields.map((_, index) => join(batches.map(({ columns }) => columns[index] as Values)) as ColumnValues),
  };
}

/** A row of the source that only deletes has not all columns; rows are checked when they are written. */
function nullable({ fields }: StructType): StructType {
  return { type: "struct", fields: fields.map((field) => ({ ...field, nullable: true })) };
}

function fieldsOf({ fields }: StructType, isWanted: (name: string) => boolean): StructType {
  return { type: "struct", fields: fields.filter(({ name }) => isWanted(name)) };
}

function has(schema: StructType, name: string): boolean {
  return fieldNamed(schema, name) !== undefined;
}

function fieldNamed({ fields }: StructType, name: string): StructField | undefined {
  return fields.find((field) => field.name === name) ?? fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}

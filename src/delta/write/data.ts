import { EdgewaterError } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { Batch } from "../batch.ts";
import type { Row } from "../schema/infer.ts";
import type { StructType } from "../schema/types.ts";
import { BatchData, isBatch } from "./batch-data.ts";
import { ColumnData, type Columns, isColumns } from "./column-data.ts";
import { RowData } from "./row-data.ts";

/**
 * What is written to a table.
 *
 * | form | |
 * |-|-|
 * | rows | an array, an iterable or an async iterable of objects |
 * | columns | an object of arrays or typed arrays of the same length |
 * | batches | a {@link Batch}, or an iterable or async iterable of them |
 */
export type TableData = Iterable<Row> | AsyncIterable<Row> | Iterable<Batch> | AsyncIterable<Batch> | Columns | Batch;

/** The schema that is known before data are looked at. */
export interface KnownSchema {
  /** That of the table, unless it is replaced. */
  readonly table: StructType | undefined;
  /** The one that the caller declares. */
  readonly declared: StructType | undefined;
  /** Whether the data may have more columns than the table. */
  readonly mayAdd: boolean;
}

/** Data that were opened for one write. */
export interface OpenedData {
  /** Whether {@link OpenedData.batches} can be read again. */
  readonly isRepeatable: boolean;
  /**
   * The schema of the data.
   *
   * @throws `ValidationError` that names a column whose type is not known
   */
  readonly schema: (known: KnownSchema) => StructType;
  /**
   * The data as batches of that schema.
   *
   * @throws `ValidationError` that names the column and the row of a value that does not fit
   */
  readonly batches: (schema: StructType) => AsyncIterable<Batch> | Iterable<Batch>;
}

/** So many items of an iterable that can be read once are looked at for the schema. */
const lookedAt = 10_000;

/**
 * Opens data. Of an iterable that can be read once, the first items are read.
 *
 * @throws `ValidationError` for what is no data
 */
export async function openData(data: TableData): Promise<OpenedData> {
  if (isBatch(data)) return new BatchData([data], [data]);
  const source = await sourceOf(data);
  if (source === undefined) {
    if (isColumns(data)) return new ColumnData(data);
    throw new EdgewaterError("ValidationError", `Cannot write ${describe(data)} to a table; give rows, columns or batches`);
  }
  return isBatch(source.first[0])
    ? new BatchData(source.first as readonly Batch[], source.items)
    : new RowData(source.first as readonly Row[], source.items);
}

interface Source {
  /** The first items; all of an array. */
  readonly first: readonly unknown[];
  /** All items, the first ones included. */
  readonly items: Items;
}

/** The items of data: an array can be read again, an iterable of other kinds is asked for its iterator once. */
export type Items = readonly unknown[] | AsyncIterable<unknown>;

async function sourceOf(data: unknown): Promise<Source | undefined> {
  if (Array.isArray(data)) return { first: data, items: data };
  if (typeof data !== "object" || data === null) return undefined;
  const iterator = iteratorOf(data);
  if (iterator === undefined) return undefined;
  const first: unknown[] = [];
  let isAll = false;
  while (!isAll && first.length < lookedAt) {
    const next = await iterator.next();
    isAll = next.done === true;
    if (!isAll) first.push(next.value);
    // A batch says what its schema is.
    if (isBatch(first[0])) break;
  }
  return { first, items: isAll ? first : resumed(first, iterator) };
}

function iteratorOf(data: object): Iterator<unknown> | AsyncIterator<unknown> | undefined {
  if (Symbol.asyncIterator in data) return (data as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return Symbol.iterator in data ? (data as Iterable<unknown>)[Symbol.iterator]() : undefined;
}

/** Yields items that were read, and then the others. */
async function* resumed(
  first: readonly unknown[],
  iterator: Iterator<unknown> | AsyncIterator<unknown>,
): AsyncGenerator<unknown, void, void> {
  try {
    yield* first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

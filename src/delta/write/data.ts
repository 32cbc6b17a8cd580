import { EdgewaterError } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { Batch } from "../batch.ts";
import type { Row } from "../schema/infer.ts";
import type { StructType } from "../schema/types.ts";
import { batchFromRows } from "../values/from-rows.ts";

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

/** Columns by name: arrays of the values that rows have. */
export type Columns = Readonly<Record<string, ArrayLike<unknown>>>;

/** So many rows are put into a batch. */
const batchRows = 10_000;

/** Yields data as batches of a schema. */
export async function* batchesOf(data: TableData, schema: StructType): AsyncGenerator<Batch, void, void> {
  let rows: Row[] = [];
  let count = 0;
  for await (const row of itemsOf(data)) {
    rows.push(row as Row);
    if (rows.length < batchRows) continue;
    yield batchFromRows(rows, schema, count);
    count += rows.length;
    rows = [];
  }
  if (rows.length > 0) yield batchFromRows(rows, schema, count);
}

function itemsOf(data: TableData): Iterable<unknown> | AsyncIterable<unknown> {
  const isIterable = typeof data === "object" && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data);
  if (isIterable) return data as Iterable<unknown>;
  throw new EdgewaterError("ValidationError", `Cannot write ${describe(data)} to a table; give rows, columns or batches`);
}

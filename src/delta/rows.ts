import type { Batch, ColumnValues } from "./batch.ts";

/** The rows of a batch with these numbers, in their order. */
export function takeRows(batch: Batch, rows: readonly number[]): Batch {
  if (rows.length === batch.rowCount) return batch;
  return { schema: batch.schema, rowCount: rows.length, columns: batch.columns.map((values) => takeValues(values, rows)) };
}

/** The rows of a batch from one position up to another. */
export function sliceRows(batch: Batch, start: number, end: number): Batch {
  if (start === 0 && end >= batch.rowCount) return batch;
  const columns = batch.columns.map((values): ColumnValues => values.slice(start, end));
  return { schema: batch.schema, rowCount: Math.min(end, batch.rowCount) - start, columns };
}

/** The numbers of the rows for which a mask has no 1. */
export function unmaskedRows(mask: Uint8Array): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < mask.length; row++) if (mask[row] === 0) rows.push(row);
  return rows;
}

/** The same value for a number of rows. */
export function repeated(value: unknown, count: number): ColumnValues {
  return new Array<unknown>(count).fill(value);
}

function takeValues(values: ColumnValues, rows: readonly number[]): ColumnValues {
  if (Array.isArray(values)) return rows.map((row) => values[row]);
  const typed = values as Exclude<ColumnValues, readonly unknown[]>;
  const taken = new (typed.constructor as new (length: number) => typeof typed)(rows.length);
  for (let index = 0; index < rows.length; index++) taken[index] = typed[rows[index] as number] as never;
  return taken;
}

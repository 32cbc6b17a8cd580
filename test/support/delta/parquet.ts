import type { Batch } from "../../../src/delta/batch.ts";
import { openParquet, type ReadOptions } from "../../../src/delta/parquet/read.ts";
import { bytesSource } from "../../../src/delta/parquet/source.ts";
import { ParquetWriter, type ParquetWriterOptions } from "../../../src/delta/parquet/write.ts";

/** Writes batches as the bytes of a Parquet file. */
export function parquetOf(batches: readonly Batch[], options: ParquetWriterOptions): Uint8Array<ArrayBuffer> {
  const writer = new ParquetWriter(options);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return writer.take();
}

/** Reads the columns of a Parquet file; typed arrays become arrays. */
export async function columnsOf(bytes: Uint8Array<ArrayBuffer>, options: ReadOptions): Promise<unknown[][]> {
  const file = await openParquet(bytesSource("test.parquet", bytes));
  const columns: unknown[][] = options.schema.fields.map(() => []);
  for await (const batch of file.read(options)) {
    for (const [index, column] of batch.columns.entries()) for (const value of column) columns[index]?.push(value);
  }
  return columns;
}

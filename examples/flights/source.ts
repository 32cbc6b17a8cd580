import { readFile } from "node:fs/promises";
import { type Batch, tableSchema } from "edgewater/delta";
import { parquetMetadata, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";

const path = new URL("../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url);

/** The months of the flights: the first half of 2001. */
export const months = ["2001-01", "2001-02", "2001-03", "2001-04", "2001-05", "2001-06"] as const;

/** A flight inside the United States, as the Bureau of Transportation Statistics counted it. */
export const schema = tableSchema({
  id: "long not null",
  month: "string not null",
  departure: "timestamp_ntz not null",
  delay: "integer",
  distance: "integer",
  origin: "string",
  destination: "string",
});

/** Reads the flights of a month, a row group at a time. They are in the order of their departure. */
export async function* flightsOf(month: string): AsyncGenerator<Batch, void, void> {
  const bytes = await readFile(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(file);
  let start = 0;
  for (const { num_rows, columns } of metadata.row_groups) {
    const end = start + Number(num_rows);
    const { min_value: first, max_value: last } = columns[0]?.meta_data?.statistics ?? {};
    if (monthOf(first as Date) <= month && month <= monthOf(last as Date)) yield await readRows(start, end, month);
    start = end;
  }

  async function readRows(rowStart: number, rowEnd: number, wanted: string): Promise<Batch> {
    const values: Record<string, readonly unknown[]> = {};
    const onChunk = ({ columnName, columnData }: { readonly columnName: string; readonly columnData: ArrayLike<unknown> }): void => {
      values[columnName] = [...(values[columnName] ?? []), ...Array.from(columnData)];
    };
    await parquetRead({ file, metadata, compressors, rowStart, rowEnd, onChunk });
    const departures = values["date"] as readonly Date[];
    const rows = [...departures.keys()].filter((row) => monthOf(departures[row] as Date) === wanted);
    const numbers = (name: string): Int32Array => Int32Array.from(rows, (row) => Number(values[name]?.[row]));
    const texts = (name: string): readonly unknown[] => rows.map((row) => values[name]?.[row]);
    return {
      schema,
      rowCount: rows.length,
      columns: [
        BigInt64Array.from(rows, (row) => BigInt(rowStart + row)),
        rows.map(() => wanted),
        BigInt64Array.from(rows, (row) => BigInt((departures[row] as Date).getTime()) * 1000n),
        numbers("delay"),
        numbers("distance"),
        texts("origin"),
        texts("destination"),
      ],
    };
  }
}

const monthOf = (departure: Date): string => departure.toISOString().slice(0, 7);

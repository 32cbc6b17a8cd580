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
  const [from, until] = [Date.parse(`${month}-01`), startOfNext(month)];
  let start = 0;
  for (const { num_rows, columns } of metadata.row_groups) {
    const end = start + Number(num_rows);
    const { min_value: first, max_value: last } = columns[0]?.meta_data?.statistics ?? {};
    if (Number(first) < until && Number(last) >= from) yield await readRows(start, end);
    start = end;
  }

  async function readRows(rowStart: number, rowEnd: number): Promise<Batch> {
    const parts: Record<string, ArrayLike<unknown>[]> = {};
    const onChunk = ({ columnName, columnData }: { readonly columnName: string; readonly columnData: ArrayLike<unknown> }): void => {
      parts[columnName] = [...(parts[columnName] ?? []), columnData];
    };
    await parquetRead({ file, metadata, compressors, rowStart, rowEnd, onChunk });
    const column = (name: string): readonly unknown[] => (parts[name] ?? []).flatMap((part) => Array.from(part));
    // Rows are in the order of their departure, so those of a month are together.
    const departures = (column("date") as readonly Date[]).map(Number);
    const first = departures.findIndex((departure) => departure >= from);
    const last = departures.findLastIndex((departure) => departure < until) + 1;
    const numbers = (name: string): Int32Array => Int32Array.from(column(name).slice(first, last), Number);
    return {
      schema,
      rowCount: last - first,
      columns: [
        BigInt64Array.from({ length: last - first }, (_, row) => BigInt(rowStart + first + row)),
        new Array<string>(last - first).fill(month),
        BigInt64Array.from(departures.slice(first, last), (departure) => BigInt(departure) * 1000n),
        numbers("delay"),
        numbers("distance"),
        column("origin").slice(first, last),
        column("destination").slice(first, last),
      ],
    };
  }
}

/** The moment after the last one of a month, in milliseconds. */
function startOfNext(month: string): number {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return Date.UTC(year, number, 1);
}

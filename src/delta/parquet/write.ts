import { EdgewaterError } from "../../errors.ts";
import type { Batch } from "../batch.ts";
import { sliceRows } from "../rows.ts";
import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import type { StructType } from "../schema/types.ts";
import { join, type Values } from "./convert.ts";
import { UnfitValue } from "./failure.ts";
import { magic } from "./footer.ts";
import { ByteWriter } from "./hyparquet.ts";
import { shred } from "./shred.ts";
import { type WrittenStruct, writeStruct } from "./thrift-writer.ts";
import { writeColumn } from "./written-column.ts";
import { type WrittenColumn, type WrittenSchema, writtenSchema } from "./written-schema.ts";

export interface ParquetWriterOptions {
  /** The columns, with their logical names. Partition columns are not among them. */
  readonly schema: StructType;
  /** How the file names the columns. Default: `none`. */
  readonly mapping?: ColumnMappingMode | undefined;
  /** The most rows of a row group; groups of large rows have fewer. Default: 100,000. */
  readonly rowGroupRows?: number | undefined;
  /** Default: `snappy`. */
  readonly compression?: "snappy" | "none" | undefined;
}

/** The rows of a row group take about so much memory at the most, in bytes. */
const rowGroupBytes = 64 * 1024 * 1024;
/** So many rows of a batch tell how large its rows are. */
const sampledRows = 64;

/**
 * Writes batches as a Parquet file, row group by row group, with the types that Spark writes. It keeps the rows of one row group,
 * and the bytes that are not taken yet.
 *
 * @example
 * ```ts
 * const writer = new ParquetWriter({ schema });
 * writer.write(batch);
 * writer.finish();
 * await store.put("part-0.parquet", writer.take());
 * ```
 */
export class ParquetWriter {
  readonly #schema: WrittenSchema;
  readonly #isCompressed: boolean;
  // It grows; many small files may be open at a time.
  readonly #bytes = new ByteWriter(4 * 1024);
  readonly #rowGroups: WrittenStruct[] = [];
  readonly #mostRows: number;
  readonly #pending: Batch[] = [];
  #pendingRows = 0;
  #pendingBytes = 0;
  #rowCount = 0;

  constructor({ schema, mapping = "none", rowGroupRows = 100_000, compression = "snappy" }: ParquetWriterOptions) {
    this.#mostRows = rowGroupRows;
    this.#schema = writtenSchema(schema, mapping);
    this.#isCompressed = compression !== "none";
    this.#bytes.appendUint32(magic);
  }

  /** The rows that have been written. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** The bytes of the file so far; rows of the last row group are not encoded yet. */
  get byteLength(): number {
    return this.#bytes.offset;
  }

  /** The bytes that it keeps in memory, roughly: those of the file that are not taken yet, and those of rows that are not encoded yet. */
  get heldBytes(): number {
    return this.#bytes.index + this.#pendingBytes;
  }

  /**
   * Adds rows.
   *
   * @throws `SerializationError` if a value does not fit its column
   */
  write(batch: Batch): void {
    const size = rowSize(batch);
    const most = Math.max(1, Math.min(this.#mostRows, Math.floor(rowGroupBytes / size)));
    let start = 0;
    while (start < batch.rowCount) {
      const end = Math.min(batch.rowCount, start + Math.max(1, most - this.#pendingRows));
      this.#pending.push(end - start === batch.rowCount ? batch : sliceRows(batch, start, end));
      this.#pendingRows += end - start;
      this.#pendingBytes += (end - start) * size;
      start = end;
      if (this.#pendingRows >= most) this.#flush();
    }
    this.#rowCount += batch.rowCount;
  }

  /** Encodes the last rows and the footer. */
  finish(): void {
    this.#flush();
    const { elements, columns } = this.#schema;
    const start = this.#bytes.offset;
    writeStruct(this.#bytes, {
      1: 2,
      2: elements,
      3: BigInt(this.#rowCount),
      4: this.#rowGroups,
      6: "edgewater",
      // Bounds are in the order of the type of their column.
      7: columns.map(() => ({ 1: {} })),
    });
    this.#bytes.appendUint32(this.#bytes.offset - start);
    this.#bytes.appendUint32(magic);
  }

  /** Returns the bytes since the last call. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }

  /** Encodes the pending rows as one row group. Its bytes stay in memory until they are taken, so that nothing waits. */
  #flush(): void {
    const batches = this.#pending.splice(0);
    const rowCount = this.#pendingRows;
    this.#pendingRows = 0;
    this.#pendingBytes = 0;
    if (rowCount === 0) return;
    const start = this.#bytes.offset;
    const { nodes, columns } = this.#schema;
    try {
      const written = nodes.flatMap((node, index) => {
        if (node === undefined) return [];
        const values = join(batches.map((batch) => batch.columns[index] as Values));
        const within = columns.slice(node.start, node.end);
        return shred(node, within, values).map((each, index) =>
          writeColumn(this.#bytes, within[index] as WrittenColumn, each, this.#isCompressed),
        );
      });
      this.#rowGroups.push({
        1: written.map(({ chunk }) => chunk),
        2: BigInt(written.reduce((sum, { size }) => sum + size, 0)),
        3: BigInt(rowCount),
        6: BigInt(this.#bytes.offset - start),
      });
    } catch (cause) {
      if (!(cause instanceof UnfitValue)) throw cause;
      const { message, field } = cause;
      throw new EdgewaterError("SerializationError", `Cannot write the column ${JSON.stringify(field)}: ${message}`, { field });
    }
  }
}

/** The bytes of a row, roughly. */
function rowSize({ columns, rowCount }: Batch): number {
  const step = Math.max(1, Math.floor(rowCount / sampledRows));
  let size = 0;
  let rows = 0;
  for (let row = 0; row < rowCount; row += step) {
    for (const column of columns) size += roughSize(column[row]);
    rows++;
  }
  return rows === 0 ? 1 : Math.max(1, size / rows);
}

/** The bytes of a value, roughly. */
function roughSize(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (value instanceof Uint8Array) return value.byteLength;
  return Object.values(value).reduce<number>((sum, each) => sum + roughSize(each), 8);
}

import { EdgewaterError } from "../../errors.ts";
import type { Batch } from "../batch.ts";
import { sliceRows } from "../rows.ts";
import { type ColumnMappingMode, physicalName } from "../schema/column-mapping.ts";
import type { StructType } from "../schema/types.ts";
import { join, type Values } from "./convert.ts";
import { schemaElements } from "./elements.ts";
import { ByteWriter, ParquetWriter as HyparquetWriter } from "./hyparquet.ts";
import { hasFloats, hasNegativeZero, renamer, roughSize } from "./written-values.ts";

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
  readonly #columns: readonly WrittenColumn[];
  // It grows; many small files may be open at a time.
  readonly #bytes = new ByteWriter(4 * 1024);
  readonly #writer: HyparquetWriter;
  readonly #mostRows: number;
  readonly #pending: Batch[] = [];
  #pendingRows = 0;
  #pendingBytes = 0;
  #rowCount = 0;

  constructor({ schema, mapping = "none", rowGroupRows = 100_000, compression = "snappy" }: ParquetWriterOptions) {
    this.#mostRows = rowGroupRows;
    this.#columns = schema.fields.flatMap((field, index) =>
      field.type === "void"
        ? []
        : {
            index,
            logicalName: field.name,
            name: physicalName(field, mapping),
            isNullable: field.nullable,
            hasFloats: hasFloats(field.type),
            rename: renamer(field.type, mapping),
          },
    );
    this.#writer = new HyparquetWriter({
      writer: this.#bytes,
      schema: schemaElements(schema, mapping),
      codec: compression === "none" ? "UNCOMPRESSED" : "SNAPPY",
      createdBy: "edgewater",
    });
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
    this.#writer.finish();
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
    const rowGroupSize = this.#pendingRows;
    this.#pendingRows = 0;
    this.#pendingBytes = 0;
    if (rowGroupSize === 0) return;
    const columnData = this.#columns.map((column) => source(column, batches));
    try {
      void this.#writer.write({ columnData, rowGroupSize });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new EdgewaterError("SerializationError", `Cannot write a Parquet file: ${reason}; give values of the type of their column`, {
        cause,
      });
    }
  }
}

interface WrittenColumn {
  /** The position in a batch. */
  readonly index: number;
  readonly logicalName: string;
  readonly name: string;
  readonly isNullable: boolean;
  readonly hasFloats: boolean;
  readonly rename: ((value: unknown) => unknown) | undefined;
}

/** The values of a column in a row group. */
function source(column: WrittenColumn, batches: readonly Batch[]): { name: string; data: Values; encoding?: "PLAIN" } {
  const { index, name, rename, hasFloats } = column;
  let data = join(batches.map(({ columns }) => columns[index] as Values));
  if (!column.isNullable && Array.isArray(data) && data.includes(null)) {
    const message = `Cannot write a null to the column ${JSON.stringify(column.logicalName)}, which is not nullable; give every row a value`;
    throw new EdgewaterError("SerializationError", message, { field: column.logicalName });
  }
  if (rename !== undefined) data = Array.from(data as ArrayLike<unknown>, rename);
  // A dictionary would take -0 for 0.
  const isPlain = hasFloats && hasNegativeZero(data);
  return isPlain ? { name, data, encoding: "PLAIN" } : { name, data };
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

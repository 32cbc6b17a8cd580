import type { Batch } from "../batch.ts";
import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import type { StructType } from "../schema/types.ts";

export interface ParquetWriterOptions {
  /** The columns, with their logical names. Partition columns are not among them. */
  readonly schema: StructType;
  /** How the file names the columns. Default: `none`. */
  readonly mapping?: ColumnMappingMode | undefined;
  /** Default: 100,000 rows, or fewer if they are large. */
  readonly rowGroupRows?: number | undefined;
  /** Default: `snappy`. */
  readonly compression?: "snappy" | "none" | undefined;
}

/** Writes batches as a Parquet file, row group by row group. The bytes are taken while the file grows. */
export interface ParquetWriter {
  readonly rowCount: number;
  /** The bytes that are encoded so far. */
  readonly byteLength: number;
  readonly write: (batch: Batch) => void;
  /** Encodes the last rows and the footer. */
  readonly finish: () => void;
  /** The bytes since the last call. */
  readonly take: () => Uint8Array<ArrayBuffer>;
}

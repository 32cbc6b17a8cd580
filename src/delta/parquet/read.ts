import type { Batch } from "../batch.ts";
import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import type { StructType } from "../schema/types.ts";
import type { ParquetSource } from "./source.ts";

/** The least and the largest value of a column in a row group, as `batch.ts` has values. Absent: unknown. */
export interface ColumnStatistics {
  readonly min?: unknown;
  readonly max?: unknown;
  readonly nullCount?: number;
}

export interface RowGroup {
  /** The position of its first row in the file. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** The statistics of a column or of a field of its structs, by logical names; undefined when the file has none. */
  readonly statistics: (path: readonly string[], schema: StructType, mapping?: ColumnMappingMode) => ColumnStatistics | undefined;
}

export interface ReadOptions {
  /** The columns to read, with their logical names. Columns that the file lacks are null. */
  readonly schema: StructType;
  /** How the file names the columns: as the schema (`none`), by `physicalName`, or by field id. Default: `none`. */
  readonly mapping?: ColumnMappingMode | undefined;
  /** The indices of the row groups to read. Default: all. */
  readonly rowGroups?: readonly number[] | undefined;
  /** The first row to read, counted from the start of the file. */
  readonly rowStart?: number | undefined;
  /** The row after the last to read. */
  readonly rowEnd?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows of a file, and where they are in it. */
export interface FileBatch extends Batch {
  /** The position of the first row in the file, counted from 0, as deletion vectors count. */
  readonly firstRow: number;
}

export interface ParquetFile {
  readonly rowCount: number;
  /** The schema of the file, with physical names; `parquet.field.id` in the metadata of a field is its id. */
  readonly schema: StructType;
  readonly rowGroups: readonly RowGroup[];
  /** One batch for each row group. */
  readonly read: (options: ReadOptions) => AsyncGenerator<FileBatch, void, void>;
}

/** Reads the footer. */
export function openParquet(_source: ParquetSource, _options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ParquetFile> {
  throw new Error("not yet");
}

import { throwIfAborted } from "../../errors.ts";
import type { Batch, ColumnValues } from "../batch.ts";
import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import type { StructType } from "../schema/types.ts";
import { assemble } from "./assemble.ts";
import { type Column, decodeColumn } from "./column.ts";
import { explain, Unsupported } from "./failure.ts";
import { fileSchema } from "./file-schema.ts";
import { type Chunk, type ChunkGroup, type Footer, readFooter } from "./footer.ts";
import { type NeededColumns, neededColumns, type PlannedField, planFields } from "./plan.ts";
import { type ColumnStatistics, columnStatistics } from "./row-group-statistics.ts";
import { type ParquetSource, readRanges, withTail } from "./source.ts";

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

/** A row group may have so many values of a column, or so many for each byte of the file: no small file takes much memory. */
const mostValues = 2 ** 24;
const mostValuesPerByte = 64;

/**
 * Opens a Parquet file: reads its footer, and with it the whole of a small file.
 *
 * @throws `Integrity` if it is damaged, `NotSupported` if it has what this reader lacks, and the errors of the store
 */
export async function openParquet(
  source: ParquetSource,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ParquetFile> {
  try {
    const { footer, tail } = await readFooter(source, signal);
    return parquetFile(withTail(source, tail), footer);
  } catch (thrown) {
    throw explain(source.name, thrown);
  }
}

function parquetFile(source: ParquetSource, footer: Footer): ParquetFile {
  const { root, rowCount, groups } = footer;
  const rowGroups = groups.map((group): RowGroup => {
    const { firstRow, rowCount } = group;
    return {
      firstRow,
      rowCount,
      statistics: (path, schema, mapping = "none") => columnStatistics(root, group, path, schema, mapping),
    };
  });
  return { rowCount, schema: fileSchema(root), rowGroups, read: (options) => readBatches(source, footer, options) };
}

async function* readBatches(source: ParquetSource, footer: Footer, options: ReadOptions): AsyncGenerator<FileBatch, void, void> {
  const { schema, mapping = "none", rowGroups, rowStart = 0, rowEnd = footer.rowCount, signal } = options;
  try {
    const plans = planFields(footer.root, schema, mapping);
    const needed: NeededColumns = new Map();
    for (const { plan } of plans) neededColumns(plan, needed);
    const wanted = rowGroups === undefined ? footer.groups : rowGroups.flatMap((index) => footer.groups[index] ?? []);
    const groups = wanted.filter(({ firstRow, rowCount }) => rowCount > 0 && firstRow < rowEnd && firstRow + rowCount > rowStart);
    for (const group of groups) checkSize(source, group);
    const fetch = (group: ChunkGroup | undefined): Promise<Fetched[]> | undefined => {
      const bytes = group === undefined ? undefined : fetchColumns(source, group, needed, signal);
      // It is awaited later, or never if the caller stops.
      bytes?.catch(() => undefined);
      return bytes;
    };
    let next = fetch(groups[0]);
    for (const [index, group] of groups.entries()) {
      const fetched = (await next) ?? [];
      // The next row group is on its way while this one is decoded.
      next = fetch(groups[index + 1]);
      throwIfAborted(signal);
      const start = Math.max(rowStart - group.firstRow, 0);
      const end = Math.min(rowEnd - group.firstRow, group.rowCount);
      const columns = await columnsOf(plans, group, fetched, { start, end });
      yield { schema, rowCount: end - start, columns, firstRow: group.firstRow + start };
    }
  } catch (thrown) {
    throw explain(source.name, thrown);
  }
}

/** The stored bytes of a column in a row group. */
interface Fetched {
  readonly chunk: Chunk;
  readonly bytes: Uint8Array;
  readonly convert: NeededColumns extends Map<number, infer Convert> ? Convert : never;
}

async function fetchColumns(source: ParquetSource, group: ChunkGroup, needed: NeededColumns, signal?: AbortSignal): Promise<Fetched[]> {
  const chunks = [...needed].map(([column, convert]) => ({ chunk: group.chunks[column] as Chunk, convert }));
  const bytes = await readRanges(
    source,
    chunks.map(({ chunk }) => chunk.range),
    signal,
  );
  return chunks.map((each, index) => ({ ...each, bytes: bytes[index] as Uint8Array }));
}

/** The values of each field in some rows of a row group, whose positions are counted from its start. */
async function columnsOf(
  plans: readonly PlannedField[],
  group: ChunkGroup,
  fetched: readonly Fetched[],
  rows: { readonly start: number; readonly end: number },
): Promise<ColumnValues[]> {
  const columns = new Map<number, Column>();
  // Pages are only left out of columns of rows: those of one struct must agree.
  const flat = new Set(plans.flatMap(({ plan }) => (plan.kind === "column" ? [plan.column.column] : [])));
  for (const { chunk, bytes, convert } of fetched) {
    const { column } = chunk.node;
    columns.set(column, await decodeColumn(chunk, bytes, convert ?? nothing, flat.has(column) ? rows : undefined));
  }
  const count = rows.end - rows.start;
  const nulls = new Array<unknown>(count).fill(null);
  return plans.map(({ plan }) => {
    if (plan.kind === "missing") return nulls;
    const isFlat = plan.kind === "column";
    const column = columns.get(plan.column.column) as Column;
    const values = assemble(plan, columns, { repetition: 0, definition: 0, count: isFlat ? column.count : group.rowCount });
    const skipped = rows.start - (isFlat ? column.start : 0);
    return values.length === count ? values : values.slice(skipped, skipped + count);
  });
}

const nothing = (): never[] => [];

function checkSize(source: ParquetSource, { rowCount, chunks }: ChunkGroup): void {
  const most = Math.max(mostValues, mostValuesPerByte * source.byteLength);
  const largest = chunks.reduce((most, { valueCount }) => Math.max(most, valueCount), rowCount);
  if (largest > most)
    throw new Unsupported(`a row group of this file of ${source.byteLength} bytes has ${largest} values of a column, more than ${most}`);
}

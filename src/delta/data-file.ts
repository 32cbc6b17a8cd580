import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { Batch } from "./batch.ts";
import { readDeletionVector } from "./deletion-vector/read.ts";
import type { RowSet } from "./deletion-vector/roaring.ts";
import type { Bound } from "./expression/bound.ts";
import type { AddFile } from "./log/actions.ts";
import { keyOfPath } from "./log/paths.ts";
import type { Snapshot } from "./log/snapshot.ts";
import { openParquet, type ParquetFile } from "./parquet/read.ts";
import { objectSource } from "./parquet/source.ts";
import { repeated, takeRows, unmaskedRows } from "./rows.ts";
import { physicalName } from "./schema/column-mapping.ts";
import type { StructType } from "./schema/types.ts";
import { fileFacts } from "./statistics/file-facts.ts";
import { rowGroupFacts } from "./statistics/row-group-facts.ts";
import { mayMatch } from "./statistics/skip.ts";
import { parsePartitionValue } from "./values/partition.ts";

/** Which rows and columns to read of a data file. */
export interface DataFileOptions {
  /** Some columns of the table, in any order. */
  readonly schema: StructType;
  /** The indices of the row groups. Default: all. */
  readonly rowGroups?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A data file of a snapshot: its rows are those that are not deleted, with the values of partition columns. */
export class DataFile {
  readonly action: AddFile;
  readonly #snapshot: Pick<Snapshot, "metadata" | "mapping">;
  readonly #parquet: ParquetFile;
  readonly #deleted: RowSet | undefined;

  private constructor(snapshot: Snapshot, action: AddFile, parquet: ParquetFile, deleted: RowSet | undefined) {
    this.action = action;
    this.#snapshot = snapshot;
    this.#parquet = parquet;
    this.#deleted = deleted;
  }

  /**
   * Reads the footer of a file, and which of its rows are deleted.
   *
   * @throws `NotFound` or `Integrity` that names a file that is missing or damaged
   */
  static async open(snapshot: Snapshot, action: AddFile, signal?: AbortSignal): Promise<DataFile> {
    const { table } = snapshot;
    const key = keyOfPath(table, action.path);
    const { deletionVector } = action;
    const opening = openParquet(objectSource(table.store, key, action.size), { signal });
    const reading = deletionVector && readDeletionVector(table, deletionVector, signal);
    // Both are awaited one after the other; the second must not be unhandled when the first fails.
    reading?.catch(() => {});
    try {
      return new DataFile(snapshot, action, await opening, await reading);
    } catch (error) {
      if (!isEdgewaterError(error, "NotFound") || error.key !== key) throw error;
      const message = `Cannot read the data file ${JSON.stringify(key)} in ${table.store.name}: it is missing, although the log of the table names it`;
      throw new EdgewaterError("NotFound", `${message}; restore it, or read a version without it`, {
        store: table.store.name,
        key,
        cause: error,
      });
    }
  }

  /** The number of its rows that are not deleted. */
  get rowCount(): number {
    return this.#parquet.rowCount - (this.#deleted?.count ?? 0);
  }

  /** The indices of the row groups in which a condition, bound to a schema of columns of the table, may hold for a row. */
  rowGroupsOf(condition: Bound, schema: StructType): readonly number[] {
    const { mapping } = this.#snapshot;
    const { partitionColumns } = this.#snapshot.metadata;
    const ofFile = fileFacts(this.action, { schema, partitionColumns, mapping });
    return this.#parquet.rowGroups.flatMap((group, index) => {
      const ofGroup = rowGroupFacts(group, schema, mapping);
      // The values of partition columns are those of the log, whatever a file has.
      const isPartition = (column: number): boolean => partitionColumns.includes(schema.fields[column]?.name ?? "");
      const of: typeof ofGroup.of = (column, fields) => (isPartition(column) ? ofFile : ofGroup).of(column, fields);
      return mayMatch(condition, { of }) ? [index] : [];
    });
  }

  /** Yields the rows, a row group at a time. Batches may be without rows. */
  async *read({ schema, rowGroups, signal }: DataFileOptions): AsyncGenerator<Batch, void, void> {
    const { metadata, mapping } = this.#snapshot;
    const stored = schema.fields.filter(({ name }) => !metadata.partitionColumns.includes(name));
    for await (const batch of this.#parquet.read({ schema: { type: "struct", fields: stored }, mapping, rowGroups, signal })) {
      const whole = this.#withPartitions(batch, schema);
      const mask = this.#deleted?.mask(batch.firstRow, batch.rowCount);
      yield mask === undefined ? whole : takeRows(whole, unmaskedRows(mask));
    }
  }

  /** Adds the columns that the log has the values of. */
  #withPartitions(batch: Batch, schema: StructType): Batch {
    const { partitionValues } = this.action;
    const { metadata, mapping } = this.#snapshot;
    let next = 0;
    const columns = schema.fields.map((field) => {
      if (!metadata.partitionColumns.includes(field.name)) return batch.columns[next++] ?? [];
      const name = physicalName(field, mapping);
      const text = Object.hasOwn(partitionValues, name) ? partitionValues[name] : undefined;
      return repeated(parsePartitionValue(text, field.type, field.name), batch.rowCount);
    });
    return { schema, rowCount: batch.rowCount, columns };
  }
}

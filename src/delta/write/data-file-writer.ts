import type { Batch } from "../batch.ts";
import type { AddFile } from "../log/actions.ts";
import { partitionFolder, pathOfKey } from "../log/paths.ts";
import { ParquetWriter } from "../parquet/write.ts";
import { physicalName } from "../schema/column-mapping.ts";
import type { StructField, StructType } from "../schema/types.ts";
import { StatisticsCollector } from "../statistics/collect.ts";
import { indexedColumnsOf } from "../statistics/indexed-columns.ts";
import type { WriteTarget } from "./target.ts";

/** How data files are written. */
export interface FileForm {
  readonly compression: "snappy" | "none";
  /** The most rows of a row group. */
  readonly rowGroupRows: number;
}

/** What an open file takes in memory besides its rows, and what a batch of few rows takes besides its values, in bytes. */
const [perFile, perColumn] = [8 * 1024, 64];

/** A data file of one partition that rows are added to. Its bytes stay in memory until it is finished. */
export class DataFileWriter {
  readonly #target: WriteTarget;
  readonly #values: readonly (string | null)[];
  readonly #form: FileForm;
  readonly #writer: ParquetWriter;
  readonly #statistics: StatisticsCollector;
  #batches = 0;

  /**
   * @param schema the columns of the file
   * @param values the texts of the partition values
   */
  constructor(target: WriteTarget, schema: StructType, values: readonly (string | null)[], form: FileForm) {
    const { mapping, metadata } = target;
    const { compression, rowGroupRows } = form;
    this.#target = target;
    this.#values = values;
    this.#form = form;
    this.#writer = new ParquetWriter({ schema, mapping, compression, rowGroupRows });
    this.#statistics = new StatisticsCollector(schema, { mapping, ...indexedColumnsOf(metadata.configuration) });
  }

  /** The bytes that are encoded. */
  get byteLength(): number {
    return this.#writer.byteLength;
  }

  /** The bytes that it keeps in memory, roughly. */
  get heldBytes(): number {
    return perFile + this.#writer.heldBytes + this.#batches * perColumn;
  }

  add(batch: Batch): void {
    this.#batches += batch.columns.length;
    this.#statistics.add(batch);
    this.#writer.write(batch);
  }

  /** Encodes the last rows. Returns the key of the file in the store, its bytes, and the action that adds it. */
  finish(): { readonly key: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly add: AddFile } {
    const { table, mapping } = this.#target;
    this.#writer.finish();
    const bytes = this.#writer.take();
    const values = this.#partitionValues();
    const name = `part-00000-${crypto.randomUUID()}-c000${this.#form.compression === "snappy" ? ".snappy" : ""}.parquet`;
    // Folders are named after columns, and a mapped column can be renamed.
    const path = values.length === 0 || mapping !== "none" ? name : `${partitionFolder(values)}/${name}`;
    const add: AddFile = {
      path: pathOfKey(path),
      partitionValues: Object.fromEntries(values),
      size: bytes.byteLength,
      modificationTime: Date.now(),
      dataChange: true,
      stats: this.#statistics.print(),
    };
    return { key: table.root === "" ? path : `${table.root}/${path}`, bytes, add };
  }

  #partitionValues(): readonly (readonly [string, string | null])[] {
    const { schema, metadata, mapping } = this.#target;
    return metadata.partitionColumns.map((name, index) => {
      const field = schema.fields.find((each) => each.name === name) as StructField;
      return [physicalName(field, mapping), this.#values[index] ?? null];
    });
  }
}

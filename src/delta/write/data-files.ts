import type { Batch } from "../batch.ts";
import type { AddFile } from "../log/actions.ts";
import { partitionFolder, pathOfKey } from "../log/paths.ts";
import { ParquetWriter } from "../parquet/write.ts";
import { physicalName } from "../schema/column-mapping.ts";
import type { StructField, StructType } from "../schema/types.ts";
import { StatisticsCollector } from "../statistics/collect.ts";
import { indexedColumnsOf } from "../statistics/indexed-columns.ts";
import type { NewFiles } from "./new-files.ts";
import { type Part, Splitter } from "./split.ts";
import type { WriteTarget } from "./target.ts";

/** Options of {@link writeDataFiles}. */
export interface DataFileOptions {
  /** Takes note of the files, so that they are deleted unless they are committed. */
  readonly files: NewFiles;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes batches as data files of a table, at least one for each partition that has rows, and returns the actions that add them. Their
 * columns are those of the table, in its order.
 *
 * @throws `SerializationError` for values that files cannot hold; the errors of the store
 */
export async function writeDataFiles(
  target: WriteTarget,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: DataFileOptions,
): Promise<AddFile[]> {
  const splitter = new Splitter(target.schema, target.metadata.partitionColumns);
  const open = new Map<string, DataFile>();
  for await (const batch of batches) {
    options.signal?.throwIfAborted();
    for (const part of splitter.split(batch)) {
      let file = open.get(part.key);
      if (file === undefined) {
        file = new DataFile(target, splitter.fileSchema, part.values);
        open.set(part.key, file);
      }
      file.add(part);
    }
  }
  const added: AddFile[] = [];
  for (const file of open.values()) added.push(await file.put(options));
  return added;
}

class DataFile {
  readonly #target: WriteTarget;
  readonly #values: readonly (string | null)[];
  readonly #writer: ParquetWriter;
  readonly #statistics: StatisticsCollector;

  constructor(target: WriteTarget, schema: StructType, values: readonly (string | null)[]) {
    const { mapping, metadata } = target;
    this.#target = target;
    this.#values = values;
    this.#writer = new ParquetWriter({ schema, mapping });
    this.#statistics = new StatisticsCollector(schema, { mapping, ...indexedColumnsOf(metadata.configuration) });
  }

  add({ batch }: Part): void {
    this.#writer.write(batch);
    this.#statistics.add(batch);
  }

  async put({ files, signal }: DataFileOptions): Promise<AddFile> {
    const { table, schema, metadata, mapping } = this.#target;
    this.#writer.finish();
    const bytes = this.#writer.take();
    const names = metadata.partitionColumns.map((name) =>
      physicalName(schema.fields.find((field) => field.name === name) as StructField, mapping),
    );
    const values = names.map((name, index) => [name, this.#values[index] ?? null] as const);
    const name = `part-00000-${crypto.randomUUID()}-c000.snappy.parquet`;
    const path = values.length === 0 ? name : `${partitionFolder(values)}/${name}`;
    const key = table.root === "" ? path : `${table.root}/${path}`;
    files.note(key);
    await table.store.put(key, bytes, { signal });
    return {
      path: pathOfKey(path),
      partitionValues: Object.fromEntries(values),
      size: bytes.byteLength,
      modificationTime: Date.now(),
      dataChange: true,
      stats: this.#statistics.print(),
    };
  }
}

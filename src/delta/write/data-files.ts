import { isEdgewaterError, throwIfAborted } from "../../errors.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import type { Batch } from "../batch.ts";
import type { AddFile } from "../log/actions.ts";
import { targetFileSize } from "../log/properties.ts";
import { sliceRows } from "../rows.ts";
import { RowChecks, type RowCondition } from "./checks.ts";
import { DataFileWriter, type FileForm } from "./data-file-writer.ts";
import type { NewFiles } from "./new-files.ts";
import { Splitter } from "./split.ts";
import type { WriteTarget } from "./target.ts";

/** How data files are written; what is left out is as the properties of the table say. */
export interface WriterProperties {
  /** Default: `delta.parquet.compression.codec`, else `snappy`. */
  readonly compression?: "snappy" | "none" | undefined;
  /** The most rows of a row group. Default: 100,000. */
  readonly maxRowGroupSize?: number | undefined;
  /** A file ends with the row group that makes it so large, in bytes. Default: `delta.targetFileSize`, else 32 MiB. */
  readonly targetFileSize?: number | undefined;
}

/** Options of {@link writeDataFiles}. */
export interface DataFileOptions {
  /** Takes note of the files, so that they are deleted unless they are committed. */
  readonly files: NewFiles;
  /** A condition that every row must meet. */
  readonly condition?: RowCondition | undefined;
  readonly writerProperties?: WriterProperties | undefined;
  /** Of puts whose store is not available. */
  readonly retry?: RetryPolicy | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultFileSize = 32 * 1024 * 1024;

/** A file ends after so many rows at the earliest: a larger batch is written in pieces. */
const pieceRows = 100_000;

/**
 * Open files take about so much memory together, in bytes. Above it the largest one is finished, whatever its size: many partitions whose
 * rows come mixed get more and smaller files. One file alone stays below it, with a row group and all that is encoded.
 */
const memory = 96 * 1024 * 1024;

/** So many files are put at a time. */
const putsAtOnce = 2;

/**
 * Writes batches as data files of a table, at least one for each partition that has rows, and returns the actions that add them. The
 * columns of the batches are those of the table, in its order. Every row is checked first: columns that are not nullable, invariants,
 * CHECK constraints.
 *
 * Memory holds the files that are open, which are bounded together, and those that are being put.
 *
 * @throws `ValidationError` that names the row, and the column or the constraint; `SerializationError` for values that files cannot hold;
 * the errors of the store
 */
export async function writeDataFiles(
  target: WriteTarget,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: DataFileOptions,
): Promise<AddFile[]> {
  const splitter = new Splitter(target.schema, target.metadata.partitionColumns);
  const checks = new RowChecks(target, options.condition);
  const size = options.writerProperties?.targetFileSize ?? targetFileSize(target.metadata) ?? defaultFileSize;
  const form = formOf(target, options.writerProperties);
  const puts = new Puts(target, options);
  const open = new Map<string, DataFileWriter>();
  const close = async (key: string, file: DataFileWriter): Promise<void> => {
    open.delete(key);
    await puts.start(file);
  };
  try {
    for await (const batch of batches) {
      throwIfAborted(options.signal, { store: target.table.store.name, key: target.table.root });
      checks.check(batch);
      for (const { key, values, batch: part } of splitter.split(batch)) {
        for (let start = 0; start < part.rowCount; start += pieceRows) {
          const file = open.get(key) ?? new DataFileWriter(target, splitter.fileSchema, values, form);
          open.set(key, file);
          file.add(sliceRows(part, start, start + pieceRows));
          if (file.byteLength >= size) await close(key, file);
        }
      }
      while (heldBytes(open) > memory) await close(...largestOf(open));
    }
    for (const [key, file] of open) await close(key, file);
    return await puts.all();
  } catch (error) {
    await puts.settled();
    throw error;
  }
}

function formOf({ metadata }: WriteTarget, { compression, maxRowGroupSize = 100_000 }: WriterProperties = {}): FileForm {
  const codec = metadata.configuration["delta.parquet.compression.codec"]?.toLowerCase();
  const byTable = codec === "none" || codec === "uncompressed" ? "none" : "snappy";
  return { compression: compression ?? byTable, rowGroupRows: maxRowGroupSize };
}

function heldBytes(open: ReadonlyMap<string, DataFileWriter>): number {
  let sum = 0;
  for (const file of open.values()) sum += file.heldBytes;
  return sum;
}

function largestOf(open: ReadonlyMap<string, DataFileWriter>): readonly [string, DataFileWriter] {
  const [first, ...others] = open;
  return others.reduce((largest, each) => (each[1].heldBytes > largest[1].heldBytes ? each : largest), first as [string, DataFileWriter]);
}

/** Puts finished files, a few at a time. */
class Puts {
  readonly #store: WriteTarget["table"]["store"];
  readonly #options: DataFileOptions;
  readonly #all: Promise<AddFile>[] = [];
  readonly #running = new Set<Promise<AddFile>>();

  constructor({ table }: WriteTarget, options: DataFileOptions) {
    this.#store = table.store;
    this.#options = options;
  }

  /** Encodes the rest of a file and begins to put it, after others. Fails if one of those has failed. */
  async start(file: DataFileWriter): Promise<void> {
    while (this.#running.size >= putsAtOnce) await Promise.race(this.#running);
    const put = this.#put(file).finally(() => this.#running.delete(put));
    // It is awaited later; until then a rejection is not unhandled.
    put.catch(() => {});
    this.#running.add(put);
    this.#all.push(put);
  }

  /** The actions that add the files, in the order in which they were started. */
  all(): Promise<AddFile[]> {
    return Promise.all(this.#all);
  }

  /** Waits until no put is running, so that its file can be deleted. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#all);
  }

  async #put(file: DataFileWriter): Promise<AddFile> {
    const { files, retry, signal } = this.#options;
    const { key, bytes, add } = file.finish();
    files.note(key);
    const waitForRetry = retrying(retry, { store: this.#store.name, key, signal });
    while (true) {
      try {
        await this.#store.put(key, bytes, { signal });
        return add;
      } catch (error) {
        if (!isEdgewaterError(error, "Unavailable") || !(await waitForRetry(error))) throw error;
      }
    }
  }
}

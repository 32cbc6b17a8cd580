import { EdgewaterError } from "../errors.ts";
import { checkPrefix } from "../object-store/path.ts";
import {
  aBoolean,
  aDate,
  aFunction,
  aLimit,
  arrayOf,
  aSignal,
  aString,
  checkOptions,
  checkValue,
  either,
  type OptionKinds,
  oneOf,
  required,
  wholeNumber,
  withMethods,
} from "../options.ts";
import type { Batch } from "./batch.ts";
import { type ConditionInput, conditionOf } from "./expression/condition.ts";
import { versionAt } from "./log/commit-times.ts";
import { type HistoryEntry, readHistory } from "./log/history.ts";
import { keyOfPath } from "./log/paths.ts";
import { loadSnapshot, refreshSnapshot, type Snapshot } from "./log/snapshot.ts";
import { type MergeResult, mergeRows } from "./merge/merge.ts";
import { type MergeOptions, mergeKinds } from "./merge/options.ts";
import type { Updates } from "./rewrite/assignments.ts";
import { type DeleteResult, deleteRows } from "./rewrite/delete.ts";
import { type RowPredicate, type UpdateOptions, updateKinds, updatesKind } from "./rewrite/options.ts";
import { type UpdateResult, updateRows } from "./rewrite/update.ts";
import { filesOf, scan } from "./scan.ts";
import type { StructType } from "./schema/types.ts";
import { rowCountOf } from "./statistics/file-facts.ts";
import type { ReadableStore, TableLocation, TableStore } from "./store.ts";
import type { CommitStore } from "./transaction/create-commit.ts";
import { floorDivide, parseTimestamp } from "./values/temporal.ts";
import { type RowOptions, rowsFromBatch } from "./values/to-rows.ts";
import { createTable } from "./write/create.ts";
import type { TableData } from "./write/data.ts";
import type { WrittenTable } from "./write/operation.ts";
import {
  type CommitOptions,
  type CreateOptions,
  commitKinds,
  createKinds,
  type WriteOptions,
  type WriteTableOptions,
  writeKinds,
  writeTableKinds,
} from "./write/options.ts";
import { type WriteResult, writeTable } from "./write/write.ts";

/** Which version of a table to open, and how it is found. */
export interface OpenOptions {
  /** A version. Default: the newest. */
  readonly version?: number | undefined;
  /** The newest version at a time: a Date, or ISO 8601 text, in UTC unless it has a zone. */
  readonly timestamp?: Date | string | undefined;
  /** The URL of the table as other writers have it, such as `s3://lake/events`: absolute paths below it are read from the store. */
  readonly url?: string | undefined;
  /** Writes of this table are without conditions, for a store that does not check them. Two writers at a time would lose commits. */
  readonly unsafeSingleWriter?: boolean | undefined;
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Which rows to read, and what of them. */
export interface ReadOptions {
  /** The names of the columns, in this order. Default: all. */
  readonly columns?: readonly string[] | undefined;
  /** Only rows for which it is true: an expression such as `"price > 10"`, or a function of a row, which is called for every row. */
  readonly where?: Exclude<ConditionInput, { readonly on: unknown }> | undefined;
  /** Ends the reading with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Which files to list. */
export interface FilesOptions extends Pick<ReadOptions, "where"> {}

/** Which commits to list. */
export interface HistoryOptions {
  /** The largest number of commits. Default: all. */
  readonly limit?: number | undefined;
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** A data file of a table. */
export interface TableFile {
  /** The key in the store. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** The texts of the partition values in the log, by column; a null is null. */
  readonly partitionValues: Readonly<Record<string, string | null>>;
  /** The rows in the file, deleted ones included; undefined if its writer did not count. */
  readonly rowCount: number | undefined;
  /** How many of the rows are deleted. */
  readonly deletedRowCount: number;
}

const openKinds: OptionKinds<OpenOptions> = {
  version: wholeNumber(0),
  timestamp: either(aDate, aString),
  url: aString,
  unsafeSingleWriter: aBoolean,
  signal: aSignal,
};
const filesKinds: OptionKinds<FilesOptions> = { where: either(aString, aFunction) };
const batchKinds: OptionKinds<ReadOptions> = { ...filesKinds, columns: arrayOf(aString), signal: aSignal };
const rowKinds: OptionKinds<ReadOptions & RowOptions> = {
  ...batchKinds,
  int64: oneOf("number", "bigint"),
  timestamp: oneOf("date", "micros"),
  date: oneOf("text", "date"),
};
const historyKinds: OptionKinds<HistoryOptions> = { limit: aLimit, signal: aSignal };

/** A store that several writers can write a table to, or one of which the caller says that there is a single writer. */
type Unconditional = { readonly unsafeSingleWriter: true };

/**
 * A Delta table at one version. It does not change: writes make later versions, and {@link DeltaTable.refresh} opens the newest one.
 *
 * Writing needs a store with conditional writes, by its type, so that of two writers of a version one wins.
 *
 * @example
 * ```ts
 * const table = await DeltaTable.open(store, "lake/quakes");
 * const strong = await table.toRows({ columns: ["id", "magnitude"], where: "magnitude >= 6" });
 * ```
 */
export class DeltaTable<Store extends ReadableStore = ReadableStore> {
  /** The store that the table is in. */
  readonly store: Store;
  readonly #snapshot: Snapshot;
  readonly #unsafeSingleWriter: boolean;

  private constructor(store: Store, snapshot: Snapshot, unsafeSingleWriter = false) {
    this.store = store;
    this.#snapshot = snapshot;
    this.#unsafeSingleWriter = unsafeSingleWriter;
  }

  /**
   * Opens a table.
   *
   * @param path the prefix of its files in the store; empty for a store that is one table
   * @throws `NotFound` if there is no table, no such version, or none so old; `Integrity` if its log is damaged; `NotSupported` that
   * names the features of the table that this library lacks
   */
  static open(store: CommitStore, path: string, options: OpenOptions & Unconditional): Promise<DeltaTable<TableStore>>;
  static open<Store extends ReadableStore>(store: Store, path: string, options?: OpenOptions): Promise<DeltaTable<Store>>;
  static async open<Store extends ReadableStore>(store: Store, path: string, options: OpenOptions = {}): Promise<DeltaTable<Store>> {
    checkOptions("DeltaTable.open", options, openKinds);
    const { version, timestamp, url, unsafeSingleWriter, signal } = options;
    const table = locationOf("DeltaTable.open", store, path, url);
    if (timestamp === undefined) return new DeltaTable(store, await loadSnapshot(table, { version, signal }), unsafeSingleWriter);
    if (version !== undefined) throw invalidOption("timestamp", "a version is given too; give one of them");
    const time = timeOf(timestamp);
    const newest = await loadSnapshot(table, { signal });
    const found = await versionAt(table, newest.metadata, time, signal);
    const snapshot = found === newest.version ? newest : await loadSnapshot(table, { version: found, signal });
    return new DeltaTable(store, snapshot, unsafeSingleWriter);
  }

  /**
   * Creates a table without rows, as version 0.
   *
   * @throws `AlreadyExists` if there is a table, unless `mode` says otherwise; `SettingsError` for a schema or properties that are wrong;
   * `NotSupported` for a store that ignores conditions
   *
   * @example
   * ```ts
   * const table = await DeltaTable.create(store, "lake/quakes", { schema, partitionBy: ["day"] });
   * await table.write([{ id: "us7000", magnitude: 6.1, day: "2024-01-15" }]);
   * ```
   */
  static create(store: CommitStore, path: string, options: CreateOptions & Unconditional): Promise<DeltaTable<TableStore>>;
  static create<Store extends TableStore>(store: Store, path: string, options: CreateOptions): Promise<DeltaTable<Store>>;
  static async create<Store extends TableStore>(store: Store, path: string, options: CreateOptions): Promise<DeltaTable<Store>> {
    checkOptions("DeltaTable.create", options, createKinds);
    const { unsafeSingleWriter, signal } = options;
    const table = locationOf("DeltaTable.create", store, path);
    await createTable({ table, unsafeSingleWriter }, options);
    return new DeltaTable(store, await loadSnapshot(table, { signal }), unsafeSingleWriter);
  }

  /**
   * Writes data to a table, and creates the table if it does not exist.
   *
   * @throws as {@link DeltaTable.create}; `ValidationError` that names the column, and the row, for data that do not fit; `Conflict` if
   * another writer changed what the write depends on
   */
  static write(store: CommitStore, path: string, data: TableData, options: WriteTableOptions & Unconditional): Promise<WriteResult>;
  static write(store: TableStore, path: string, data: TableData, options?: WriteTableOptions): Promise<WriteResult>;
  static async write(store: CommitStore, path: string, data: TableData, options: WriteTableOptions = {}): Promise<WriteResult> {
    checkOptions("DeltaTable.write", options, writeTableKinds);
    const { unsafeSingleWriter, replaceWhere, mode = "error" } = options;
    const table = locationOf("DeltaTable.write", store, path);
    const where = replaceWhere === undefined ? undefined : conditionOf(replaceWhere);
    return writeTable({ table, unsafeSingleWriter }, { ...options, data, mode, replaceWhere: where });
  }

  /** The version that was opened. */
  get version(): number {
    return this.#snapshot.version;
  }

  /** The prefix of its files in the store, without a slash at its end. */
  get path(): string {
    return this.#snapshot.table.root;
  }

  /** The columns. */
  get schema(): StructType {
    return this.#snapshot.schema;
  }

  /**
   * Reads rows as plain objects. A long is a number, or a bigint where that is not exact; a decimal is a text; a timestamp is a Date, or
   * microseconds as a bigint where that is not exact; a map is a Map.
   *
   * @throws `ValidationError` for unknown columns and conditions that are wrong; `NotFound` and `Integrity` that name a data file
   */
  async toRows(options: ReadOptions & RowOptions = {}): Promise<Record<string, unknown>[]> {
    checkOptions("DeltaTable.toRows", options, rowKinds);
    const batches: Record<string, unknown>[][] = [];
    for await (const batch of this.#scan(options)) batches.push(rowsFromBatch(batch, options));
    return batches.flat();
  }

  /**
   * Reads rows in batches of columns, in the exact forms of {@link Batch}. Memory holds a row group at a time.
   *
   * @throws as {@link DeltaTable.toRows}
   */
  batches(options: ReadOptions = {}): AsyncIterable<Batch> {
    checkOptions("DeltaTable.batches", options, batchKinds);
    return this.#scan(options);
  }

  /** Lists the data files, for other readers of Parquet. A condition leaves out files in which no row can match. */
  files(options: FilesOptions = {}): readonly TableFile[] {
    checkOptions("DeltaTable.files", options, filesKinds);
    const where = options.where === undefined ? undefined : conditionOf(options.where);
    return Array.from(filesOf(this.#snapshot, where), (file) => ({
      key: keyOfPath(this.#snapshot.table, file.path),
      size: file.size,
      partitionValues: file.partitionValues,
      rowCount: rowCountOf(file),
      deletedRowCount: file.deletionVector?.cardinality ?? 0,
    }));
  }

  /** Reads who wrote the versions up to this one, newest first. Versions whose commits were cleaned up are not in it. */
  async history(options: HistoryOptions = {}): Promise<readonly HistoryEntry[]> {
    checkOptions("DeltaTable.history", options, historyKinds);
    return readHistory(this.#snapshot, options.limit, options.signal);
  }

  /**
   * Writes data as a new version, after the newest one.
   *
   * @throws `ValidationError` that names the column, and the row, for data that do not fit; `Conflict` if another writer changed what
   * the write depends on
   */
  async write(this: DeltaTable<TableStore>, data: TableData, options: WriteOptions = {}): Promise<WriteResult> {
    checkOptions("DeltaTable.write", options, writeKinds);
    const { replaceWhere, mode = "append" } = options;
    const where = replaceWhere === undefined ? undefined : conditionOf(replaceWhere);
    return writeTable(this.#written(), { ...options, data, mode, replaceWhere: where });
  }

  /**
   * Deletes rows, as a new version after the newest one. Files in which no row is deleted stay as they are.
   *
   * @param where an expression, or a function of a row, which is called for every row
   * @throws `ValidationError` for a condition that is wrong; `NotSupported` for a table that is append-only; `Conflict` if another writer
   * changed rows that it depends on
   *
   * @example
   * ```ts
   * const { numDeletedRows } = await table.delete("day < '2024-01-01'");
   * ```
   */
  async delete(this: DeltaTable<TableStore>, where?: RowPredicate, options: CommitOptions = {}): Promise<DeleteResult> {
    checkValue("DeltaTable.delete", "where", where, either(aString, aFunction));
    checkOptions("DeltaTable.delete", options, commitKinds);
    return deleteRows(this.#written(), where === undefined ? undefined : conditionOf(where), options);
  }

  /**
   * Sets columns of rows, as a new version after the newest one. Files in which no row is updated stay as they are.
   *
   * @param updates for each column an expression, in which a text is in quotes, or a function of the row
   * @throws `ValidationError` that names a column whose value does not fit; as {@link DeltaTable.delete}
   *
   * @example
   * ```ts
   * await table.update({ status: "'closed'", total: "price * quantity" }, { where: "status = 'open'" });
   * ```
   */
  async update(this: DeltaTable<TableStore>, updates: Updates, options: UpdateOptions = {}): Promise<UpdateResult> {
    checkValue("DeltaTable.update", "updates", updates, required(updatesKind));
    checkOptions("DeltaTable.update", options, updateKinds);
    return updateRows(this.#written(), updates, options.where === undefined ? undefined : conditionOf(options.where), options);
  }

  /**
   * Merges rows into the table, as a new version after the newest one: rows that match are updated or deleted, others are inserted. The
   * rows of the source are in memory; of the table, only files in which a row may match are read, and only those in which one changes are
   * rewritten.
   *
   * @throws `ValidationError` for a row of the table that several rows of the source match, and for names, types and values that do not
   * fit; as {@link DeltaTable.delete}
   *
   * @example
   * ```ts
   * await table.merge(changes, { mergeType: "upsert", predicate: { on: ["id"] } });
   * ```
   */
  async merge(this: DeltaTable<TableStore>, source: TableData, options: MergeOptions): Promise<MergeResult> {
    checkOptions("DeltaTable.merge", options, mergeKinds);
    const { where } = options;
    return mergeRows(this.#written(), source, options, where === undefined ? undefined : conditionOf(where));
  }

  /**
   * Opens the newest version, and reads only the commits since this one.
   *
   * @throws as {@link DeltaTable.open}
   */
  async refresh(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<DeltaTable<Store>> {
    checkOptions("DeltaTable.refresh", options, { signal: aSignal });
    const snapshot = await refreshSnapshot(this.#snapshot, options.signal);
    return snapshot === this.#snapshot ? this : new DeltaTable(this.store, snapshot, this.#unsafeSingleWriter);
  }

  /** The table for operations that commit. */
  #written(this: DeltaTable<TableStore>): WrittenTable {
    const { root, url } = this.#snapshot.table;
    return { table: { store: this.store, root, url }, unsafeSingleWriter: this.#unsafeSingleWriter, known: this.#snapshot };
  }

  #scan({ columns, where, signal }: ReadOptions): AsyncIterable<Batch> {
    return scan(this.#snapshot, { columns, where: where === undefined ? undefined : conditionOf(where), signal });
  }
}

function locationOf<Store extends ReadableStore>(owner: string, store: Store, path: string, url?: string): TableLocation<Store> {
  checkValue(owner, "store", store, required(withMethods("an object store", "get", "head", "list")));
  return { store, root: checkPrefix(store.name, path).slice(0, -1), url };
}

/** Milliseconds since 1970-01-01T00:00:00Z. */
function timeOf(timestamp: Date | string): number {
  if (typeof timestamp !== "string") return timestamp.getTime();
  const parsed = parseTimestamp(timestamp);
  if (parsed !== undefined) return Number(floorDivide(parsed.micros, 1000n));
  throw invalidOption("timestamp", 'expected a Date, or a text such as "2024-01-15T06:00:00Z"');
}

function invalidOption(field: string, reason: string): EdgewaterError<"SettingsError"> {
  return new EdgewaterError("SettingsError", `Invalid ${field} of DeltaTable.open: ${reason}`, { field });
}

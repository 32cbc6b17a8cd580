import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { nearest } from "../options.ts";
import type { Batch } from "./batch.ts";
import { readDeletionVector } from "./deletion-vector/read.ts";
import type { RowSet } from "./deletion-vector/roaring.ts";
import { bindCondition } from "./expression/bind.ts";
import type { Bound } from "./expression/bound.ts";
import { type Cursor, compile, type Evaluate, matchingRows } from "./expression/evaluate.ts";
import { type Expression, referencesOf } from "./expression/expression.ts";
import type { AddFile } from "./log/actions.ts";
import { keyOfPath } from "./log/paths.ts";
import type { Snapshot } from "./log/snapshot.ts";
import { inOrder } from "./parallel.ts";
import { openParquet, type ParquetFile } from "./parquet/read.ts";
import { objectSource } from "./parquet/source.ts";
import { repeated, takeRows, unmaskedRows } from "./rows.ts";
import { type ColumnMappingMode, physicalName } from "./schema/column-mapping.ts";
import type { StructField, StructType } from "./schema/types.ts";
import { fileFacts } from "./statistics/file-facts.ts";
import { rowGroupFacts } from "./statistics/row-group-facts.ts";
import { mayMatch } from "./statistics/skip.ts";
import { parsePartitionValue } from "./values/partition.ts";
import { rowsFromBatch } from "./values/to-rows.ts";

/** What to read of a table. */
export interface Scan {
  /** The names of the columns, in this order. Default: all. */
  readonly columns?: readonly string[] | undefined;
  /** Only rows for which it is true. */
  readonly where?: Expression | undefined;
  /** Only these files of the snapshot. Default: all. */
  readonly files?: Iterable<AddFile> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Files are opened ahead of the one that is read. */
const filesAhead = 3;

/**
 * Yields the rows of a snapshot, in batches of columns. Files and row groups in which no row can match are not read, and columns that
 * nobody asked for are not either.
 *
 * @throws `ValidationError` for unknown columns; `NotFound` or `Integrity` that names a data file that is missing or damaged
 */
export async function* scan(snapshot: Snapshot, { columns, where, files, signal }: Scan = {}): AsyncGenerator<Batch, void, void> {
  const plan = planOf(snapshot, columns, where);
  const opened = inOrder(filesToRead(snapshot, plan, files), filesAhead, (file) => openFile(snapshot, file, signal));
  for await (const file of opened) yield* readFile(file, plan, signal);
}

/** Yields the files of a snapshot in which a row may match a condition. */
export function filesOf(snapshot: Snapshot, where: Expression | undefined): Iterable<AddFile> {
  return where === undefined ? snapshot.files() : filesToRead(snapshot, planOf(snapshot, undefined, where));
}

/** How the files of a table are read. */
interface Plan {
  readonly mapping: ColumnMappingMode;
  /** The columns to read: those that were asked for, and those of the condition. */
  readonly schema: StructType;
  /** Those of them that the files have. */
  readonly stored: StructType;
  readonly partitionColumns: readonly string[];
  readonly condition: { readonly bound: Bound; readonly evaluate: Evaluate } | undefined;
  /** The columns that were asked for. */
  readonly result: StructType;
}

function planOf({ schema, mapping, metadata }: Snapshot, columns: readonly string[] | undefined, where: Expression | undefined): Plan {
  const { partitionColumns } = metadata;
  const chosen = columns === undefined ? schema.fields : columns.map((name) => fieldNamed(schema, name));
  const fields = [...chosen, ...conditionFields(schema, where).filter((field) => !chosen.includes(field))];
  const read = structOf(fields);
  return {
    mapping,
    schema: read,
    stored: structOf(fields.filter(({ name }) => !partitionColumns.includes(name))),
    partitionColumns,
    condition: where && boundCondition(where, schema, read),
    result: structOf(chosen),
  };
}

function* filesToRead(
  snapshot: Snapshot,
  { condition, schema, partitionColumns, mapping }: Plan,
  files: Iterable<AddFile> = snapshot.files(),
): Generator<AddFile> {
  for (const file of files) {
    if (condition === undefined || mayMatch(condition.bound, fileFacts(file, { schema, partitionColumns, mapping }))) yield file;
  }
}

interface OpenedFile {
  readonly file: AddFile;
  readonly parquet: ParquetFile;
  readonly deleted: RowSet | undefined;
}

async function openFile({ table }: Snapshot, file: AddFile, signal: AbortSignal | undefined): Promise<OpenedFile> {
  const key = keyOfPath(table, file.path);
  const { deletionVector } = file;
  const opening = openParquet(objectSource(table.store, key, file.size), { signal });
  const reading = deletionVector && readDeletionVector(table, deletionVector, signal);
  // Both are awaited one after the other; the second must not be unhandled when the first fails.
  reading?.catch(() => {});
  try {
    return { file, parquet: await opening, deleted: await reading };
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

async function* readFile(
  { file, parquet, deleted }: OpenedFile,
  plan: Plan,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch, void, void> {
  const { stored, mapping, condition, result } = plan;
  const rowGroups = condition && rowGroupsOf(parquet, file, plan, condition.bound);
  for await (const batch of parquet.read({ schema: stored, mapping, rowGroups, signal })) {
    const whole = withPartitions(batch, file, plan);
    const mask = deleted?.mask(batch.firstRow, batch.rowCount);
    const left = mask === undefined ? whole : takeRows(whole, unmaskedRows(mask));
    const matching = condition === undefined ? left : takeRows(left, matchingRows(condition.evaluate, left));
    if (matching.rowCount === 0) continue;
    yield { schema: result, rowCount: matching.rowCount, columns: matching.columns.slice(0, result.fields.length) };
  }
}

/** The indices of the row groups in which a row may match. */
function rowGroupsOf(
  parquet: ParquetFile,
  file: AddFile,
  { schema, partitionColumns, mapping }: Plan,
  condition: Bound,
): readonly number[] {
  const ofFile = fileFacts(file, { schema, partitionColumns, mapping });
  return parquet.rowGroups.flatMap((group, index) => {
    const ofGroup = rowGroupFacts(group, schema, mapping);
    // The values of partition columns are those of the log, whatever a file has.
    const isPartition = (column: number): boolean => partitionColumns.includes(schema.fields[column]?.name ?? "");
    const of: typeof ofGroup.of = (column, fields) => (isPartition(column) ? ofFile : ofGroup).of(column, fields);
    return mayMatch(condition, { of }) ? [index] : [];
  });
}

/** Adds the columns that the log has the values of. */
function withPartitions(batch: Batch, { partitionValues }: AddFile, { schema, partitionColumns, mapping }: Plan): Batch {
  let next = 0;
  const columns = schema.fields.map((field) => {
    if (!partitionColumns.includes(field.name)) return batch.columns[next++] ?? [];
    const name = physicalName(field, mapping);
    const text = Object.hasOwn(partitionValues, name) ? partitionValues[name] : undefined;
    return repeated(parsePartitionValue(text, field.type, field.name), batch.rowCount);
  });
  return { schema, rowCount: batch.rowCount, columns };
}

/** The columns that a condition names; all for one that may read any. Names that do not exist are left to the binding. */
function conditionFields({ fields }: StructType, where: Expression | undefined): readonly StructField[] {
  const paths = where === undefined ? [] : referencesOf(where);
  if (paths === undefined) return fields;
  const names = new Set(paths.map(([name = ""]) => name.toLowerCase()));
  return fields.filter(({ name }) => names.has(name.toLowerCase()));
}

/** The condition over the columns that are read. It is bound to all columns first, so that an error can name them. */
function boundCondition(where: Expression, all: StructType, read: StructType): Plan["condition"] {
  bindCondition(where, all);
  const bound = bindCondition(where, read);
  return { bound, evaluate: compile(bound, rowObjects(read)) };
}

/** The objects that callbacks get: those of a batch are made together. */
function rowObjects(schema: StructType): (cursor: Cursor) => Readonly<Record<string, unknown>> {
  let columns: Cursor["columns"] = [];
  let rows: readonly Readonly<Record<string, unknown>>[] = [];
  return (cursor) => {
    if (cursor.columns !== columns) {
      columns = cursor.columns;
      rows = rowsFromBatch({ schema, rowCount: columns[0]?.length ?? 0, columns });
    }
    return rows[cursor.row] ?? {};
  };
}

function fieldNamed({ fields }: StructType, name: string): StructField {
  const lower = String(name).toLowerCase();
  const found = fields.find((field) => field.name === name) ?? fields.find((field) => field.name.toLowerCase() === lower);
  if (found !== undefined) return found;
  const names = fields.map((field) => field.name);
  const near = nearest(name, names);
  const hint = near === undefined ? `its columns are ${names.join(", ")}` : `did you mean ${JSON.stringify(near)}?`;
  throw new EdgewaterError("ValidationError", `Unknown column ${JSON.stringify(name)} of the table; ${hint}`, { field: name });
}

function structOf(fields: readonly StructField[]): StructType {
  return { type: "struct", fields };
}

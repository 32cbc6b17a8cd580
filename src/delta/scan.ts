import { EdgewaterError } from "../errors.ts";
import { nearest } from "../options.ts";
import type { Batch } from "./batch.ts";
import { DataFile } from "./data-file.ts";
import { bindCondition } from "./expression/bind.ts";
import type { Bound } from "./expression/bound.ts";
import { compile, type Evaluate, matchingRows, rowObjects } from "./expression/evaluate.ts";
import { type Expression, referencesOf } from "./expression/expression.ts";
import type { AddFile } from "./log/actions.ts";
import type { Snapshot } from "./log/snapshot.ts";
import { inOrder } from "./parallel.ts";
import { takeRows } from "./rows.ts";
import type { ColumnMappingMode } from "./schema/column-mapping.ts";
import type { StructField, StructType } from "./schema/types.ts";
import { fileFacts } from "./statistics/file-facts.ts";
import { mayMatch } from "./statistics/skip.ts";

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
 * Yields the rows of a snapshot, in batches of columns. Files and row groups in which no row can match are not read, nor
 * columns that were not asked for.
 *
 * @throws `ValidationError` for unknown columns; `NotFound` or `Integrity` that names a data file that is missing or damaged
 */
export async function* scan(snapshot: Snapshot, { columns, where, files, signal }: Scan = {}): AsyncGenerator<Batch, void, void> {
  const plan = planOf(snapshot, columns, where);
  const opened = inOrder(filesToRead(snapshot, plan, files), filesAhead, (file) => DataFile.open(snapshot, file, signal));
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

async function* readFile(
  file: DataFile,
  { schema, condition, result }: Plan,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch, void, void> {
  const rowGroups = condition && file.rowGroupsOf(condition.bound, schema);
  for await (const batch of file.read({ schema, rowGroups, signal })) {
    const matching = condition === undefined ? batch : takeRows(batch, matchingRows(condition.evaluate, batch));
    if (matching.rowCount === 0) continue;
    yield { schema: result, rowCount: matching.rowCount, columns: matching.columns.slice(0, result.fields.length) };
  }
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

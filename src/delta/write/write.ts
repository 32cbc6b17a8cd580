import { EdgewaterError } from "../../errors.ts";
import type { Expression } from "../expression/expression.ts";
import { printExpression } from "../expression/print.ts";
import type { Action, Metadata } from "../log/actions.ts";
import { removalOf } from "../log/remove-file.ts";
import { unassignColumns } from "../schema/assign-columns.ts";
import { evolveSchema, type SchemaMode } from "../schema/evolve.ts";
import type { StructType } from "../schema/types.ts";
import { rowCountOf } from "../statistics/file-facts.ts";
import { logFolder, nameOf } from "../store.ts";
import { readEverything, readNothing } from "../transaction/plan.ts";
import { checkRemovable } from "./append-only.ts";
import { type OpenedData, openData, type TableData } from "./data.ts";
import type { WriterProperties } from "./data-files.ts";
import { newSchema, newTable, type TableChange, type TableProperties } from "./new-table.ts";
import { type Changes, type CommitSettings, type OperationSnapshot, runOperation, type WrittenTable } from "./operation.ts";
import { type Replaced, replaceRows } from "./replace-rows.ts";
import { StagedFiles } from "./staged-files.ts";
import { targetOf, type WriteTarget } from "./target.ts";

/** What happens if there is a table. */
export type WriteMode = "append" | "overwrite" | "error" | "ignore" | "createOrReplace";

/** What is written, and how. */
export interface Write extends CommitSettings, TableProperties {
  readonly data: TableData;
  readonly mode: WriteMode;
  /** Of the data. */
  readonly schema?: StructType | undefined;
  readonly schemaMode?: SchemaMode;
  readonly replaceWhere?: Expression | undefined;
  readonly writerProperties?: WriterProperties | undefined;
}

/** What a write did. */
export interface WriteMetrics {
  /** Files that were added. */
  readonly numAddedFiles: number;
  /** Files that were removed. */
  readonly numRemovedFiles: number;
  /** The rows of the data, without those that were copied from files of which only a part was replaced. */
  readonly numOutputRows: number;
  /** Bytes of the added files. */
  readonly numOutputBytes: number;
}

/** The result of a write. */
export interface WriteResult extends WriteMetrics {
  /** The version that was committed; where nothing was, the newest. */
  readonly version: number;
  /** False if there is a table and the mode is `ignore`, or if the `txn` was recorded before. */
  readonly isCommitted: boolean;
}

const nothing: WriteMetrics = { numAddedFiles: 0, numRemovedFiles: 0, numOutputRows: 0, numOutputBytes: 0 };

/**
 * Writes data to a table; a missing one is created.
 *
 * @throws `SettingsError` for options that contradict each other; `AlreadyExists` in the mode `error`; `ValidationError` for data that do
 * not fit; `NotSupported` for a table that is append-only, or whose features are not written; as {@link runOperation}
 */
export async function writeTable(written: WrittenTable, write: Write): Promise<WriteResult> {
  checkModes(write);
  let data: OpenedData | undefined;
  let staged: StagedFiles | undefined;
  const done = await runOperation(written, write, async (snapshot, files) => {
    if (snapshot !== undefined && write.mode === "ignore") return undefined;
    if (snapshot !== undefined && write.mode === "error") throw exists(written);
    if (snapshot !== undefined && removes(write)) checkRemovable(snapshot);
    data ??= await openData(write.data);
    staged ??= new StagedFiles(data, { ...write, files });
    return planWrite({ written, write, snapshot, data, staged });
  });
  // A table that another writer has just deleted has no version.
  return { version: done.version ?? 0, isCommitted: done.isCommitted, ...(done.metrics ?? nothing) };
}

interface Attempt {
  readonly written: WrittenTable;
  readonly write: Write;
  readonly snapshot: OperationSnapshot | undefined;
  readonly data: OpenedData;
  readonly staged: StagedFiles;
}

async function planWrite({ written, write, snapshot, data, staged }: Attempt): Promise<Changes<WriteMetrics>> {
  const { incoming, change, metadata } = changeFor(written, write, snapshot, data);
  const target = targetOf(written.table, metadata);
  const added = await staged.write(target, incoming, write.replaceWhere);
  const replaced = await replacedBy(write, snapshot, target, staged);
  const actions: Action[] = [...change, ...replaced.removed, ...[...replaced.copied, ...added].map((add) => ({ add }))];
  const metrics: WriteMetrics = {
    numAddedFiles: added.length + replaced.copied.length,
    numRemovedFiles: replaced.removed.length,
    numOutputRows: added.reduce((sum, file) => sum + (rowCountOf(file) ?? 0), 0),
    numOutputBytes: [...added, ...replaced.copied].reduce((sum, { size }) => sum + size, 0),
  };
  return { actions, reads: replaced.reads, metrics, ...historyOf(write, snapshot, metadata, metrics) };
}

interface ChangeFor {
  /** The schema of the data. */
  readonly incoming: StructType;
  readonly change: readonly Action[];
  /** Of the table after the write. */
  readonly metadata: Metadata;
}

/** How the table must change for the data, or what table they make. */
function changeFor({ table }: WrittenTable, write: Write, snapshot: OperationSnapshot | undefined, data: OpenedData): ChangeFor {
  const { mode, schemaMode, schema: declared, partitionBy } = write;
  const isNew = snapshot === undefined || mode === "createOrReplace";
  const isReplaced = isNew || schemaMode === "overwrite";
  const known = { table: isReplaced ? undefined : snapshot.schema, declared, mayAdd: schemaMode === "merge" };
  const incoming = data.schema(known);
  if (isNew) {
    const made = newTable(table, write, incoming, snapshot);
    return { incoming, change: made.actions, metadata: made.metadata };
  }
  const changed = isReplaced ? newSchema(snapshot, unassignColumns(incoming), partitionBy) : evolved(snapshot, incoming, write);
  return { incoming, change: changed?.actions ?? [], metadata: changed?.metadata ?? snapshot.metadata };
}

/** The change that adds columns; undefined if there are none. */
function evolved(snapshot: OperationSnapshot, incoming: StructType, { schemaMode, partitionBy }: Write): TableChange | undefined {
  const { partitionColumns } = snapshot.metadata;
  if (partitionBy !== undefined && partitionBy.join("\n") !== partitionColumns.join("\n")) {
    const message = `Invalid partitionBy: ${nameOf(snapshot.table)} is partitioned by ${JSON.stringify(partitionColumns)}; leave the option out, or overwrite the schema`;
    throw new EdgewaterError("SettingsError", message, { field: "partitionBy" });
  }
  const schema = evolveSchema(snapshot.schema, unassignColumns(incoming), schemaMode);
  return schema === snapshot.schema ? undefined : newSchema(snapshot, schema);
}

const nothingReplaced: Replaced = { removed: [], copied: [], reads: readNothing };

/** What the write removes, and has read for it. */
async function replacedBy(
  { mode, replaceWhere }: Write,
  snapshot: OperationSnapshot | undefined,
  target: WriteTarget,
  staged: StagedFiles,
): Promise<Replaced> {
  if (snapshot === undefined || mode === "append") return nothingReplaced;
  if (replaceWhere !== undefined) return replaceRows(snapshot, replaceWhere, target, staged.options);
  const now = Date.now();
  return { removed: Array.from(snapshot.files(), (file) => ({ remove: removalOf(file, now) })), copied: [], reads: readEverything };
}

function historyOf(
  { mode, replaceWhere }: Write,
  snapshot: OperationSnapshot | undefined,
  { partitionColumns }: Metadata,
  { numAddedFiles, numRemovedFiles, numOutputRows, numOutputBytes }: WriteMetrics,
): Pick<Changes<WriteMetrics>, "operation" | "parameters" | "operationMetrics"> {
  return {
    operation: mode === "createOrReplace" && snapshot !== undefined ? "CREATE OR REPLACE TABLE AS SELECT" : "WRITE",
    parameters: {
      mode: snapshot !== undefined && mode !== "append" ? "Overwrite" : "Append",
      partitionBy: JSON.stringify(partitionColumns),
      ...(replaceWhere === undefined ? {} : { predicate: printExpression(replaceWhere) }),
    },
    operationMetrics: {
      numFiles: String(numAddedFiles),
      numRemovedFiles: String(numRemovedFiles),
      numOutputRows: String(numOutputRows),
      numOutputBytes: String(numOutputBytes),
    },
  };
}

function removes({ mode }: Write): boolean {
  return mode === "overwrite" || mode === "createOrReplace";
}

/** @throws `SettingsError` for options that contradict each other */
function checkModes({ mode, schemaMode, replaceWhere }: Write): void {
  const refuse = (field: string, reason: string): never => {
    throw new EdgewaterError("SettingsError", `Invalid ${field} of a write: ${reason}`, { field });
  };
  if (replaceWhere !== undefined && mode !== "overwrite") {
    refuse("replaceWhere", `the mode is ${JSON.stringify(mode)}; rows are replaced with the mode "overwrite"`);
  }
  if (schemaMode === "overwrite" && mode === "append")
    refuse("schemaMode", 'the mode is "append"; a schema is overwritten with the mode "overwrite"');
  if (schemaMode === "overwrite" && replaceWhere !== undefined) {
    refuse("schemaMode", "rows that replaceWhere keeps have the schema of the table; leave one of the two out");
  }
}

function exists({ table }: WrittenTable): EdgewaterError<"AlreadyExists"> {
  const message = `Cannot create ${nameOf(table)}: it exists; write with another mode, such as "append"`;
  return new EdgewaterError("AlreadyExists", message, { store: table.store.name, key: logFolder(table.root) });
}

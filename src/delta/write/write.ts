import { EdgewaterError } from "../../errors.ts";
import type { Expression } from "../expression/expression.ts";
import type { Action, AddFile } from "../log/actions.ts";
import type { SchemaMode } from "../schema/evolve.ts";
import type { StructType } from "../schema/types.ts";
import { readNothing } from "../transaction/plan.ts";
import { batchesOf, type TableData } from "./data.ts";
import { writeDataFiles } from "./data-files.ts";
import { newTable, type TableProperties } from "./new-table.ts";
import { type CommitSettings, nameOf, runOperation, type WrittenTable } from "./operation.ts";
import { targetOf } from "./target.ts";

/** What happens to the rows that a table has. */
export type WriteMode = "append" | "overwrite" | "error" | "ignore" | "createOrReplace";

/** What is written, and how. */
export interface Write extends CommitSettings, TableProperties {
  readonly data: TableData;
  readonly mode: WriteMode;
  readonly schema?: StructType | undefined;
  readonly schemaMode?: SchemaMode;
  readonly replaceWhere?: Expression | undefined;
}

/** What a write did. */
export interface WriteMetrics {
  readonly numAddedFiles: number;
  readonly numRemovedFiles: number;
  readonly numOutputRows: number;
  /** Bytes of the added files. */
  readonly numOutputBytes: number;
}

/** The result of a write. */
export interface WriteResult extends WriteMetrics {
  /** The version that was committed; where nothing was, the newest. */
  readonly version: number;
  /** False if the table was there and the mode is `ignore`, or if the `txn` was recorded before. */
  readonly isCommitted: boolean;
}

/** Writes data to a table; a missing one is created. */
export async function writeTable(written: WrittenTable, write: Write): Promise<WriteResult> {
  const { table } = written;
  const done = await runOperation(written, write, async (snapshot, files) => {
    const created = snapshot === undefined ? newTable(write, write.schema ?? missingSchema(nameOf(table))) : [];
    const metadata = snapshot?.metadata ?? created.flatMap((action) => ("metaData" in action ? [action.metaData] : []))[0];
    if (metadata === undefined) throw new TypeError("a new table has metadata");
    const target = targetOf(table, metadata);
    const added = await writeDataFiles(target, batchesOf(write.data, target.schema), { files, signal: write.signal });
    const actions: Action[] = [...created, ...added.map((add) => ({ add }))];
    const metrics = metricsOf(added, 0);
    return {
      actions,
      reads: readNothing,
      operation: "WRITE",
      parameters: { mode: "Append", partitionBy: JSON.stringify(metadata.partitionColumns) },
      metrics,
      operationMetrics: {
        numFiles: String(metrics.numAddedFiles),
        numOutputRows: String(metrics.numOutputRows),
        numOutputBytes: String(metrics.numOutputBytes),
      },
    };
  });
  return { version: done.version ?? 0, isCommitted: done.isCommitted, ...(done.metrics ?? metricsOf([], 0)) };
}

function metricsOf(added: readonly AddFile[], numRemovedFiles: number): WriteMetrics {
  return {
    numAddedFiles: added.length,
    numRemovedFiles,
    numOutputRows: 0,
    numOutputBytes: added.reduce((sum, { size }) => sum + size, 0),
  };
}

function missingSchema(table: string): never {
  throw new EdgewaterError("ValidationError", `Cannot create ${table}: it has no schema`);
}

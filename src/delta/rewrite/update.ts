import { rowObjects } from "../expression/evaluate.ts";
import type { Expression } from "../expression/expression.ts";
import type { CommitSettings, WrittenTable } from "../write/operation.ts";
import { bindAssignments, type Updates } from "./assignments.ts";
import { rewriteWhere } from "./rewrite-where.ts";
import type { RewriteResult } from "./rewritten.ts";
import { WhereEdit } from "./where-edit.ts";

/** What an update did. */
export interface UpdateResult extends RewriteResult {
  /** Rows that were updated. */
  readonly numUpdatedRows: number;
  /** The other rows of the files that were rewritten. */
  readonly numCopiedRows: number;
  /** Files that were removed. */
  readonly numRemovedFiles: number;
  /** Files that were added. */
  readonly numAddedFiles: number;
  /** Milliseconds that were spent to find the files with such rows. */
  readonly scanTimeMs: number;
  /** Milliseconds that were spent to rewrite them. */
  readonly rewriteTimeMs: number;
}

/** Sets columns of the rows for which a condition holds. All values are computed from the row as it was. */
export function updateRows(
  written: WrittenTable,
  updates: Updates,
  where: Expression | undefined,
  settings: CommitSettings,
): Promise<UpdateResult> {
  return rewriteWhere(written, settings, {
    name: "UPDATE",
    where,
    editOf: (schema) => {
      const row = { columns: [], row: 0 };
      const toObject = rowObjects(schema);
      const assignments = bindAssignments(updates, schema, { relations: [{ schema }], rows: [row], toObject });
      return new WhereEdit({ kind: "update", assignments }, where, row, schema, toObject);
    },
    countsOf: ({ updatedRows, copiedRows, removedFiles, addedFiles }) => ({
      numUpdatedRows: updatedRows,
      numCopiedRows: copiedRows,
      numRemovedFiles: removedFiles,
      numAddedFiles: addedFiles,
    }),
  });
}

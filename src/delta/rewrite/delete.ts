import { rowObjects } from "../expression/evaluate.ts";
import type { Expression } from "../expression/expression.ts";
import type { CommitSettings, WrittenTable } from "../write/operation.ts";
import { rewriteWhere } from "./rewrite-where.ts";
import type { RewriteResult } from "./rewritten.ts";
import { WhereEdit } from "./where-edit.ts";

/** What a delete did. */
export interface DeleteResult extends RewriteResult {
  /** Rows that were deleted. */
  readonly numDeletedRows: number;
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

/** Deletes rows of a table: files of which all rows go are not read, and files without such rows stay. */
export function deleteRows(written: WrittenTable, where: Expression | undefined, settings: CommitSettings): Promise<DeleteResult> {
  return rewriteWhere(written, settings, {
    name: "DELETE",
    where,
    editOf: (schema) => new WhereEdit({ kind: "delete" }, where, { columns: [], row: 0 }, schema, rowObjects(schema)),
    countsOf: ({ deletedRows, copiedRows, removedFiles, addedFiles }) => ({
      numDeletedRows: deletedRows,
      numCopiedRows: copiedRows,
      numRemovedFiles: removedFiles,
      numAddedFiles: addedFiles,
    }),
  });
}

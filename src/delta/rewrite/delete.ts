import type { Expression } from "../expression/expression.ts";
import { rowObjects } from "../row-objects.ts";
import type { CommitSettings, WrittenTable } from "../write/operation.ts";
import { conditionText, noRewrite, type RewriteResult, rewriteFiles, runRewrite } from "./rewritten.ts";
import { WhereEdit } from "./where-edit.ts";

/** What a delete did. */
export interface DeleteResult extends RewriteResult {
  readonly numDeletedRows: number;
  /** The other rows of the files that were rewritten. */
  readonly numCopiedRows: number;
  readonly numRemovedFiles: number;
  readonly numAddedFiles: number;
  /** Milliseconds that were spent to find the files with such rows. */
  readonly scanTimeMs: number;
  /** Milliseconds that were spent to rewrite them. */
  readonly rewriteTimeMs: number;
}

/** Deletes rows of a table: files of which all rows go are not read, and files without such rows stay. */
export async function deleteRows(written: WrittenTable, where: Expression | undefined, settings: CommitSettings): Promise<DeleteResult> {
  let done = noRewrite;
  const result = await runRewrite(written, settings, "DELETE", async (snapshot, options) => {
    const { schema } = snapshot;
    const edit = new WhereEdit({ kind: "delete" }, where, { columns: [], row: 0 }, schema, rowObjects(schema));
    const rewritten = await rewriteFiles(snapshot, edit, options);
    done = rewritten.metrics;
    const parameters = where === undefined ? {} : { predicate: conditionText(where) };
    return { ...rewritten, parameters, counts: countsOf(done) };
  });
  const { scanTimeMs, rewriteTimeMs } = done;
  return { ...result, ...countsOf(done), scanTimeMs, rewriteTimeMs };
}

function countsOf({ deletedRows, copiedRows, removedFiles, addedFiles }: typeof noRewrite) {
  return { numDeletedRows: deletedRows, numCopiedRows: copiedRows, numRemovedFiles: removedFiles, numAddedFiles: addedFiles };
}

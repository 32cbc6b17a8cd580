import type { Expression } from "../expression/expression.ts";
import { rowObjects } from "../row-objects.ts";
import type { CommitSettings, WrittenTable } from "../write/operation.ts";
import { bindAssignments, type Updates } from "./assignments.ts";
import { conditionText, noRewrite, type RewriteResult, rewriteFiles, runRewrite } from "./rewritten.ts";
import { WhereEdit } from "./where-edit.ts";

/** What an update did. */
export interface UpdateResult extends RewriteResult {
  readonly numUpdatedRows: number;
  /** The other rows of the files that were rewritten. */
  readonly numCopiedRows: number;
  readonly numRemovedFiles: number;
  readonly numAddedFiles: number;
  /** Milliseconds that were spent to find the files with such rows. */
  readonly scanTimeMs: number;
  /** Milliseconds that were spent to rewrite them. */
  readonly rewriteTimeMs: number;
}

/** Sets columns of the rows for which a condition holds. All values are computed from the row as it was. */
export async function updateRows(
  written: WrittenTable,
  updates: Updates,
  where: Expression | undefined,
  settings: CommitSettings,
): Promise<UpdateResult> {
  let done = noRewrite;
  const result = await runRewrite(written, settings, "UPDATE", async (snapshot, options) => {
    const { schema } = snapshot;
    const row = { columns: [], row: 0 };
    const toObject = rowObjects(schema);
    const assignments = bindAssignments(updates, schema, { relations: [{ schema }], rows: [row], toObject });
    const edit = new WhereEdit({ kind: "update", assignments }, where, row, schema, toObject);
    const rewritten = await rewriteFiles(snapshot, edit, options);
    done = rewritten.metrics;
    const parameters = where === undefined ? {} : { predicate: conditionText(where) };
    return { ...rewritten, parameters, counts: countsOf(done) };
  });
  const { scanTimeMs, rewriteTimeMs } = done;
  return { ...result, ...countsOf(done), scanTimeMs, rewriteTimeMs };
}

function countsOf({ updatedRows, copiedRows, removedFiles, addedFiles }: typeof noRewrite) {
  return { numUpdatedRows: updatedRows, numCopiedRows: copiedRows, numRemovedFiles: removedFiles, numAddedFiles: addedFiles };
}

import { rowObjects } from "../expression/evaluate.ts";
import type { Expression } from "../expression/expression.ts";
import type { Action, AddFile } from "../log/actions.ts";
import { removalOf } from "../log/remove-file.ts";
import { Rewrite } from "../rewrite/rewrite.ts";
import { WhereEdit } from "../rewrite/where-edit.ts";
import type { Reads } from "../transaction/plan.ts";
import { conformedBatches } from "../values/conform.ts";
import { type DataFileOptions, writeDataFiles } from "./data-files.ts";
import type { OperationSnapshot } from "./operation.ts";
import type { WriteTarget } from "./target.ts";

/** Rows that a write takes away. */
export interface Replaced {
  readonly removed: readonly Action[];
  /** Files with the other rows of removed files. */
  readonly copied: readonly AddFile[];
  readonly reads: Reads;
}

/**
 * Takes away the rows of a table for which a condition is true. Files of which all rows go are removed without being read; of the others,
 * the rows that stay are written anew.
 */
export async function replaceRows(
  snapshot: OperationSnapshot,
  where: Expression,
  target: WriteTarget,
  options: DataFileOptions,
): Promise<Replaced> {
  const { schema } = snapshot;
  const edit = new WhereEdit({ kind: "delete" }, where, { columns: [], row: 0 }, schema, rowObjects(schema));
  const rewrite = new Rewrite(snapshot, edit, options.signal);
  const rest = conformedBatches(rewrite.batches(), schema, target.schema);
  const copied = await writeDataFiles(target, rest, { ...options, condition: undefined });
  const now = Date.now();
  return { removed: rewrite.removed.map((file) => ({ remove: removalOf(file, now) })), copied, reads: rewrite.reads };
}

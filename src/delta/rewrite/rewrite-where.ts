import type { Expression } from "../expression/expression.ts";
import { printExpression } from "../expression/print.ts";
import type { StructType } from "../schema/types.ts";
import type { CommitSettings, WrittenTable } from "../write/operation.ts";
import { noRewrite, type RewriteMetrics, type RewriteResult, rewriteFiles, runRewrite } from "./rewritten.ts";
import type { WhereEdit } from "./where-edit.ts";

/** An operation that does the same to all rows for which a condition holds. */
export interface WhereOperation<Counts extends Readonly<Record<string, number>>> {
  /** The name in the history. */
  readonly name: string;
  /** The condition, for the history. */
  readonly where: Expression | undefined;
  /** Makes the change for the columns of a version. */
  readonly editOf: (schema: StructType) => WhereEdit;
  /** The counts of the result, which are also in the history. */
  readonly countsOf: (metrics: RewriteMetrics) => Counts;
}

/**
 * Runs the operation as a transaction.
 *
 * @throws as {@link runRewrite}
 */
export async function rewriteWhere<Counts extends Readonly<Record<string, number>>>(
  written: WrittenTable,
  settings: CommitSettings,
  { name, where, editOf, countsOf }: WhereOperation<Counts>,
): Promise<RewriteResult & Counts & Pick<RewriteMetrics, "scanTimeMs" | "rewriteTimeMs">> {
  let done = noRewrite;
  const result = await runRewrite(written, settings, name, async (snapshot, options) => {
    const rewritten = await rewriteFiles(snapshot, editOf(snapshot.schema), options);
    done = rewritten.metrics;
    const parameters = where === undefined ? {} : { predicate: printExpression(where) };
    return { ...rewritten, parameters, counts: countsOf(done) };
  });
  const { scanTimeMs, rewriteTimeMs } = done;
  return { ...result, ...countsOf(done), scanTimeMs, rewriteTimeMs };
}

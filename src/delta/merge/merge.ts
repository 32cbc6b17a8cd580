import type { Batch } from "../batch.ts";
import { bindExpression } from "../expression/bind.ts";
import { conditionOf } from "../expression/condition.ts";
import { compile, rowObjects } from "../expression/evaluate.ts";
import type { Expression } from "../expression/expression.ts";
import { printExpression } from "../expression/print.ts";
import type { Action } from "../log/actions.ts";
import { noRewrite, type RewriteResult, rewriteFiles, runRewrite } from "../rewrite/rewritten.ts";
import type { MovingCursor } from "../rewrite/row-edit.ts";
import { unassignColumns } from "../schema/assign-columns.ts";
import type { StructType } from "../schema/types.ts";
import type { TableData } from "../write/data.ts";
import { newSchema } from "../write/new-table.ts";
import type { OperationSnapshot, WrittenTable } from "../write/operation.ts";
import { targetOf } from "../write/target.ts";
import { addedColumns, bindClauses } from "./bound-clauses.ts";
import { clausesOf, type ListedClause, type ListedClauses } from "./clauses.ts";
import { insertedRows } from "./inserts.ts";
import { matchCondition } from "./match-condition.ts";
import { MergeEdit } from "./merge-edit.ts";
import type { MergeOptions } from "./options.ts";
import { type FittedSource, MergeSource } from "./source.ts";

/** What a merge did. Rows that are counted as copied are the other rows of files that were rewritten. */
export interface MergeResult extends RewriteResult {
  /** The rows of the source. */
  readonly numSourceRows: number;
  /** Rows that were inserted. */
  readonly numTargetRowsInserted: number;
  /** Rows that were updated. */
  readonly numTargetRowsUpdated: number;
  /** Rows that were deleted. */
  readonly numTargetRowsDeleted: number;
  /** Rows that were copied as they are, because others of their file changed. */
  readonly numTargetRowsCopied: number;
  /** The rows of the files that were added. */
  readonly numOutputRows: number;
  /** Files that were read to look for matches. */
  readonly numTargetFilesScanned: number;
  /** Files in which no row could take part. */
  readonly numTargetFilesSkippedDuringScan: number;
  /** Files that were added. */
  readonly numTargetFilesAdded: number;
  /** Files that were removed. */
  readonly numTargetFilesRemoved: number;
  /** Milliseconds that were spent to find the files that change. */
  readonly scanTimeMs: number;
  /** Milliseconds that were spent to rewrite them, and to write new rows. */
  readonly rewriteTimeMs: number;
}

/**
 * Merges rows into a table.
 *
 * @throws `ValidationError` for a row of the table that several rows of the source match, for names and types that are wrong, and for
 * a condition that would compare too many rows; `NotFound` if there is no table
 */
export async function mergeRows(
  written: WrittenTable,
  data: TableData,
  options: Omit<MergeOptions, "where">,
  where: Expression | undefined,
): Promise<MergeResult> {
  const listed = clausesOf(options);
  const predicate = conditionOf(options.predicate, { source: options.sourceAlias, target: options.targetAlias });
  const source = await MergeSource.open(data);
  const { errorOnTypeMismatch: isStrict = true, schemaMode, schema: declared } = options;
  let counts = countsOf(noRewrite, 0, 0);
  let times = { scanTimeMs: 0, rewriteTimeMs: 0 };
  const result = await runRewrite(written, options, "MERGE", async (snapshot, rewriteOptions) => {
    const fitted = await source.fit(snapshot.schema, { declared, isStrict, schemaMode });
    const change = changeFor(snapshot, fitted, listed, schemaMode);
    const merge = new Merge({ listed, predicate, where, options, source: fitted.batch, schema: change.snapshot.schema });
    const rewritten = await rewriteFiles(change.snapshot, merge.edit, rewriteOptions, () => merge.inserts());
    counts = countsOf(rewritten.metrics, fitted.batch.rowCount, merge.insertedRows);
    times = { scanTimeMs: rewritten.metrics.scanTimeMs, rewriteTimeMs: rewritten.metrics.rewriteTimeMs };
    const parameters = { predicate: printExpression(predicate), ...parametersOf(listed) };
    return { ...rewritten, actions: [...change.actions, ...rewritten.actions], parameters, counts };
  });
  return { ...result, ...counts, ...times };
}

/** The table with the columns that the merge adds to it. */
function changeFor(
  snapshot: OperationSnapshot,
  { batch, table }: FittedSource,
  listed: ListedClauses,
  schemaMode: MergeOptions["schemaMode"],
): { readonly snapshot: OperationSnapshot; readonly actions: readonly Action[] } {
  const added = schemaMode === "merge" ? addedColumns(listed, batch.schema, table) : [];
  const isSame = added.length === 0 && table.fields.every((field, index) => field === snapshot.schema.fields[index]);
  if (isSame) return { snapshot, actions: [] };
  const { fields } = unassignColumns({ type: "struct", fields: added });
  const { metadata, actions } = newSchema(snapshot, { type: "struct", fields: [...table.fields, ...fields] });
  const { schema, mapping } = targetOf(snapshot.table as Parameters<typeof targetOf>[0], metadata);
  return { snapshot: { ...snapshot, metadata, schema, mapping }, actions };
}

interface MergeInput {
  readonly listed: ListedClauses;
  readonly predicate: Expression;
  readonly where: Expression | undefined;
  readonly options: Pick<MergeOptions, "sourceAlias" | "targetAlias">;
  readonly source: Batch;
  readonly schema: StructType;
}

/** A merge of a source into a version of a table. */
class Merge {
  readonly edit: MergeEdit;
  insertedRows = 0;
  readonly #input: MergeInput;
  readonly #clauses: ReturnType<typeof bindClauses>;
  readonly #sourceRow: MovingCursor;

  constructor(input: MergeInput) {
    const { listed, predicate, where, options, source, schema } = input;
    const { sourceAlias = "s", targetAlias = "t" } = options;
    const sourceRow: MovingCursor = { columns: source.columns, row: 0 };
    const targetRow: MovingCursor = { columns: [], row: 0 };
    const ofSource = { schema: source.schema, alias: sourceAlias };
    const ofTarget = { schema, alias: targetAlias };
    const toObject = rowObjects(source.schema, schema);
    const scopes = {
      pair: { relations: [ofSource, ofTarget], rows: [sourceRow, targetRow], toObject },
      source: { relations: [ofSource], rows: [sourceRow], toObject },
      target: { relations: [ofTarget], rows: [targetRow], toObject: rowObjects(schema) },
    };
    this.#input = input;
    this.#sourceRow = sourceRow;
    this.#clauses = bindClauses(listed, scopes, source.schema, schema);
    const bound = where && bindExpression({ kind: "and", operands: [where] }, [ofTarget]);
    const scope = bound && { bound, holds: compile(bound, scopes.target.toObject) };
    const condition = matchCondition(predicate, [ofSource, ofTarget], toObject);
    this.edit = new MergeEdit({ condition, clauses: this.#clauses, scope, source, sourceRow, targetRow });
  }

  /** The rows that are inserted, once all matches are known. */
  *inserts(): Generator<Batch, void, void> {
    const { schema } = this.#input;
    const unmatched: number[] = [];
    for (const [row, isMatched] of this.edit.matched.entries()) if (isMatched === 0) unmatched.push(row);
    for (const batch of insertedRows(this.#clauses.notMatched, unmatched, this.#sourceRow, schema)) {
      this.edit.checkWritten(batch, new Array(batch.rowCount).keys(), "an inserted row");
      this.insertedRows += batch.rowCount;
      yield batch;
    }
  }
}

function countsOf(metrics: typeof noRewrite, sourceRows: number, insertedRows: number) {
  return {
    numSourceRows: sourceRows,
    numTargetRowsInserted: insertedRows,
    numTargetRowsUpdated: metrics.updatedRows,
    numTargetRowsDeleted: metrics.deletedRows,
    numTargetRowsCopied: metrics.copiedRows,
    numOutputRows: insertedRows + metrics.updatedRows + metrics.copiedRows,
    numTargetFilesScanned: metrics.scannedFiles,
    numTargetFilesSkippedDuringScan: metrics.skippedFiles,
    numTargetFilesAdded: metrics.addedFiles,
    numTargetFilesRemoved: metrics.removedFiles,
  };
}

/** The clauses as engines have them in the history. */
function parametersOf({ matched, notMatched, notMatchedBySource }: ListedClauses): Readonly<Record<string, string>> {
  const text = (clauses: readonly ListedClause[], actionType: "update" | "insert"): string =>
    JSON.stringify(
      clauses.map(({ predicate, action }) => ({
        ...(predicate === undefined ? {} : { predicate: printExpression(conditionOf(predicate)) }),
        actionType: action.kind === "delete" ? "delete" : actionType,
      })),
    );
  return {
    matchedPredicates: text(matched, "update"),
    notMatchedPredicates: text(notMatched, "insert"),
    notMatchedBySourcePredicates: text(notMatchedBySource, "update"),
  };
}

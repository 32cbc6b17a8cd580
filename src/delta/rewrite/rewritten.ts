import { EdgewaterError } from "../../errors.ts";
import type { Batch } from "../batch.ts";
import type { Action } from "../log/actions.ts";
import { removalOf } from "../log/remove-file.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { logFolder, nameOf, type TableLocation } from "../store.ts";
import type { CommitStore } from "../transaction/create-commit.ts";
import type { Reads } from "../transaction/plan.ts";
import { writeDataFiles } from "../write/data-files.ts";
import type { NewFiles } from "../write/new-files.ts";
import { type CommitSettings, type OperationSnapshot, runOperation, type WrittenTable } from "../write/operation.ts";
import { Rewrite } from "./rewrite.ts";
import type { RowEdit } from "./row-edit.ts";

/** What rewriting has done, before it is committed. */
export interface Rewritten {
  /** Files that were removed and added; empty if no row has changed. */
  readonly actions: readonly Action[];
  readonly reads: Reads;
  readonly metrics: RewriteMetrics;
}

/** Counts of rows are of the files that were rewritten. */
export interface RewriteMetrics {
  readonly updatedRows: number;
  readonly deletedRows: number;
  readonly copiedRows: number;
  readonly scannedFiles: number;
  readonly skippedFiles: number;
  readonly removedFiles: number;
  readonly addedFiles: number;
  /** Milliseconds: to find out which files change; to rewrite them. */
  readonly scanTimeMs: number;
  readonly rewriteTimeMs: number;
}

export const noRewrite: RewriteMetrics = {
  updatedRows: 0,
  deletedRows: 0,
  copiedRows: 0,
  scannedFiles: 0,
  skippedFiles: 0,
  removedFiles: 0,
  addedFiles: 0,
  scanTimeMs: 0,
  rewriteTimeMs: 0,
};

/** Where files are written, and what ends it. */
export interface RewriteOptions {
  readonly table: TableLocation<CommitStore>;
  readonly files: NewFiles;
  readonly signal: AbortSignal | undefined;
}

/**
 * Rewrites the files of a version in which rows change.
 *
 * @param inserted the rows that are added, once all files have been read
 */
export async function rewriteFiles(
  snapshot: Snapshot,
  edit: RowEdit,
  { table, files, signal }: RewriteOptions,
  inserted: () => Iterable<Batch> = () => [],
): Promise<Rewritten> {
  const start = performance.now();
  const rewrite = new Rewrite(snapshot, edit, signal);
  const { metadata, schema, mapping } = snapshot;
  async function* batches(): AsyncGenerator<Batch, void, void> {
    yield* rewrite.batches();
    yield* inserted();
  }
  const now = Date.now();
  const added = await writeDataFiles({ table, metadata, schema, mapping }, batches(), { files, signal });
  return {
    actions: [...rewrite.removed.map((file): Action => ({ remove: removalOf(file, now) })), ...added.map((add): Action => ({ add }))],
    reads: rewrite.reads,
    metrics: {
      updatedRows: rewrite.updatedRows,
      deletedRows: rewrite.deletedRows,
      copiedRows: rewrite.copiedRows,
      scannedFiles: rewrite.scannedFiles,
      skippedFiles: rewrite.skippedFiles,
      removedFiles: rewrite.removed.length,
      addedFiles: added.length,
      scanTimeMs: Math.round(rewrite.scanTimeMs),
      rewriteTimeMs: Math.round(performance.now() - start - rewrite.scanTimeMs),
    },
  };
}

/** What a rewriting operation commits. */
export interface RewriteChanges extends Rewritten {
  /** The parameters in the history. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Counts for the history. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The result of an operation that rewrites files. */
export interface RewriteResult {
  /** The version that was committed; where nothing was, the newest. */
  readonly version: number;
  /** False if no row has changed, or if the `txn` was recorded before. */
  readonly isCommitted: boolean;
  /** Milliseconds of the whole call. */
  readonly executionTimeMs: number;
}

/**
 * Runs an operation that rewrites files as a transaction. If no row has changed, only a `txn` is committed.
 *
 * @param work makes the changes to a version; the last one that it made is that of the result
 * @throws `NotFound` if there is no table
 */
export async function runRewrite(
  written: WrittenTable,
  settings: CommitSettings,
  operation: string,
  work: (snapshot: OperationSnapshot, options: RewriteOptions) => Promise<RewriteChanges>,
): Promise<RewriteResult> {
  const start = performance.now();
  const elapsed = (): number => Math.round(performance.now() - start);
  const { table } = written;
  const done = await runOperation(written, settings, async (snapshot, files) => {
    if (snapshot === undefined) throw missingTable(operation, written);
    const { actions, reads, parameters, metrics, counts } = await work(snapshot, { table, files, signal: settings.signal });
    if (actions.length === 0 && settings.txn === undefined) return undefined;
    const { scanTimeMs, rewriteTimeMs } = metrics;
    const all = { ...counts, executionTimeMs: elapsed(), scanTimeMs, rewriteTimeMs };
    // Engines have counts as texts.
    const operationMetrics = Object.fromEntries(Object.entries(all).map(([name, count]) => [name, String(count)]));
    return { actions, reads, operation, parameters, metrics, operationMetrics };
  });
  return { version: done.version ?? 0, isCommitted: done.isCommitted, executionTimeMs: elapsed() };
}

function missingTable(operation: string, { table }: WrittenTable): EdgewaterError<"NotFound"> {
  return new EdgewaterError("NotFound", `Cannot run ${operation} on ${nameOf(table)}: there is no table; create it`, {
    store: table.store.name,
    key: logFolder(table.root),
  });
}

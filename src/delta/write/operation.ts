import { isEdgewaterError } from "../../errors.ts";
import type { RetryPolicy } from "../../retry.ts";
import type { Action } from "../log/actions.ts";
import { checkWritable } from "../log/features.ts";
import { loadSnapshot, refreshSnapshot, type Snapshot } from "../log/snapshot.ts";
import type { FactsOfTable } from "../statistics/file-facts.ts";
import { nameOf, type TableLocation } from "../store.ts";
import type { CommitStore } from "../transaction/create-commit.ts";
import type { Plan, Reads } from "../transaction/plan.ts";
import { type TransactionId, transact } from "../transaction/transact.ts";
import { checkRemovals } from "./append-only.ts";
import { checkCommitMetadata } from "./commit-metadata.ts";
import { maintainLog } from "./maintain-log.ts";
import { NewFiles } from "./new-files.ts";

/** A table that is written to. */
export interface WrittenTable {
  readonly table: TableLocation<CommitStore>;
  /** Whether the store need not check conditions, because there are no other writers. */
  readonly unsafeSingleWriter?: boolean | undefined;
  /** A version of the table that is known: only the commits since then are read. */
  readonly known?: Snapshot | undefined;
}

/** What every operation that commits takes. */
export interface CommitSettings {
  /**
   * Makes the operation take effect once: it does nothing if the table has recorded this version of the application, or a later one.
   * A call that is repeated passes the same.
   */
  readonly txn?: TransactionId | undefined;
  /** What the history of the table has to say about the commit: names and values of JSON. */
  readonly commitMetadata?: Readonly<Record<string, unknown>> | undefined;
  /** Of conflicts with other writers, and of writes whose store is not available. Default: 15 retries, up to 5 s apart. */
  readonly retry?: RetryPolicy | undefined;
  /** Ends the call with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** A version of a table, as an operation reads it. */
export type OperationSnapshot = Snapshot & { readonly facts: FactsOfTable };

/** What an operation commits. */
export interface Changes<Metrics> {
  /** All but commitInfo and txn. */
  readonly actions: readonly Action[];
  readonly reads: Reads;
  /** The name in the history: `WRITE`, `MERGE`. */
  readonly operation: string;
  /** The parameters in the history. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What was done, for the caller. */
  readonly metrics: Metrics;
  /** The same for the history; engines have counts as texts. */
  readonly operationMetrics: Readonly<Record<string, string>>;
}

/** The result of an operation. */
export type Done<Metrics> =
  | { readonly isCommitted: true; readonly version: number; readonly metrics: Metrics }
  /** Nothing was committed: there was nothing to do, or the `txn` is recorded already. */
  | { readonly isCommitted: false; readonly version: number | undefined; readonly metrics: undefined };

/**
 * Runs an operation as a transaction: `work` gets the newest version, or undefined if there is no table, and returns what to commit, or
 * undefined for nothing. It is called again after a conflict. Files that it noted and that were not committed are deleted, unless it is
 * not known whether they were.
 *
 * @throws what `work` throws; `Conflict`, `NotSupported`, `Unavailable`, `Aborted` as {@link transact}
 */
export async function runOperation<Metrics>(
  { table, unsafeSingleWriter, known }: WrittenTable,
  { txn, commitMetadata, retry, signal }: CommitSettings,
  work: (snapshot: OperationSnapshot | undefined, files: NewFiles) => Promise<Changes<Metrics> | undefined>,
): Promise<Done<Metrics>> {
  checkCommitMetadata(commitMetadata);
  const files = new NewFiles(table);
  let latest = known;
  let metrics: Metrics | undefined;
  const load = async (): Promise<OperationSnapshot | undefined> => {
    latest = await newest(table, latest, signal);
    return latest && { ...latest, facts: factsOf(latest) };
  };
  const plan = async (snapshot: OperationSnapshot | undefined): Promise<Plan | undefined> => {
    if (snapshot !== undefined) checkWritable(snapshot.protocol, snapshot.metadata, nameOf(table));
    const changes = await work(snapshot, files);
    await files.keep(changes?.actions ?? []);
    if (changes === undefined) return undefined;
    if (snapshot !== undefined) checkRemovals(snapshot, changes.actions);
    const { actions, reads, operation, parameters, operationMetrics } = changes;
    metrics = changes.metrics;
    return { actions, reads, commitInfo: { ...commitMetadata, operation, operationParameters: parameters, operationMetrics } };
  };
  try {
    const done = await transact({ table, load, work: plan, txn, unsafeSingleWriter, retry, signal });
    if (done.kind === "committed") {
      await maintainLog(table, { version: done.version, known: latest, signal });
      return { isCommitted: true, version: done.version, metrics: metrics as Metrics };
    }
    return { isCommitted: false, version: done.version, metrics: undefined };
  } catch (error) {
    if (!isEdgewaterError(error) || error.outcome !== "unknown") await files.discard();
    throw error;
  }
}

/** What the facts of the files of a version depend on. */
export function factsOf({ schema, metadata, mapping }: Pick<Snapshot, "schema" | "metadata" | "mapping">): FactsOfTable {
  return { schema, partitionColumns: metadata.partitionColumns, mapping };
}

async function newest(table: TableLocation, known: Snapshot | undefined, signal: AbortSignal | undefined): Promise<Snapshot | undefined> {
  if (known !== undefined) return refreshSnapshot(known, signal);
  try {
    return await loadSnapshot(table, { signal });
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return undefined;
    throw error;
  }
}

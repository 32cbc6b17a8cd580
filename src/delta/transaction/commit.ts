import { isEdgewaterError } from "../../errors.ts";
import { requireConditions } from "../../object-store/require-conditions.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import type { Action, CommitInfo, Metadata } from "../log/actions.ts";
import { printActions } from "../log/commit.ts";
import type { FactsOfTable } from "../statistics/file-facts.ts";
import { logFolder, type TableLocation, type TableStore } from "../store.ts";
import { checkConflicts, type Winner } from "./conflicts.ts";
import { type CommitStore, createCommit, readCommit } from "./create-commit.ts";
import { isBlindAppend, type Plan, type ReadVersion } from "./plan.ts";

/** Where and after what a plan is committed. */
export interface CommitOptions {
  readonly table: TableLocation<CommitStore>;
  /** The version that the plan was made from; undefined if there was no table. */
  readonly read: (ReadVersion & { readonly facts: FactsOfTable }) | undefined;
  /** Writes without a condition, for a store that does not check one. Two writers of the same table would lose commits. */
  readonly unsafeSingleWriter?: boolean | undefined;
  /** Of writes whose store is not available. */
  readonly retry?: RetryPolicy | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Committed {
  /** The version that the plan became. */
  readonly version: number;
  /** The commits of others since the version that was read. */
  readonly winners: number;
}

/**
 * Commits a plan as the next version. If other writers were faster, it is checked against each of their commits and moves behind them, so
 * appends never wait for each other.
 *
 * @throws `Conflict` if another commit changed what the plan depends on; `NotSupported` for a store that ignores conditions;
 * `Unavailable` and `Aborted` with `outcome: "unknown"` if it may have been committed; `Integrity` for a damaged commit
 */
export async function commitPlan(plan: Plan, options: CommitOptions): Promise<Committed> {
  const { table, read, unsafeSingleWriter = false, retry, signal } = options;
  if (!unsafeSingleWriter) await probeStore(options);
  const txnId = crypto.randomUUID();
  const first = (read?.version ?? -1) + 1;
  let previous = await lastTimestamp(options, plan);
  let version = first;
  while (true) {
    const info = commitInfoOf(plan, { read, txnId, previous });
    const text = printActions([{ commitInfo: info }, ...plan.actions]);
    let taken = await createCommit({ table, version, text, txnId, isSingleWriter: unsafeSingleWriter, retry, signal });
    if (taken === undefined) return { version, winners: version - first };
    for (; taken !== undefined; taken = await readCommit(table, version, signal)) {
      const winner: Winner = { version, actions: taken };
      checkConflicts({ table, plan, read }, winner);
      previous = Math.max(previous, timestampOf(winner.actions) ?? 0);
      version++;
    }
  }
}

/** Refuses a store that ignores conditions. The probe is below the log, where rights to write are needed anyway. */
async function probeStore({ table: { store, root }, retry, signal }: CommitOptions): Promise<void> {
  const waitForRetry = retrying(retry, { store: store.name, signal });
  while (true) {
    try {
      return await requireConditions(store as TableStore, { prefix: `${logFolder(root)}/_probe`, signal });
    } catch (error) {
      if (!isEdgewaterError(error, "Unavailable") || !(await waitForRetry(error))) throw error;
    }
  }
}

interface InfoOfAttempt {
  readonly read: CommitOptions["read"];
  readonly txnId: string;
  /** The in-commit timestamp of the version before. */
  readonly previous: number;
}

function commitInfoOf(plan: Plan, { read, txnId, previous }: InfoOfAttempt): CommitInfo {
  const timestamp = Date.now();
  const isolation = read?.metadata.configuration["delta.isolationLevel"] ?? "Serializable";
  return {
    // Readers look for it in the first action.
    ...(usesTimestamps(metadataOf(plan, read)) ? { inCommitTimestamp: Math.max(timestamp, previous + 1) } : {}),
    timestamp,
    ...(read === undefined ? {} : { readVersion: read.version }),
    isolationLevel: isolation,
    isBlindAppend: isBlindAppend(plan),
    engineInfo: "edgewater",
    ...plan.commitInfo,
    txnId,
  };
}

/** The metadata that the table has after the plan. */
function metadataOf({ actions }: Plan, read: CommitOptions["read"]): Metadata | undefined {
  for (const action of actions) if ("metaData" in action) return action.metaData;
  return read?.metadata;
}

function usesTimestamps(metadata: Metadata | undefined): boolean {
  return metadata?.configuration["delta.enableInCommitTimestamps"]?.toLowerCase() === "true";
}

/** The in-commit timestamp of the version that was read; 0 where the table has none. */
async function lastTimestamp({ table, read, signal }: CommitOptions, plan: Plan): Promise<number> {
  if (read === undefined || !usesTimestamps(metadataOf(plan, read))) return 0;
  const actions: readonly Action[] =
    read.commitInfo === undefined ? ((await readCommit(table, read.version, signal)) ?? []) : [{ commitInfo: read.commitInfo }];
  return timestampOf(actions) ?? 0;
}

function timestampOf(actions: readonly Action[]): number | undefined {
  for (const action of actions) {
    const timestamp = "commitInfo" in action ? action.commitInfo["inCommitTimestamp"] : undefined;
    if (typeof timestamp === "number") return timestamp;
  }
  return undefined;
}

import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import type { Delete, Put } from "../../object-store/types.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import type { Action } from "../log/actions.ts";
import { readActions, readLogFile } from "../log/commit.ts";
import { commitName } from "../log/file-names.ts";
import { logKey, type ReadableStore, type TableLocation, type TableStore } from "../store.ts";

/** A store that a table is written to. One without conditions is for a single writer. */
export type CommitStore = TableStore | (ReadableStore & Put & Delete);

/** What {@link createCommit} writes. */
export interface NewCommit {
  readonly table: TableLocation<CommitStore>;
  readonly version: number;
  /** The lines of the commit. */
  readonly text: string;
  /** The `txnId` of its commitInfo, by which it is told from the commits of others. */
  readonly txnId: string;
  /** Whether the store need not check conditions, because there are no other writers. */
  readonly isSingleWriter: boolean;
  readonly retry?: RetryPolicy | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates the file of a commit, unless there is one. Resolves to undefined when the version is ours, else to the actions that it has.
 *
 * A write whose answer is lost may have happened, or may still happen. So the file is read before the write is tried again, and a
 * version that is taken is ours if its file has our `txnId`.
 *
 * @throws the errors of the store; `Unavailable` and `Aborted` with `outcome: "unknown"` if the commit may have happened
 */
export async function createCommit(commit: NewCommit): Promise<readonly Action[] | undefined> {
  const { table, version, txnId, signal } = commit;
  const key = logKey(table.root, commitName(version));
  const waitForRetry = retrying(commit.retry, { store: table.store.name, key, signal });
  // Whether to look for a file before writing one, and whether it may be ours.
  let [mayExist, isUnknown] = [false, false];
  try {
    while (true) {
      try {
        const found = mayExist ? await readCommit(table, version, signal) : undefined;
        if (found !== undefined) return isOf(found, txnId) ? undefined : found;
        await write(commit, key);
        return undefined;
      } catch (error) {
        if (!isEdgewaterError(error, "AlreadyExists", "Unavailable")) throw error;
        isUnknown ||= error.outcome === "unknown";
        const isFirstSight = error.code === "AlreadyExists" && !mayExist;
        mayExist ||= isUnknown || error.code === "AlreadyExists";
        if (!isFirstSight && !(await waitForRetry(error))) throw error;
      }
    }
  } catch (error) {
    throw isUnknown ? withUnknownOutcome(error) : error;
  }
}

/** The actions of a version; undefined if it has no commit. */
export async function readCommit(table: TableLocation, version: number, signal?: AbortSignal): Promise<readonly Action[] | undefined> {
  const key = logKey(table.root, commitName(version));
  const bytes = await readLogFile(table, key, signal);
  return bytes === undefined ? undefined : ([...readActions(table, key, bytes)] as readonly Action[]);
}

async function write({ table, text, isSingleWriter, signal }: NewCommit, key: string): Promise<void> {
  if (!isSingleWriter) {
    await (table.store as TableStore).put(key, text, { mode: "create", signal });
    return;
  }
  if ((await readLogFile(table, key, signal)) !== undefined) {
    throw new EdgewaterError("AlreadyExists", `Cannot create ${JSON.stringify(key)} in ${table.store.name}: it exists`, { key });
  }
  await (table.store as Put).put(key, text, { signal });
}

function isOf(actions: readonly Action[], txnId: string): boolean {
  return actions.some((action) => "commitInfo" in action && action.commitInfo["txnId"] === txnId);
}

function withUnknownOutcome(error: unknown): unknown {
  if (!isEdgewaterError(error, "Unavailable", "Aborted") || error.outcome === "unknown") return error;
  const { code, message, store, key } = error;
  return new EdgewaterError(
    code,
    `${message}; an earlier attempt may have been committed: read the table before you repeat the operation`,
    {
      store,
      key,
      outcome: "unknown",
      cause: error,
    },
  );
}

import { isEdgewaterError } from "../../errors.ts";
import { type RetryPolicy, retrying } from "../../retry.ts";
import type { Txn } from "../log/actions.ts";
import type { FactsOfTable } from "../statistics/file-facts.ts";
import { type CommitOptions, type Committed, commitPlan } from "./commit.ts";
import type { Plan, ReadVersion } from "./plan.ts";

/** The newest version of a table, as a transaction reads it. */
export interface TransactionSnapshot extends ReadVersion {
  readonly facts: FactsOfTable;
  /** The last version of each application, by its id. */
  readonly txns: { get(appId: string): Txn | undefined };
}

/** A write as the application counts its own. */
export interface TransactionId extends Txn {
  /**
   * Called if the table has recorded this version of the application, or a later one: whether that was the same write, so that it is not
   * done again. Throws to refuse the write. Default: it was.
   */
  readonly isRepeated?: ((recorded: Txn, version: number) => Promise<boolean>) | undefined;
}

/** Options of {@link transact}. */
export interface TransactOptions<Snapshot extends TransactionSnapshot> extends Omit<CommitOptions, "read" | "retry"> {
  /** Reads the newest version; undefined if there is no table. Called once for every attempt. */
  readonly load: (signal: AbortSignal | undefined) => Promise<Snapshot | undefined>;
  /** Makes the plan from a version; undefined if there is nothing to do. Called again after a conflict, so it has no effect but new files. */
  readonly work: (snapshot: Snapshot | undefined) => Promise<Plan | undefined>;
  /**
   * Makes the transaction take effect once: it is not done again if the table has this version of the application, or a later one.
   * A run that is repeated passes the same.
   */
  readonly txn?: TransactionId | undefined;
  /** Of conflicts, and of writes whose store is not available. Default: 15 retries, up to 5 s apart. */
  readonly retry?: RetryPolicy | undefined;
}

/** The result of a transaction: its version, or that nothing was committed. */
export type Transacted =
  | (Committed & { readonly kind: "committed" })
  /** `repeated`: an earlier call with the same `txn` has committed; `nothing`: there was nothing to do. */
  | { readonly kind: "repeated" | "nothing"; readonly version: number | undefined };

const defaults = { maxRetries: 15, maxDelayMs: 5_000, maxElapsedMs: 120_000, jitter: "full" } as const;

/**
 * Runs a transaction: reads the newest version, makes a plan from it and commits it. After a conflict it starts again from the version
 * that is the newest then.
 *
 * @throws `Conflict` when it met a conflict in every attempt, and whatever `load`, `work` and {@link commitPlan} throw
 */
export async function transact<Snapshot extends TransactionSnapshot>(options: TransactOptions<Snapshot>): Promise<Transacted> {
  const { table, load, work, txn, retry, signal } = options;
  const waitForRetry = retrying(retry, { store: table.store.name, key: table.root, signal }, defaults);
  while (true) {
    const snapshot = await load(signal);
    if (txn !== undefined && (await isRepeated(snapshot, txn))) return { kind: "repeated", version: snapshot?.version };
    const plan = await work(snapshot);
    if (plan === undefined) return { kind: "nothing", version: snapshot?.version };
    const actions = txn === undefined ? plan.actions : [...plan.actions, { txn: recordOf(txn, snapshot) }];
    try {
      const { unsafeSingleWriter } = options;
      return {
        kind: "committed",
        ...(await commitPlan({ ...plan, actions }, { table, read: snapshot, unsafeSingleWriter, retry, signal })),
      };
    } catch (error) {
      if (!isEdgewaterError(error, "Conflict") || !(await waitForRetry(error))) throw error;
    }
  }
}

async function isRepeated(
  snapshot: TransactionSnapshot | undefined,
  { appId, version, isRepeated: isSame = async () => true }: TransactionId,
): Promise<boolean> {
  const recorded = snapshot?.txns.get(appId);
  return snapshot !== undefined && recorded !== undefined && recorded.version >= version && (await isSame(recorded, snapshot.version));
}

/** The action, unless told otherwise with a time that the one before has not: the two tell one write of an application from another. */
function recordOf({ appId, version, lastUpdated }: TransactionId, snapshot: TransactionSnapshot | undefined): Txn {
  const previous = snapshot?.txns.get(appId)?.lastUpdated ?? 0;
  return { appId, version, lastUpdated: lastUpdated ?? Math.max(Date.now(), previous + 1) };
}

/** Which write made the rows of an asset or a partition, as the log of their table says. */
import { EdgewaterError } from "../../errors.ts";
import type { ExpectedObject, OutputContext, StorageId } from "../../io-handler/contexts.ts";
import { folderKey, type ValueName } from "../../io-handler/key-layout.ts";
import type { Action, Txn } from "../log/actions.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { inOrder } from "../parallel.ts";
import type { TableLocation } from "../store.ts";
import { readCommit } from "../transaction/create-commit.ts";
import type { TransactionId } from "../transaction/transact.ts";

/** The entry of a commit that names what was written. */
const entry = "edgewater";

/** So many commits are read at a time. */
const commitsAtOnce = 16;

/** A write in the log of a table. */
export interface LoggedWrite {
  readonly writeId: string | undefined;
  readonly runId: string | undefined;
  /** The version that it made. */
  readonly version: number;
}

/**
 * The application of an asset or a partition in the log of its table: it counts its writes by the events that they follow. Undefined
 * outside a repository.
 */
export async function appIdOf(place: ValueName & { readonly storageId: StorageId }): Promise<string | undefined> {
  const id = await place.storageId();
  return id && folderKey(`edgewater/${id}`, place);
}

/** The last write of an application to a table; undefined before the first one, and after its rows were wiped. */
export function lastWrite({ txns }: Snapshot, appId: string | undefined): Txn | undefined {
  const txn = appId === undefined ? undefined : txns.get(appId);
  return txn?.lastUpdated === wiped ? undefined : txn;
}

/** In place of the time of a write: its rows were wiped. */
const wiped = 0;

/** The action that says that the rows of the last write were wiped. Writes that follow earlier events are refused still. */
export function wipe({ appId, version }: Txn): TransactionId {
  return { appId, version, lastUpdated: wiped, isRepeated: async () => false };
}

/** What tells a write of an application from all others. */
export function etagOf({ version, lastUpdated }: Txn): string {
  return `${version}-${lastUpdated ?? ""}`;
}

/** The name of the content of a version of a table. */
export function contentOf(tableId: string, version: number): string {
  return `${tableId}@${version}`;
}

/** The fields of a commit that identify the write that made it. */
export function commitEntry({ assetName, partition, runId, writeId }: OutputContext): Readonly<Record<string, unknown>> {
  const key = partition?.keys.map(String).join(", ");
  return { [entry]: { asset: assetName, ...(key && { partition: key }), ...(runId && { runId }), ...(writeId && { writeId }) } };
}

/** Finds the commit of a write, from the newest version back. Undefined if its commit was cleaned up. */
export async function findWrite(table: TableLocation, newest: number, txn: Txn, signal: AbortSignal): Promise<LoggedWrite | undefined> {
  const read = inOrder(downFrom(newest), commitsAtOnce, async (each) => [each, await readCommit(table, each, signal)] as const);
  for await (const [version, actions] of read) {
    if (actions === undefined) return undefined;
    if (actions.some((action) => "txn" in action && action.txn.appId === txn.appId && etagOf(action.txn) === etagOf(txn)))
      return { version, ...identityIn(actions) };
  }
  return undefined;
}

function* downFrom(version: number): Generator<number> {
  for (let each = version; each >= 0; each--) yield each;
}

function identityIn(actions: readonly Action[]): Pick<LoggedWrite, "writeId" | "runId"> {
  const info = actions.find((action) => "commitInfo" in action)?.commitInfo[entry];
  const { writeId, runId } = (typeof info === "object" && info !== null ? info : {}) as Readonly<Record<string, unknown>>;
  return { writeId: typeof writeId === "string" ? writeId : undefined, runId: typeof runId === "string" ? runId : undefined };
}

/** A write as its table counts it, and its commit if it had happened before. */
export interface CountedWrite extends TransactionId {
  readonly found: () => LoggedWrite | undefined;
}

/**
 * Counts a write, so that it takes effect once, and never replaces a newer one. Undefined outside a run.
 *
 * The number is that of the event that the write follows, plus one. A table that has the same number has this very write, or one that
 * the write is told to replace, or that of another run; one with a greater number has a newer write.
 */
export async function countedWrite(context: OutputContext, table: TableLocation): Promise<CountedWrite | undefined> {
  const { base, writeId, expected, signal } = context;
  const appId = await appIdOf(context);
  if (appId === undefined || base === undefined || writeId === undefined) return undefined;
  const version = BigInt(base) + 1n;
  let found: LoggedWrite | undefined;
  const isRepeated = async (recorded: Txn, newest: number): Promise<boolean> => {
    if (recorded.version > version) throw overtaken(context, table);
    if (recorded.lastUpdated === wiped) return false;
    const logged = await findWrite(table, newest, recorded, signal);
    if (logged?.writeId === writeId) {
      found = logged;
      return true;
    }
    if (isExpected(expected, recorded)) return false;
    throw otherWrite(context, table);
  };
  return { appId, version, isRepeated, found: () => found };
}

function isExpected(expected: ExpectedObject | "nothing" | undefined, recorded: Txn): boolean {
  return typeof expected === "object" && expected.etag === etagOf(recorded);
}

function overtaken({ assetName, base }: OutputContext, { store, root }: TableLocation): EdgewaterError<"Conflict"> {
  const message = `Cannot write ${JSON.stringify(assetName)} to the table ${JSON.stringify(root)} in ${store.name}: a write that follows a later event than ${base} has been committed; run the step again`;
  return new EdgewaterError("Conflict", message, { store: store.name, key: root, asset: assetName });
}

function otherWrite({ assetName }: OutputContext, { store, root }: TableLocation): EdgewaterError<"PreconditionFailed"> {
  const message = `Cannot write ${JSON.stringify(assetName)} to the table ${JSON.stringify(root)} in ${store.name}: another run has written it meanwhile`;
  return new EdgewaterError("PreconditionFailed", message, { store: store.name, key: root, asset: assetName });
}

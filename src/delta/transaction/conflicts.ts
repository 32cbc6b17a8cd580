import { EdgewaterError } from "../../errors.ts";
import type { Action, Actions, AddFile, Metadata, Protocol } from "../log/actions.ts";
import { checkWritable } from "../log/features.ts";
import { fileIdentity } from "../log/file-identity.ts";
import { commitName } from "../log/file-names.ts";
import { type FactsOfTable, fileFacts } from "../statistics/file-facts.ts";
import { mayMatch } from "../statistics/skip.ts";
import { logKey, type TableLocation } from "../store.ts";
import type { Plan } from "./plan.ts";

/**
 * How much order transactions have: `delta.isolationLevel`. With `WriteSerializable`, commits of others that only added files do not
 * count as changes of what was read.
 */
export type IsolationLevel = "Serializable" | "WriteSerializable";

/** A rule of the protocol, named as engines name the error of its conflict. */
export type ConflictRule =
  | "ProtocolChanged"
  | "MetadataChanged"
  | "ConcurrentAppend"
  | "ConcurrentDeleteRead"
  | "ConcurrentDeleteDelete"
  | "ConcurrentTransaction"
  | "ConcurrentDomainMetadata";

/** A commit that another transaction has made since the version that was read. */
export interface Winner {
  readonly version: number;
  readonly actions: readonly Action[];
}

/** What the check of conflicts needs of the table as it was read. */
export interface ConflictContext {
  readonly table: TableLocation;
  readonly plan: Plan;
  /** Of the version that was read; undefined if there was no table. */
  readonly read: { readonly protocol: Protocol; readonly metadata: Metadata; readonly facts: FactsOfTable } | undefined;
}

/**
 * Checks that a plan would do the same after another commit, so that it may follow it.
 *
 * | rule | the other commit |
 * |-|-|
 * | `ProtocolChanged` | changed the protocol, as this one does, or to one that this library cannot write |
 * | `MetadataChanged` | changed schema, partitioning or properties |
 * | `ConcurrentAppend` | added rows that this one would have read |
 * | `ConcurrentDeleteRead` | deleted rows of a file that this one has read |
 * | `ConcurrentDeleteDelete` | removed a file that this one removes |
 * | `ConcurrentTransaction` | recorded the same `txn` |
 * | `ConcurrentDomainMetadata` | wrote the same domain |
 *
 * @throws `Conflict`; `NotSupported` for a protocol that this library cannot write
 */
export function checkConflicts(context: ConflictContext, winner: Winner): void {
  const rule = conflictWith(context, winner);
  if (rule === undefined) return;
  const { table } = context;
  const name = JSON.stringify(table.root);
  const message = `Cannot commit to the table ${name} in ${table.store.name}: version ${winner.version} of another writer ${reasons[rule]} (${rule}); run the operation again on the newest version`;
  throw new EdgewaterError("Conflict", message, {
    store: table.store.name,
    key: logKey(table.root, commitName(winner.version)),
    field: rule,
  });
}

const reasons: Readonly<Record<ConflictRule, string>> = {
  ProtocolChanged: "changed the protocol",
  MetadataChanged: "changed the schema or the properties",
  ConcurrentAppend: "added rows that this operation would have read",
  ConcurrentDeleteRead: "deleted rows that this operation has read",
  ConcurrentDeleteDelete: "removed a file that this operation removes",
  ConcurrentTransaction: "recorded the same application's version",
  ConcurrentDomainMetadata: "wrote the same domain of metadata",
};

function conflictWith({ table, plan, read }: ConflictContext, { actions }: Winner): ConflictRule | undefined {
  const theirs = byKind(actions);
  const ours = byKind(plan.actions);
  const protocol = theirs.protocol.at(-1);
  if (protocol !== undefined) {
    if (read === undefined || ours.protocol.length > 0) return "ProtocolChanged";
    checkWritable(protocol, theirs.metaData.at(-1) ?? read.metadata, `the table ${JSON.stringify(table.root)} in ${table.store.name}`);
  }
  if (read === undefined || theirs.metaData.length > 0) return "MetadataChanged";
  if (addsRowsThatWereRead(theirs, plan, read)) return "ConcurrentAppend";
  const removed = theirs.remove.map((file) => ({ path: fileIdentity({ path: file.path }), identity: fileIdentity(file), file }));
  const { files } = plan.reads;
  const readFile = (identity: string): boolean => files === "all" || (files !== "none" && files.has(identity));
  if (removed.some(({ identity, file }) => file.dataChange && readFile(identity))) return "ConcurrentDeleteRead";
  const removes = new Set(ours.remove.map(({ path }) => fileIdentity({ path })));
  if (removed.some(({ path }) => removes.has(path))) return "ConcurrentDeleteDelete";
  const apps = new Set(ours.txn.map(({ appId }) => appId));
  if (theirs.txn.some(({ appId }) => apps.has(appId))) return "ConcurrentTransaction";
  const domains = new Set(ours.domainMetadata.map(({ domain }) => domain));
  return theirs.domainMetadata.some(({ domain }) => domains.has(domain)) ? "ConcurrentDomainMetadata" : undefined;
}

function addsRowsThatWereRead(theirs: ByKind, { reads }: Plan, { metadata, facts }: NonNullable<ConflictContext["read"]>): boolean {
  const { rows } = reads;
  if (rows === "none") return false;
  const isBlind = theirs.commitInfo.some((info) => info["isBlindAppend"] === true) && theirs.remove.length === 0;
  if (isBlind && isolationLevelOf(metadata) === "WriteSerializable") return false;
  const changed = theirs.add.filter(({ dataChange }) => dataChange);
  const isRead = (file: AddFile): boolean => rows === "all" || mayMatch(rows, fileFacts(file, facts));
  return changed.some(isRead);
}

/** Serializable, unless the table says otherwise: it is the level that excludes most surprises. */
function isolationLevelOf({ configuration }: Metadata): IsolationLevel {
  return configuration["delta.isolationLevel"]?.toLowerCase() === "writeserializable" ? "WriteSerializable" : "Serializable";
}

type ByKind = { readonly [Kind in keyof Actions]: readonly Actions[Kind][] };

function byKind(actions: readonly Action[]): ByKind {
  const kinds: { -readonly [Kind in keyof Actions]: Actions[Kind][] } = {
    metaData: [],
    protocol: [],
    add: [],
    remove: [],
    txn: [],
    domainMetadata: [],
    commitInfo: [],
    cdc: [],
  };
  for (const action of actions) {
    for (const [kind, content] of Object.entries(action)) (kinds[kind as keyof Actions] as unknown[] | undefined)?.push(content);
  }
  return kinds;
}

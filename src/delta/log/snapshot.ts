import { EdgewaterError } from "../../errors.ts";
import { inOrder } from "../parallel.ts";
import type { ColumnMappingMode } from "../schema/column-mapping.ts";
import { parseSchema } from "../schema/schema-string.ts";
import type { StructType } from "../schema/types.ts";
import { logFolder, type TableLocation } from "../store.ts";
import type { AddFile, CommitInfo, DomainMetadata, Metadata, Protocol, RemoveFile, Txn } from "./actions.ts";
import { readActions, readLogFile } from "./commit.ts";
import { damaged } from "./damage.ts";
import { checkReadable } from "./features.ts";
import type { LayeredMap } from "./layered-map.ts";
import { type LogFile, listed, listFromCheckpoint, newestCheckpoint } from "./listing.ts";
import { mappingOf } from "./properties.ts";
import { readCheckpoint } from "./read-checkpoint.ts";
import { type LogState, Replay } from "./replay.ts";
import { chooseCommits, chooseSegment, type LogSegment } from "./segment.ts";

/** A table at one version. It does not change. */
export interface Snapshot {
  readonly table: TableLocation;
  readonly version: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  readonly schema: StructType;
  /** How data files, partition values and statistics name the columns. */
  readonly mapping: ColumnMappingMode;
  readonly fileCount: number;
  /** The data files of the table, in no order that means anything. */
  readonly files: () => Iterable<AddFile>;
  /** Files that were removed, and may still be read at earlier versions. */
  readonly tombstones: () => Iterable<RemoveFile>;
  /** The last version of each application, by its id. */
  readonly txns: LayeredMap<Txn>;
  readonly domainMetadata: LayeredMap<DomainMetadata>;
  /** Of the commit of this version; undefined if it was read from a checkpoint. */
  readonly commitInfo: CommitInfo | undefined;
  /** What the next snapshot is derived from. */
  readonly state: LogState;
}

/** So many commits are read at a time. */
const commitsAtOnce = 16;

/** A commit is held in memory as a whole. */
const largestCommit = 2 ** 30;

/**
 * Reads a table at a version.
 *
 * @param version default: the newest
 * @throws `NotFound` if there is no table or no such version; `Integrity` if its log is damaged or incomplete; `NotSupported` if this
 * library lacks a feature that reading needs
 */
export async function loadSnapshot(
  table: TableLocation,
  { version, signal }: { readonly version?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Snapshot> {
  const files = await listFromCheckpoint(table, version, signal);
  // Without files up to the version, the later ones tell a missing version from a missing table.
  const segment = chooseSegment(table, files.length > 0 || version === undefined ? files : await listed(table, { signal }), version);
  const replay = new Replay();
  // Commits are on their way while the checkpoint is read.
  const commits = readCommits(table, segment.commits, signal);
  if (segment.checkpoint !== undefined) await readCheckpoint(table, segment.checkpoint, (action) => replay.apply(action), signal);
  await applyCommits(table, commits, replay);
  return snapshotOf(table, segment.version, replay.state(), segment);
}

/**
 * Reads what was committed since a snapshot. Returns the same snapshot if nothing was.
 *
 * @throws as {@link loadSnapshot}
 */
export async function refreshSnapshot(snapshot: Snapshot, signal?: AbortSignal): Promise<Snapshot> {
  const { table, version } = snapshot;
  const files = await listed(table, { from: version, signal });
  const later = files.filter((file) => file.kind === "commit" && file.version > version);
  if (later.length === 0) {
    const isStillThere = files.some((file) => file.version === version && file.kind === "commit") || newestCheckpoint(files) !== undefined;
    return isStillThere ? snapshot : loadSnapshot(table, { signal });
  }
  // Commits may have been deleted in favour of a checkpoint.
  if (later[0]?.version !== version + 1) return loadSnapshot(table, { signal });
  const commits = chooseCommits(table, files, version + 1);
  const replay = new Replay(snapshot.state);
  await applyCommits(table, readCommits(table, commits, signal), replay);
  const last = commits.at(-1) as LogFile;
  return snapshotOf(table, last.kind === "compacted" ? last.end : last.version, replay.state());
}

interface CommitBytes {
  readonly key: string;
  readonly bytes: Uint8Array;
}

function readCommits(table: TableLocation, files: readonly LogFile[], signal: AbortSignal | undefined): AsyncIterable<CommitBytes> {
  return inOrder(files, commitsAtOnce, async ({ key, size }) => {
    if (size > largestCommit) throw damaged(table, key, `it has ${size} bytes; this library reads commits of up to ${largestCommit}`);
    const bytes = await readLogFile(table, key, signal);
    if (bytes === undefined) throw damaged(table, key, "it is missing");
    return { key, bytes };
  });
}

async function applyCommits(table: TableLocation, commits: AsyncIterable<CommitBytes>, replay: Replay): Promise<void> {
  for await (const { key, bytes } of commits) for (const action of readActions(table, key, bytes)) replay.apply(action);
}

function snapshotOf(table: TableLocation, version: number, state: LogState, segment?: LogSegment): Snapshot {
  const { protocol, metadata } = state;
  const name = `the table ${JSON.stringify(table.root)} in ${table.store.name}`;
  if (protocol === undefined) throw incomplete(table, segment, "protocol");
  checkReadable(protocol, name);
  if (metadata === undefined) throw incomplete(table, segment, "metaData");
  return {
    table,
    version,
    protocol,
    metadata,
    schema: parseSchema(metadata.schemaString),
    mapping: mappingOf(metadata),
    state,
    fileCount: state.files.size,
    files: () => state.files.values(),
    tombstones: () => state.tombstones.values(),
    txns: state.txns,
    domainMetadata: state.domains,
    commitInfo: state.commitInfo,
  };
}

function incomplete(table: TableLocation, segment: LogSegment | undefined, kind: string): EdgewaterError<"Integrity"> {
  const checkpoint = segment?.checkpoint?.files[0];
  if (checkpoint !== undefined) return damaged(table, checkpoint.key, `neither it nor a commit after it has an action ${kind}`);
  const { store, root } = table;
  const message = `Cannot read the table ${JSON.stringify(root)} in ${store.name}: no commit of its log has an action ${kind}; restore its log`;
  return new EdgewaterError("Integrity", message, { store: store.name, key: logFolder(root) });
}

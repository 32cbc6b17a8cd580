import { EdgewaterError } from "../../errors.ts";
import { logKey, type TableLocation } from "../store.ts";
import type { CommitInfo, Metadata } from "./actions.ts";
import { readActions, readLogFile } from "./commit.ts";
import { damaged } from "./damage.ts";
import { commitName } from "./file-names.ts";
import { completeCheckpoints, type LogFile, listed } from "./listing.ts";

/** Enough of a commit for its first line, in bytes. */
const headBytes = 64 * 1024;

/**
 * Reads who wrote a commit, and when: its action `commitInfo`, which is the first of most commits. Undefined for a commit that does not
 * say, and for one that was deleted.
 */
export async function readCommitInfo(table: TableLocation, version: number, signal?: AbortSignal): Promise<CommitInfo | undefined> {
  const key = logKey(table.root, commitName(version));
  return (await firstLine(table, key, signal)) ?? infoOf(table, key, await readLogFile(table, key, signal));
}

/** The action of the first line of a commit; undefined if the line is another or longer. */
async function firstLine(table: TableLocation, key: string, signal: AbortSignal | undefined): Promise<CommitInfo | undefined> {
  const opened = await table.store.get(key, { range: { start: 0, end: headBytes }, signal }).catch(() => undefined);
  const bytes = await opened?.bytes();
  const end = bytes?.indexOf(10) ?? -1;
  return end < 0 ? undefined : infoOf(table, key, bytes?.subarray(0, end));
}

function infoOf(table: TableLocation, key: string, bytes: Uint8Array | undefined): CommitInfo | undefined {
  if (bytes === undefined) return undefined;
  for (const action of readActions(table, key, bytes)) if ("commitInfo" in action) return action.commitInfo;
  return undefined;
}

/** When a table began to have the times of its commits in them; undefined if it has not. */
interface InCommitTimes {
  readonly fromVersion: number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly fromTime: number;
}

function inCommitTimes({ configuration }: Metadata): InCommitTimes | undefined {
  if (configuration["delta.enableInCommitTimestamps"]?.toLowerCase() !== "true") return undefined;
  return {
    fromVersion: Number(configuration["delta.inCommitTimestampEnablementVersion"] ?? 0),
    fromTime: Number(configuration["delta.inCommitTimestampEnablementTimestamp"] ?? Number.NEGATIVE_INFINITY),
  };
}

/** A commit, and when it was made, in milliseconds since 1970-01-01T00:00:00Z. */
export interface CommitTime {
  readonly version: number;
  readonly time: number;
}

/**
 * Finds the newest version at a time.
 *
 * @param metadata that of the newest version
 * @param time milliseconds since 1970-01-01T00:00:00Z
 * @throws `NotFound` if the oldest version that can be read is younger
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#recommendations-for-readers-of-tables-with-in-commit-timestamps
 */
export async function versionAt(table: TableLocation, metadata: Metadata, time: number, signal?: AbortSignal): Promise<number> {
  const files = await listed(table, { signal });
  const commits = readableCommits(files);
  const inCommit = inCommitTimes(metadata);
  const isInCommit = inCommit !== undefined && time >= inCommit.fromTime;
  const found = isInCommit
    ? await newestInCommit(
        table,
        commits.filter(({ version }) => version >= inCommit.fromVersion),
        time,
        signal,
      )
    : await newestByFile(
        table,
        commits.filter(({ version }) => version < (inCommit?.fromVersion ?? Number.POSITIVE_INFINITY)),
        time,
        signal,
      );
  if (found !== undefined) return found;
  const first = commits[0];
  const oldest = first === undefined ? "it has no commits" : `its oldest version, ${first.version}, is younger`;
  const message = `There is no version of the table ${JSON.stringify(table.root)} in ${table.store.name} at ${shown(time)}: ${oldest}`;
  throw new EdgewaterError("NotFound", message, { store: table.store.name });
}

/**
 * When commits were made, for a history: by the commits where the table has their times, else by their files, in the order of versions.
 *
 * @param info who wrote a commit
 */
export function timesOf(metadata: Metadata, commits: readonly LogFile[], info: (version: number) => CommitInfo | undefined): CommitTime[] {
  const inCommit = inCommitTimes(metadata);
  return monotonic(
    commits.map((file) => {
      const { inCommitTimestamp: within } = info(file.version) ?? {};
      const isInCommit = inCommit !== undefined && file.version >= inCommit.fromVersion && typeof within === "number";
      return { version: file.version, time: isInCommit ? within : fileTime(file, info(file.version)) };
    }),
  );
}

/** The commits from which a version can be read: those since the first checkpoint, or all. */
function readableCommits(files: readonly LogFile[]): readonly LogFile[] {
  const commits = files.filter(({ kind }) => kind === "commit");
  if (commits[0]?.version === 0) return commits;
  const oldest = completeCheckpoints(files)[0];
  return commits.filter(({ version }) => oldest !== undefined && version >= oldest.version);
}

/** The times in commits grow with their versions, so that a search reads few of them. */
async function newestInCommit(
  table: TableLocation,
  commits: readonly LogFile[],
  time: number,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  let low = 0;
  let high = commits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const commit = commits[middle] as LogFile;
    const { inCommitTimestamp: within } = (await readCommitInfo(table, commit.version, signal)) ?? {};
    if (typeof within !== "number") throw damaged(table, commit.key, "it has no inCommitTimestamp, which the table demands");
    if (within <= time) low = middle + 1;
    else high = middle;
  }
  return commits[low - 1]?.version;
}

async function newestByFile(
  table: TableLocation,
  commits: readonly LogFile[],
  time: number,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const infos = new Map<number, CommitInfo | undefined>();
  for (const { version, lastModified } of commits)
    if (lastModified === undefined) infos.set(version, await readCommitInfo(table, version, signal));
  const times = monotonic(commits.map((file) => ({ version: file.version, time: fileTime(file, infos.get(file.version)) })));
  return times.findLast((commit) => commit.time <= time)?.version;
}

/** A store that has no times leaves that of the writer. */
function fileTime({ lastModified }: LogFile, info: CommitInfo | undefined): number {
  const { timestamp } = info ?? {};
  return lastModified?.getTime() ?? (typeof timestamp === "number" ? timestamp : 0);
}

/** The clocks of writers differ: each commit is at least a millisecond after the one before. */
function monotonic(commits: readonly CommitTime[]): CommitTime[] {
  let before = Number.NEGATIVE_INFINITY;
  return commits.map(({ version, time }) => {
    before = Math.max(time, before + 1);
    return { version, time: before };
  });
}

function shown(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

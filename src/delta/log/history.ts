import { inOrder } from "../parallel.ts";
import type { CommitInfo } from "./actions.ts";
import { readCommitInfo, timesOf } from "./commit-times.ts";
import { listed } from "./listing.ts";
import type { Snapshot } from "./snapshot.ts";

/** A commit of a table. */
export interface HistoryEntry {
  readonly version: number;
  /** When the commit was made. */
  readonly timestamp: Date;
  /** What was done, such as `WRITE`; undefined if the writer did not say. */
  readonly operation: string | undefined;
  /** All that the writer said of the commit. */
  readonly commitInfo: CommitInfo;
}

/** So many commits are read at a time. */
const commitsAtOnce = 16;

/**
 * Reads who wrote the versions up to that of a snapshot, newest first. Commits that were cleaned up are not in it.
 *
 * @param limit the largest number of commits
 */
export async function readHistory(
  snapshot: Snapshot,
  limit: number = Number.POSITIVE_INFINITY,
  signal?: AbortSignal,
): Promise<HistoryEntry[]> {
  const { table, version, metadata } = snapshot;
  const files = await listed(table, { upTo: version, signal });
  const commits = files.filter(({ kind }) => kind === "commit").slice(-limit);
  const infos = new Map<number, CommitInfo | undefined>();
  const read = inOrder(commits, commitsAtOnce, async (file) => [file.version, await readCommitInfo(table, file.version, signal)] as const);
  for await (const [number, info] of read) infos.set(number, info);
  const times = timesOf(metadata, commits, (number) => infos.get(number));
  return times.reverse().map(({ version: number, time }) => {
    const commitInfo = infos.get(number) ?? {};
    const { operation } = commitInfo;
    return { version: number, timestamp: new Date(time), operation: typeof operation === "string" ? operation : undefined, commitInfo };
  });
}

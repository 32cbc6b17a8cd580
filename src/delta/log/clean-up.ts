import { logKey, type TableLocation, type TableStore } from "../store.ts";
import { completeCheckpoints, type LogFile, listed } from "./listing.ts";
import { flagProperty, logRetention } from "./properties.ts";
import { readSidecars } from "./read-checkpoint.ts";
import type { Snapshot } from "./snapshot.ts";

const day = 86_400_000;

/** Keys are deleted so many at a time. */
const deletedAtOnce = 1000;

/**
 * Deletes the commits, checkpoints and compacted logs that are older than the retention of the table and that a checkpoint replaces.
 * That checkpoint and everything after it stay, so that every kept version can be read.
 *
 * @param now milliseconds since 1970-01-01T00:00:00Z
 * @returns the keys of the deleted files
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#metadata-cleanup
 */
export async function cleanUpLog(
  snapshot: Snapshot,
  table: TableLocation<TableStore>,
  now: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  if (!flagProperty(snapshot.metadata, "delta.enableExpiredLogCleanup", true)) return [];
  const midnight = Math.floor((now - logRetention(snapshot.metadata)) / day) * day;
  const files = await listed(table, { signal });
  const keep = oldestToKeep(files, midnight);
  if (keep === undefined) return [];
  const isExpired = (file: LogFile): boolean => file.version < keep || (file.kind === "compacted" && file.version === keep);
  const expired = files.filter(isExpired);
  const kept = files.filter((file) => !isExpired(file));
  const sidecars = expired.some(({ kind }) => kind === "v2" || kind === "classic") ? await expiredSidecars(table, kept, now, signal) : [];
  const keys = [...expired.map(({ key }) => key), ...sidecars];
  for (let start = 0; start < keys.length; start += deletedAtOnce) {
    await table.store.delete(keys.slice(start, start + deletedAtOnce), { signal });
  }
  return keys;
}

/** The version of the newest checkpoint that is not newer than the newest commit up to a time. */
function oldestToKeep(files: readonly LogFile[], midnight: number): number | undefined {
  // A store without times gives no commit an age.
  const commit = files.findLast(
    ({ kind, lastModified }) => kind === "commit" && lastModified !== undefined && lastModified.getTime() <= midnight,
  );
  return completeCheckpoints(files).findLast(({ version }) => version <= (commit?.version ?? -1))?.version;
}

/** Sidecars that no kept checkpoint names, and that no checkpoint in the making may name yet. */
async function expiredSidecars(
  table: TableLocation,
  kept: readonly LogFile[],
  now: number,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const named = new Set<string>();
  for (const checkpoint of completeCheckpoints(kept)) {
    for (const key of await readSidecars(table, checkpoint, signal)) named.add(key);
  }
  const youngest = Math.floor(now / day) * day - day;
  const expired: string[] = [];
  for await (const { key, lastModified } of table.store.list(logKey(table.root, "_sidecars"), { signal })) {
    if (!named.has(key) && lastModified !== undefined && lastModified.getTime() < youngest) expired.push(key);
  }
  return expired;
}

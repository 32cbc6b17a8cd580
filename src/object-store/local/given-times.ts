/**
 * The times that this process has given to files lately. The etag of a file without a record is its time, and another program may set
 * that back: the next write of the same millisecond would get the etag of an earlier one.
 *
 * @module
 */
import type { Stamp } from "./file-stats.ts";
import { foreignLeadMs } from "./stamp.ts";

/** By path, in the order of the writes. Times that have passed are not given again, and are forgotten. */
const given = new Map<string, number>();

/** The latest time that the object at a path is known to have had; 0 if none is known. */
export function latestTime(path: string, found: Stamp | undefined): number {
  return Math.max(found?.mtimeMs ?? 0, given.get(path) ?? 0);
}

/** Remembers the time of a write. */
export function noteTime(path: string, timeMs: number, now: number = Date.now()): void {
  given.delete(path);
  for (const [other, otherMs] of given) {
    if (otherMs >= now) break;
    given.delete(other);
  }
  // Later ones follow a time that another program has set.
  if (timeMs < now + foreignLeadMs) given.set(path, timeMs);
}

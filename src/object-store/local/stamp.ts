/**
 * The times that the store gives to its files, and the comparison of a file with its record.
 *
 * Every write of a key gets a later time than the object that it replaces, in whole milliseconds. The file gets half a
 * millisecond more, because its time is set as a floating-point number of seconds: 123 ms could come back as 122.9999 ms.
 * No time is a whole second where the disk keeps milliseconds, so a whole second shows that a copy has cut the time.
 *
 * @module
 */
import type { FileStats, Stamp } from "./file-stats.ts";

/** How far the times of a key may be ahead of the clock when it is written more often than once per millisecond. */
const longestLeadMs = 1000;

/** A time further ahead than this was not set by a storm of writes, so waiting for it is useless. */
export const foreignLeadMs = 3000;

/** The time of a new write: now, but later than what it replaces. */
export function nextTime(replacedMs: number, now: number = Date.now()): number {
  const time = Math.max(now, replacedMs + 1);
  return time % 1000 === 0 ? time + 1 : time;
}

/** The number of seconds that gives a file this time. */
export function secondsOf(timeMs: number): number {
  return (timeMs + 0.5) / 1000;
}

/** How long to wait until a write may replace an object, so that its time is not too far ahead of the clock. */
export function leadToWait(replaced: Stamp | undefined): number {
  const lead = replaced === undefined ? 0 : replaced.mtimeMs - Date.now();
  return lead > longestLeadMs && lead < foreignLeadMs ? lead - longestLeadMs : 0;
}

/** How long to wait until a later write of a deleted key cannot get the time of the deleted object. */
export function timeToPass(deleted: Stamp): number {
  const lead = deleted.mtimeMs - Date.now() + 1;
  return lead < foreignLeadMs ? Math.max(lead, 0) : 0;
}

/** Waits for milliseconds, if there are any. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Returns whether the file has exactly the size and time of its record. */
export function fitsExactly(file: Stamp, record: Stamp): boolean {
  return file.size === record.size && file.mtimeMs === record.mtimeMs;
}

/**
 * Returns whether the file has the size and time of its record, or a time that a copy has cut: to a second (tar and many
 * file systems) or to an even second, up or down (zip and FAT).
 */
export function fits(file: Stamp, record: Stamp): boolean {
  if (fitsExactly(file, record)) return true;
  if (file.size !== record.size || file.mtimeMs % 1000 !== 0 || record.mtimeMs % 1000 === 0) return false;
  const difference = record.mtimeMs - file.mtimeMs;
  return (difference > 0 && difference < 1000) || (file.mtimeMs % 2000 === 0 && Math.abs(difference) < 2000);
}

/** The etag of a file without a record, and of one that was changed since its record was written. */
export function plainEtag({ mtimeMs, size }: Stamp): string {
  return `"${mtimeMs.toString(36)}-${size.toString(36)}"`;
}

/**
 * The time of a new write on a disk that keeps whole seconds: the nearest second that neither the replaced object nor its
 * record has. The etag does not depend on it; it only tells the files apart.
 */
export function nextSecond(timeMs: number, size: number, taken: readonly (Stamp | undefined)[]): number {
  const isTaken = (mtimeMs: number): boolean => taken.some((each) => each !== undefined && fitsExactly(each, { size, mtimeMs }));
  for (let step = 0; ; step++) {
    for (const time of [timeMs + step * 1000, timeMs - step * 1000]) if (!isTaken(time)) return time;
  }
}

/** Returns whether a file changed so recently that its record may not be in its place yet. */
export function isYoung({ mtimeMs, changedMs }: FileStats, now: number): boolean {
  return Math.max(mtimeMs, changedMs) > now - 3000;
}

import type { ObjectMeta } from "../types.ts";
import { fstatSync, futimesSync } from "./fs.ts";
import type { Stats } from "./layout.ts";

let lastMicroseconds = 0;

/**
 * Gives a new file its time, in microseconds that no other write has: of an object's etag it is the part that makes two
 * writes differ. The system's own time would not: it stands still for some milliseconds, and a file that is made in the
 * same moment, with the number of one that was just replaced and the same size, would have the same etag.
 *
 * The time is now; it is after every other time of this process, and after that of the object which is replaced, so
 * that it differs even when the clock is set back. A rename keeps it, and every read finds it in the file.
 *
 * @returns the etag
 */
export function stamp(file: number, replaced: Stats | undefined): string {
  const now = Date.now() * 1000 + Math.floor(Math.random() * 1000);
  lastMicroseconds = Math.max(now, lastMicroseconds + 1);
  const earlier = replaced === undefined ? 0 : Math.ceil(Number(replaced.mtimeNs) / 1000) + 1;
  const seconds = Math.max(lastMicroseconds, earlier) / 1e6;
  futimesSync(file, seconds, seconds);
  return etagOf(fstatSync(file, { bigint: true }));
}

/** Names the content of a file: every write makes a new file, with a time of its own. */
export function etagOf({ ino, size, mtimeNs }: Stats): string {
  return `"${ino.toString(36)}-${mtimeNs.toString(36)}-${size.toString(36)}"`;
}

export function metaOf(key: string, stats: Stats): ObjectMeta {
  return { key, size: Number(stats.size), etag: etagOf(stats), lastModified: new Date(Number(stats.mtimeMs)) };
}

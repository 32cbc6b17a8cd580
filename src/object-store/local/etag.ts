import type { ObjectMeta } from "../types.ts";
import { fstatSync, futimesSync } from "./fs.ts";
import type { Stats } from "./layout.ts";

let lastMicroseconds = 0;

/**
 * Sets the modification time of a new file to a microsecond that no other write has, so that the etags of two writes
 * differ. The time that the system sets does not suffice: its clock advances only every few milliseconds, and a file
 * created in the same tick may get the inode number and the size of the file that it replaces.
 *
 * The time is the current time, but after every earlier stamp of this process and after the time of the replaced object,
 * so it differs even if the clock is set back. A rename keeps it.
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

/** The etag of a file: inode number, modification time and size. Every write creates a new file with a new time. */
export function etagOf({ ino, size, mtimeNs }: Stats): string {
  return `"${ino.toString(36)}-${mtimeNs.toString(36)}-${size.toString(36)}"`;
}

export function metaOf(key: string, stats: Stats): ObjectMeta {
  return { key, size: Number(stats.size), etag: etagOf(stats), lastModified: new Date(Number(stats.mtimeMs)) };
}

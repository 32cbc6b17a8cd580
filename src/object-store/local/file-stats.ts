import { fstatSync, lstatSync } from "./fs.ts";
import { ifThereSync } from "./system-error.ts";

/** The size and the modification time of a file. They survive a copy of the folder, unlike the inode number. */
export interface Stamp {
  readonly size: number;
  /** In whole milliseconds: the finest time that every runtime reports. */
  readonly mtimeMs: number;
}

/** What the file system reports about a file, the same on every runtime. */
export interface FileStats extends Stamp {
  readonly ino: number;
  /** When the file, its name or its times last changed, by the clock of the disk. Deno reports whole seconds. */
  readonly changedMs: number;
  readonly isFile: boolean;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** The file at a path; undefined if there is none. Does not follow a link. */
export function statsOf(path: string): FileStats | undefined {
  const stats = ifThereSync(() => lstatSync(path, { throwIfNoEntry: false }));
  return stats && toStats(stats);
}

/** The stats of an open file. */
export function statsOfOpen(descriptor: number): FileStats {
  return toStats(fstatSync(descriptor));
}

/** Returns whether two looks at a path saw the same file. */
export function isSameFile(left: FileStats | undefined, right: FileStats): boolean {
  return left?.ino === right.ino && left.size === right.size && left.mtimeMs === right.mtimeMs;
}

function toStats(stats: NonNullable<ReturnType<typeof lstatSync>>): FileStats {
  return {
    size: Number(stats.size),
    mtimeMs: Math.floor(Number(stats.mtimeMs)),
    ino: Number(stats.ino),
    changedMs: Math.floor(Number(stats.ctimeMs || stats.mtimeMs)),
    isFile: stats.isFile(),
    isFolder: stats.isDirectory(),
    isLink: stats.isSymbolicLink(),
  };
}

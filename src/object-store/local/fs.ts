/**
 * Every file system call that the local store makes. Tests replace this module to crash or fail any single call. It uses
 * file descriptors, because a FileHandle makes calls of its own.
 *
 * @module
 */
import * as callbacks from "node:fs";
import { promisify } from "node:util";

export {
  closeSync,
  existsSync,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  writeSync,
} from "node:fs";
export { lstat, mkdir, readdir, rename, rmdir, unlink } from "node:fs/promises";

export const open: (path: string, flags: string) => Promise<number> = promisify(callbacks.open);
export const read: (
  file: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ readonly bytesRead: number }> = promisify(callbacks.read);
export const write: (file: number, buffer: Uint8Array) => Promise<{ readonly bytesWritten: number }> = promisify(callbacks.write);
export const fsync: (file: number) => Promise<void> = promisify(callbacks.fsync);

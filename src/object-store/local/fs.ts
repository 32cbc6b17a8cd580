/**
 * Every file system call that the local store makes. Tests replace this module to crash, stop or fail any single call. It
 * uses file descriptors, because a FileHandle makes calls of its own.
 *
 * Calls that only touch names and small files are synchronous: the system has them in memory, so the thread pool would be
 * slower.
 *
 * @module
 */
import * as callbacks from "node:fs";
import { promisify } from "node:util";

export {
  closeSync,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
export { readdir, rename } from "node:fs/promises";

export const close: (file: number) => Promise<void> = promisify(callbacks.close);
export const read: (
  file: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ readonly bytesRead: number }> = promisify(callbacks.read);
export const write: (file: number, buffer: Uint8Array) => Promise<{ readonly bytesWritten: number }> = promisify(callbacks.write);
export const fsync: (file: number) => Promise<void> = promisify(callbacks.fsync);

import * as zlib from "node:zlib";
import { crcText, crc32 as portableCrc32 } from "../../encoding/crc32.ts";
import { throwIfAborted } from "../../errors.ts";
import { bytesOf, chunksOf, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import type { StreamBody } from "../types.ts";
import { type Stamp, statsOfOpen } from "./file-stats.ts";
import { closeSync, fsync, futimesSync, openSync, read, readSync, write, writeSync } from "./fs.ts";
import { dirname, withFolder } from "./layout.ts";
import { secondsOf } from "./stamp.ts";
import { codeOf } from "./system-error.ts";

/** Up to this size bytes are read and written synchronously: they are in the page cache, so the thread pool would be slower. */
export const smallBody: number = 64 * 1024;

const chunkBytes = 256 * 1024;

/** The CRC-32 of bytes. Pass the result for the earlier bytes to continue. Node before 20.15 has none of its own. */
export const crc32: (bytes: Uint8Array, earlier?: number) => number = zlib.crc32 ?? portableCrc32;

/** A file to write. */
export interface NewFile {
  readonly path: string;
  readonly body: StreamBody;
  readonly mtimeMs: number;
  readonly fsync: boolean;
}

/** A file that was written. */
export interface WrittenFile extends Stamp {
  /** The CRC-32 of a stream, which is gone. That of bytes in memory is not computed. */
  readonly crc32: string | undefined;
}

/** Creates a file and begins to write it. The system writes a large body while the caller does something else. */
export async function beginFile(file: NewFile, call: Call): Promise<{ readonly written: Promise<WrittenFile> }> {
  let descriptor = 0;
  await withFolder(file.path, () => {
    descriptor = openSync(file.path, "wx");
  });
  const written = writeFile(descriptor, file, call);
  // A caller that fails meanwhile does not wait for it.
  written.catch(() => undefined);
  return { written };
}

/** Returns the time that the disk keeps, which may be a whole second. */
async function writeFile(descriptor: number, { body, mtimeMs, fsync: isSynced }: NewFile, call: Call): Promise<WrittenFile> {
  return closing(descriptor, isSynced, async () => {
    let crc: number | undefined;
    if (isBuffered(body)) {
      await writeAll(descriptor, bytesOf(body));
    } else {
      crc = 0;
      for await (const chunk of chunksOf(body, call)) {
        const writing = writeAll(descriptor, chunk);
        crc = crc32(chunk, crc);
        await writing;
      }
    }
    throwIfAborted(call.signal, call);
    setTime(descriptor, mtimeMs);
    const { size, mtimeMs: kept } = statsOfOpen(descriptor);
    return { size, mtimeMs: kept, crc32: crc === undefined ? undefined : crcText(crc) };
  });
}

async function writeAll(file: number, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.byteLength; ) {
    const rest = bytes.subarray(start);
    start += rest.byteLength <= smallBody ? writeSync(file, rest) : (await write(file, rest)).bytesWritten;
  }
}

/** Sets another time of a file. */
export function restamp(path: string, mtimeMs: number, isSynced: boolean): Promise<void> {
  return withFile(path, "r+", isSynced, (file) => setTime(file, mtimeMs));
}

function setTime(file: number, mtimeMs: number): void {
  const seconds = secondsOf(mtimeMs);
  futimesSync(file, seconds, seconds);
}

/** Writes a file of a few bytes: a new one, or with `w` in place of an earlier one. */
export function writeSmall(path: string, text: string, flags: "wx" | "w", isSynced: boolean): Promise<void> {
  return withFile(path, flags, isSynced, (file) => writeAll(file, bytesOf(text)));
}

/** The CRC-32 of an open file of a size, as text; of fewer bytes if it became shorter. */
export async function crc32OfOpen(file: number, size: number): Promise<string> {
  const chunk = new Uint8Array(Math.min(size, chunkBytes));
  let crc = 0;
  for (let position = 0; position < size; ) {
    const length = Math.min(chunk.byteLength, size - position);
    const count = size <= smallBody ? readSync(file, chunk, 0, length, position) : (await read(file, chunk, 0, length, position)).bytesRead;
    if (count === 0) break;
    crc = crc32(chunk.subarray(0, count), crc);
    position += count;
  }
  return crcText(crc);
}

/** Opens a file; undefined if this process may not read it, or has no descriptor left. */
export function openForReading(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}

/** The CRC-32 of a file, read synchronously. */
export function crc32OfFile(path: string): string {
  const file = openSync(path, "r");
  try {
    const chunk = new Uint8Array(chunkBytes);
    let crc = 0;
    for (let position = 0; ; ) {
      const count = readSync(file, chunk, 0, chunk.byteLength, position);
      if (count === 0) return crcText(crc);
      crc = crc32(chunk.subarray(0, count), crc);
      position += count;
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Syncs the folder of a path to the disk, and the folders above it up to the parent of the first folder that was created.
 *
 * @param made the first folder that was created
 */
export async function syncFolders(path: string, made: string = path): Promise<void> {
  const last = dirname(made).length;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      await withFile(folder, "r", true, () => undefined);
    } catch (error) {
      // Windows cannot open folders and syncs them itself. A removed folder needs no sync.
      if (!["EISDIR", "EPERM", "EACCES", "ENOENT"].includes(codeOf(error) ?? "")) throw error;
    }
    if (folder.length <= last) return;
  }
}

async function withFile<Value>(
  path: string,
  flags: string,
  isSynced: boolean,
  work: (file: number) => Value | Promise<Value>,
): Promise<Value> {
  const file = openSync(path, flags);
  return closing(file, isSynced, () => work(file));
}

async function closing<Value>(file: number, isSynced: boolean, work: () => Value | Promise<Value>): Promise<Value> {
  try {
    const value = await work();
    if (isSynced) await fsync(file);
    return value;
  } finally {
    closeSync(file);
  }
}

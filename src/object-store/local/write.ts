import { throwIfAborted } from "../../errors.ts";
import { bytesOf, chunksOf, isAtHand } from "../body.ts";
import type { Call } from "../call.ts";
import type { StreamBody } from "../types.ts";
import { etagOf, stamp } from "./etag.ts";
import { closeSync, fstatSync, fsync, open, openSync, write, writeSync } from "./fs.ts";
import type { Stats } from "./layout.ts";
import { codeOf } from "./system-error.ts";

/** Bytes that are written in place rather than in the thread pool. */
const smallBody = 64 * 1024;

export interface NewFile {
  readonly path: string;
  readonly body: StreamBody;
  /** What it will replace. */
  readonly replaced: Stats | undefined;
  readonly fsync: boolean;
}

/**
 * Writes a new file and gives its etag. What can wait for a disk or for many bytes is asynchronous; a few bytes into a
 * fresh file go to the system's memory, and the way through the thread pool would take longer.
 */
export async function writeNew(file: NewFile, call: Call): Promise<string> {
  const descriptor = openSync(file.path, "wx");
  try {
    if (isAtHand(file.body)) {
      await writeAll(descriptor, bytesOf(file.body));
    } else {
      for await (const chunk of chunksOf(file.body, call)) await writeAll(descriptor, chunk);
    }
    throwIfAborted(call.signal, call);
    stamp(descriptor, file.replaced);
    const stats = fstatSync(descriptor, { bigint: true });
    if (file.fsync) await fsync(descriptor);
    return etagOf(stats);
  } finally {
    closeSync(descriptor);
  }
}

async function writeAll(file: number, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.byteLength; ) {
    const rest = bytes.subarray(start);
    start += rest.byteLength <= smallBody ? writeSync(file, rest) : (await write(file, rest)).bytesWritten;
  }
}

/** Gives a finished file a time after that of what it will replace. */
export async function restamp(path: string, replaced: Stats, isSynced: boolean): Promise<string> {
  const file = openSync(path, "r+");
  try {
    stamp(file, replaced);
    if (isSynced) await fsync(file);
    return etagOf(fstatSync(file, { bigint: true }));
  } finally {
    closeSync(file);
  }
}

/** Writes a file of a few bytes that nobody reads before it is whole. */
export async function writeSmall(path: string, bytes: Uint8Array, isSynced = false): Promise<void> {
  const file = openSync(path, "wx");
  try {
    await writeAll(file, bytes);
    if (isSynced) await fsync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Brings a name to the disk: the folder that holds it, and when folders were made for it, those that hold them.
 *
 * @param made the first folder that was made
 */
export async function syncFolders(path: string, made?: string): Promise<void> {
  const last = made === undefined ? undefined : parentOf(made);
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    await syncFolder(folder);
    if (last === undefined || folder.length <= last.length) return;
  }
}

async function syncFolder(path: string): Promise<void> {
  let folder: number;
  try {
    folder = await open(path, "r");
  } catch (error) {
    // Windows opens no folders, and writes their changes itself. A folder that is gone holds nothing.
    if (["EISDIR", "EPERM", "EACCES", "ENOENT"].includes(codeOf(error) ?? "")) return;
    throw error;
  }
  try {
    await fsync(folder);
  } finally {
    closeSync(folder);
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"), 1));
}

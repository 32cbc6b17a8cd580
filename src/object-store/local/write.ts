import { throwIfAborted } from "../../errors.ts";
import { bytesOf, chunksOf, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import type { StreamBody } from "../types.ts";
import { stamp } from "./etag.ts";
import { closeSync, fsync, openSync, write, writeSync } from "./fs.ts";
import { dirname, type Stats } from "./layout.ts";
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
export function writeNew(file: NewFile, call: Call): Promise<string> {
  return withFile(file.path, "wx", file.fsync, async (descriptor) => {
    if (isBuffered(file.body)) {
      await writeAll(descriptor, bytesOf(file.body));
    } else {
      for await (const chunk of chunksOf(file.body, call)) await writeAll(descriptor, chunk);
    }
    throwIfAborted(call.signal, call);
    return stamp(descriptor, file.replaced);
  });
}

async function writeAll(file: number, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.byteLength; ) {
    const rest = bytes.subarray(start);
    start += rest.byteLength <= smallBody ? writeSync(file, rest) : (await write(file, rest)).bytesWritten;
  }
}

/** Gives a finished file a time after that of what it will replace, and tells its new etag. */
export function restamp(path: string, replaced: Stats, isSynced: boolean): Promise<string> {
  return withFile(path, "r+", isSynced, (file) => stamp(file, replaced));
}

/** Writes a file of a few bytes that nobody reads before it is whole. */
export function writeSmall(path: string, text: string, isSynced = false): Promise<void> {
  return withFile(path, "wx", isSynced, (file) => writeAll(file, bytesOf(text)));
}

/**
 * Brings a name to the disk: the folder that holds it, and when folders were made for it, those that hold them.
 *
 * @param made the first folder that was made
 */
export async function syncFolders(path: string, made: string = path): Promise<void> {
  const last = dirname(made).length;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      await withFile(folder, "r", true, () => undefined);
    } catch (error) {
      // Windows opens no folders, and writes their changes itself. A folder that is gone holds nothing.
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
  try {
    const value = await work(file);
    if (isSynced) await fsync(file);
    return value;
  } finally {
    closeSync(file);
  }
}

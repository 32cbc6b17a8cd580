import { throwIfAborted } from "../../errors.ts";
import { bytesOf, chunksOf, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import type { StreamBody } from "../types.ts";
import { stamp } from "./etag.ts";
import { closeSync, fsync, openSync, write, writeSync } from "./fs.ts";
import { dirname, type Stats } from "./layout.ts";
import { codeOf } from "./system-error.ts";

/** Bodies up to this size are written synchronously rather than in the thread pool. */
const smallBody = 64 * 1024;

/** A file to write. */
export interface NewFile {
  readonly path: string;
  readonly body: StreamBody;
  /** The file that it will replace. */
  readonly replaced: Stats | undefined;
  readonly fsync: boolean;
}

/**
 * Writes a new file and returns its etag. A small body is written synchronously: it goes to the page cache, so the thread
 * pool would be slower.
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

/** Sets a time after that of the file that is to be replaced, and returns the new etag. */
export function restamp(path: string, replaced: Stats, isSynced: boolean): Promise<string> {
  return withFile(path, "r+", isSynced, (file) => stamp(file, replaced));
}

/** Writes a new file of a few bytes. */
export function writeSmall(path: string, text: string, isSynced = false): Promise<void> {
  return withFile(path, "wx", isSynced, (file) => writeAll(file, bytesOf(text)));
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
  try {
    const value = await work(file);
    if (isSynced) await fsync(file);
    return value;
  } finally {
    closeSync(file);
  }
}

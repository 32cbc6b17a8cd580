import { compareUtf8 } from "../../asset/utf8.ts";
import { type Call, perform } from "../call.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { classify, entriesOf, type Folder, holdsFile, ifMissing, isDirectory } from "./folder.ts";
import { listed } from "./read.ts";

/** How many files are opened at once: their etags lie in them. */
const atOnce = 16;

export interface Walk {
  readonly folder: Folder;
  readonly delimiter?: "/" | undefined;
  readonly startAfter?: string | undefined;
  /** How many entries are wanted at most. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

interface Entry {
  /** Ends with a slash for a folder, which sorts its keys where they belong. */
  readonly key: string;
  readonly handle: FileSystemHandle;
}

/** The objects below a folder in UTF-8 order of their keys; with a delimiter, of this folder alone. */
export async function* walk(
  directory: FileSystemDirectoryHandle,
  prefix: string,
  options: Walk,
): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
  const { folder, delimiter, signal } = options;
  const call = { store: folder.store, verb: "list", key: prefix, signal } as const;
  const entries = await perform(call, () => wanted(directory, prefix, options), classify);
  for (let index = 0; index < entries.length; ) {
    const { key, handle } = entries[index] as Entry;
    if (isDirectory(handle)) {
      index++;
      if (delimiter === undefined) yield* walk(handle, key, options);
      else if (await perform(call, () => holdsFile(handle), classify)) yield { prefix: key };
      continue;
    }
    const files = filesFrom(entries, index, Math.min(atOnce, options.limit));
    index += files.length;
    for (const meta of await perform(call, () => metasOf(files, folder), classify)) if (meta) yield meta;
  }
}

async function wanted(directory: FileSystemDirectoryHandle, prefix: string, { delimiter, startAfter }: Walk): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const [segment, handle] of entriesOf(directory)) {
    const key = prefix + segment + (isDirectory(handle) ? "/" : "");
    const isPassed = startAfter !== undefined && compareUtf8(key, startAfter) <= 0;
    // All keys of a folder start with its own; only if the place to start after does too, some may come later.
    if (isPassed && !(isDirectory(handle) && delimiter === undefined && startAfter.startsWith(key))) continue;
    entries.push({ key, handle });
  }
  return entries.sort((left, right) => compareUtf8(left.key, right.key));
}

function filesFrom(entries: readonly Entry[], start: number, most: number): readonly Entry[] {
  let end = start + 1;
  while (end < Math.min(entries.length, start + most) && !isDirectory((entries[end] as Entry).handle)) end++;
  return entries.slice(start, end);
}

/** Undefined for those that were deleted meanwhile. */
function metasOf(files: readonly Entry[], folder: Folder): Promise<(ObjectMeta | undefined)[]> {
  return Promise.all(files.map(({ key }) => listed(folder, key).catch(ifMissing)));
}

/** The folder that a list begins at, undefined when there is none. */
export async function begin(folder: Folder, prefix: string, call: Call): Promise<FileSystemDirectoryHandle | undefined> {
  return perform(call, () => folder.directory(prefix.split("/").slice(0, -1)).catch(ifMissing), classify);
}

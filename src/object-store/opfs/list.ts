import { compareUtf8 } from "../../encoding/utf8.ts";
import { perform } from "../call.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { classify, type Folder, holdsFile, segmentsIn } from "./folder.ts";
import { ifMissing, type ObjectLocation } from "./object-file.ts";
import { listed } from "./read.ts";

/** How many files are opened at once to read their etags. */
const concurrency = 16;

/** What a list needs. */
export interface ListRequest {
  readonly folder: Folder;
  readonly delimiter?: "/" | undefined;
  readonly startAfter?: string | undefined;
  /** Largest number of entries that the caller takes. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

interface Entry {
  /** Ends with a slash for a folder, so that the folder sorts like the keys in it. */
  readonly key: string;
  readonly directory: FileSystemDirectoryHandle | undefined;
}

/** Lists the objects below a prefix in UTF-8 order of their keys; with a delimiter, those directly below it and the common prefixes. */
export async function* listEntries(prefix: string, options: ListRequest): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
  const { folder, signal } = options;
  const call = { store: folder.store, verb: "list", key: prefix, signal } as const;
  const find = async (): Promise<{ directory: FileSystemDirectoryHandle; entries: readonly Entry[] } | undefined> => {
    const directory = await folder.directory(prefix.split("/").slice(0, -1)).catch(ifMissing);
    return directory && { directory, entries: await entriesOf(directory, prefix, options) };
  };
  // Without the lock, an object that is being replaced might appear under neither of its two names.
  const found = await perform(call, () => folder.locked("shared", find), classify);
  if (found === undefined) return;
  const { directory, entries } = found;
  for (let index = 0; index < entries.length; ) {
    const entry = entries[index] as Entry;
    if (entry.directory) {
      index++;
      if (options.delimiter) yield { prefix: entry.key };
      else yield* listEntries(entry.key, options);
      continue;
    }
    const files = filesFrom(entries, index, Math.min(concurrency, options.limit));
    index += files.length;
    for (const meta of await perform(call, () => metasOf(files, directory, folder), classify)) if (meta) yield meta;
  }
}

async function entriesOf(
  directory: FileSystemDirectoryHandle,
  prefix: string,
  { delimiter, startAfter }: ListRequest,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const [segment, below] of await segmentsIn(directory)) {
    const key = prefix + segment;
    const isPassed = startAfter !== undefined && compareUtf8(key, startAfter) <= 0;
    // All keys below a folder start with its key. Some of them sort after `startAfter` only if `startAfter` starts with it too.
    if (isPassed && !(below && delimiter === undefined && startAfter.startsWith(key))) continue;
    if (below && delimiter && !(await holdsFile(below))) continue;
    entries.push({ key, directory: below });
  }
  return entries.sort((left, right) => compareUtf8(left.key, right.key));
}

function filesFrom(entries: readonly Entry[], start: number, most: number): readonly Entry[] {
  let end = start + 1;
  while (end < Math.min(entries.length, start + most) && entries[end]?.directory === undefined) end++;
  return entries.slice(start, end);
}

/** The metadata of some files; undefined for those that were deleted meanwhile. */
function metasOf(files: readonly Entry[], directory: FileSystemDirectoryHandle, folder: Folder): Promise<(ObjectMeta | undefined)[]> {
  const find = (key: string): ObjectLocation => ({ directory, name: key.slice(key.lastIndexOf("/") + 1) });
  return Promise.all(files.map(({ key }) => listed(() => find(key), folder, key).catch(ifMissing)));
}

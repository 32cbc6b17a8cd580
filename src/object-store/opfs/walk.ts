import { compareUtf8 } from "../../encoding/utf8.ts";
import { perform } from "../call.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { classify, type Folder, holdsFile, segmentsIn } from "./folder.ts";
import { ifMissing } from "./names.ts";
import { listed } from "./read.ts";
import type { Place } from "./slots.ts";

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
  readonly directory: FileSystemDirectoryHandle | undefined;
}

/** The objects below a prefix in UTF-8 order of their keys; with a delimiter, one level of them. */
export async function* walk(prefix: string, options: Walk): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
  const { folder, signal } = options;
  const call = { store: folder.store, verb: "list", key: prefix, signal } as const;
  const find = async (): Promise<{ directory: FileSystemDirectoryHandle; entries: readonly Entry[] } | undefined> => {
    const directory = await folder.directory(prefix.split("/").slice(0, -1)).catch(ifMissing);
    return directory && { directory, entries: await entriesOf(directory, prefix, options) };
  };
  // An object that is replaced meanwhile might show itself under neither of its names.
  const found = await perform(call, () => folder.locked("shared", find), classify);
  if (found === undefined) return;
  const { directory, entries } = found;
  for (let index = 0; index < entries.length; ) {
    const entry = entries[index] as Entry;
    if (entry.directory) {
      index++;
      if (options.delimiter) yield { prefix: entry.key };
      else yield* walk(entry.key, options);
      continue;
    }
    const files = filesFrom(entries, index, Math.min(atOnce, options.limit));
    index += files.length;
    for (const meta of await perform(call, () => metasOf(files, directory, folder), classify)) if (meta) yield meta;
  }
}

async function entriesOf(directory: FileSystemDirectoryHandle, prefix: string, { delimiter, startAfter }: Walk): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const [segment, below] of await segmentsIn(directory)) {
    const key = prefix + segment;
    const isPassed = startAfter !== undefined && compareUtf8(key, startAfter) <= 0;
    // All keys of a folder start with its own; only if the place to start after does too, some may come later.
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

/** Undefined for those that were deleted meanwhile. */
function metasOf(files: readonly Entry[], directory: FileSystemDirectoryHandle, folder: Folder): Promise<(ObjectMeta | undefined)[]> {
  const find = (key: string): Place => ({ directory, name: key.slice(key.lastIndexOf("/") + 1) });
  return Promise.all(files.map(({ key }) => listed(() => find(key), folder, key).catch(ifMissing)));
}

import { compareUtf8 } from "../../asset/utf8.ts";
import { perform } from "../call.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { metaOf } from "./etag.ts";
import { lstat, readdir } from "./fs.ts";
import { fromFileNames, isPiece } from "./names.ts";
import { classify, ifThere } from "./system-error.ts";

export interface Walk {
  readonly store: string;
  readonly delimiter?: "/" | undefined;
  readonly startAfter?: string | undefined;
  readonly signal: AbortSignal | undefined;
}

interface Entry {
  /** Ends with a slash for a folder, which sorts its keys where they belong. */
  readonly key: string;
  readonly path: string;
}

/** The objects below a folder in UTF-8 order of their keys; with a delimiter, of this folder alone. */
export async function* walk(folder: string, prefix: string, options: Walk): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
  const { store, delimiter, startAfter, signal } = options;
  const entries = await perform({ store, verb: "list", key: prefix, signal }, () => entriesOf(folder, prefix), classify);
  for (const { key, path } of entries.sort((left, right) => compareUtf8(left.key, right.key))) {
    const isFolder = key.endsWith("/");
    const isPassed = startAfter !== undefined && compareUtf8(key, startAfter) <= 0;
    // All keys of a folder start with its own; only if the place to start after does too, some may come later.
    if (isPassed && !(isFolder && delimiter === undefined && startAfter.startsWith(key))) continue;
    if (!isFolder) {
      const call = { store, verb: "list", key, signal } as const;
      const stats = await perform(call, () => ifThere(() => lstat(path, { bigint: true })), classify);
      if (stats?.isFile()) yield metaOf(key, stats);
    } else if (delimiter === undefined) {
      yield* walk(path, key, options);
    } else if (await holdsObject(path, key, { store, signal })) {
      yield { prefix: key };
    }
  }
}

async function holdsObject(folder: string, prefix: string, options: Walk): Promise<boolean> {
  for await (const _ of walk(folder, prefix, options)) return true;
  return false;
}

/** What lies in a folder under names of keys, with long names put together. Links are left out: they may lead anywhere. */
async function entriesOf(folder: string, prefix: string, pieces: readonly string[] = []): Promise<Entry[]> {
  const found = (await ifThere(() => readdir(folder, { withFileTypes: true }))) ?? [];
  const entries: Entry[] = [];
  for (const entry of found) {
    const path = `${folder}/${entry.name}`;
    const names = [...pieces, entry.name];
    if (entry.isDirectory() && isPiece(entry.name)) {
      entries.push(...(await entriesOf(path, prefix, names)));
    } else if (entry.isFile() || entry.isDirectory()) {
      const segment = fromFileNames(names);
      if (segment !== undefined) entries.push({ key: prefix + segment + (entry.isDirectory() ? "/" : ""), path });
    }
  }
  return entries;
}

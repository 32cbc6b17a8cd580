import { compareUtf8 } from "../../encoding/utf8.ts";
import { throwIfAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { metaOf } from "./etag.ts";
import { fromFileNames, isPiece } from "./file-names.ts";
import { lstat, readdir } from "./fs.ts";
import { whenMissing } from "./system-error.ts";

/** What a list of one folder needs. */
export interface ListRequest {
  readonly delimiter: "/" | undefined;
  readonly startAfter: string | undefined;
  readonly call: Call;
}

interface Entry {
  /** Ends with a slash for a folder, so that the folder sorts like the keys in it. */
  readonly key: string;
  readonly path: string;
}

/** Lists the objects below a folder in UTF-8 order of their keys; with a delimiter, those directly in it and its folders. */
export async function* listEntries(
  folder: string,
  prefix: string,
  options: ListRequest,
): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
  const { delimiter, startAfter, call } = options;
  const entries = await entriesOf(folder, prefix);
  for (const { key, path } of entries.sort((left, right) => compareUtf8(left.key, right.key))) {
    throwIfAborted(call.signal, call);
    const isFolder = key.endsWith("/");
    const isPassed = startAfter !== undefined && compareUtf8(key, startAfter) <= 0;
    // All keys below a folder start with its key. Some of them sort after `startAfter` only if `startAfter` starts with it too.
    if (isPassed && !(isFolder && delimiter === undefined && startAfter.startsWith(key))) continue;
    if (!isFolder) {
      const stats = await lstat(path, { bigint: true }).catch(whenMissing);
      if (stats?.isFile()) yield metaOf(key, stats);
    } else if (delimiter === undefined) {
      yield* listEntries(path, key, options);
    } else {
      for await (const _ of listEntries(path, key, { delimiter: undefined, startAfter: undefined, call })) {
        yield { prefix: key };
        break;
      }
    }
  }
}

/** The objects and folders in a folder, with the pieces of long names joined. Skips symbolic links, which may lead anywhere. */
async function entriesOf(folder: string, prefix: string, pieces: readonly string[] = []): Promise<Entry[]> {
  const found = (await readdir(folder, { withFileTypes: true }).catch(whenMissing)) ?? [];
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

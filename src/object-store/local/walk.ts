import { compareUtf8 } from "../../encoding/utf8.ts";
import { throwIfAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { metaOf } from "./etag.ts";
import { lstat, readdir } from "./fs.ts";
import { fromFileNames, isPiece } from "./names.ts";
import { whenMissing } from "./system-error.ts";

export interface Walk {
  readonly delimiter: "/" | undefined;
  readonly startAfter: string | undefined;
  readonly call: Call;
}

interface Entry {
  /** Ends with a slash for a folder, which sorts its keys where they belong. */
  readonly key: string;
  readonly path: string;
}

/** The objects below a folder in UTF-8 order of their keys; with a delimiter, of this folder alone. */
export async function* walk(folder: string, prefix: string, options: Walk): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
  const { delimiter, startAfter, call } = options;
  const entries = await entriesOf(folder, prefix);
  for (const { key, path } of entries.sort((left, right) => compareUtf8(left.key, right.key))) {
    throwIfAborted(call.signal, call);
    const isFolder = key.endsWith("/");
    const isPassed = startAfter !== undefined && compareUtf8(key, startAfter) <= 0;
    // All keys of a folder start with its own; only if the place to start after does too, some may come later.
    if (isPassed && !(isFolder && delimiter === undefined && startAfter.startsWith(key))) continue;
    if (!isFolder) {
      const stats = await lstat(path, { bigint: true }).catch(whenMissing);
      if (stats?.isFile()) yield metaOf(key, stats);
    } else if (delimiter === undefined) {
      yield* walk(path, key, options);
    } else {
      for await (const _ of walk(path, key, { delimiter: undefined, startAfter: undefined, call })) {
        yield { prefix: key };
        break;
      }
    }
  }
}

/** What lies in a folder under names of keys, with long names put together. Links are left out: they may lead anywhere. */
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

import { compareUtf8 } from "../../encoding/utf8.ts";
import { isEdgewaterError, throwIfAborted } from "../../errors.ts";
import type { Call } from "../call.ts";
import { isKey } from "../path.ts";
import type { CommonPrefix, ObjectMeta } from "../types.ts";
import { isPiece } from "./file-names.ts";
import { type FileStats, statsOf } from "./file-stats.ts";
import { readdir } from "./fs.ts";
import { type Layout, recordEnding } from "./layout.ts";
import type { Lookup } from "./lookup.ts";
import { isYoung, plainEtag } from "./stamp.ts";
import { whenMissing } from "./system-error.ts";
import { parseTemporaryName } from "./temporary-name.ts";

/** Other work of the process gets a turn after so many objects. */
const objectsPerTurn = 500;

/** What a list needs. */
export interface ListRequest {
  readonly delimiter: "/" | undefined;
  readonly startAfter: string | undefined;
  readonly call: Call;
}

interface Entry {
  /** Ends with a slash for a folder, so that the folder sorts like the keys in it. */
  readonly key: string;
  readonly path: string;
  /** Whether it has a record, or may have attributes of version 0.1. */
  readonly mayHaveAttributes: boolean;
}

/** One run of a list. */
export class Listing {
  readonly #layout: Layout;
  readonly #lookup: Lookup;
  readonly #request: ListRequest;
  readonly #startMs = Date.now();
  /** The hashes of the keys whose record may not be in its place yet. */
  readonly #pending: ReadonlySet<string | undefined>;
  #objects = 0;

  constructor(layout: Layout, lookup: Lookup, request: ListRequest) {
    this.#layout = layout;
    this.#lookup = lookup;
    this.#request = request;
    const names = layout.temporaryNames().map(parseTemporaryName);
    this.#pending = new Set(names.filter((name) => name?.kind === "record claim").map((name) => name?.hash));
  }

  /** Lists the objects below a folder in UTF-8 order of their keys; with a delimiter, those directly in it and its folders. */
  entries(folder: string, prefix: string): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const { delimiter, startAfter } = this.#request;
    return this.#list(folder, prefix, delimiter, startAfter);
  }

  async *#list(
    folder: string,
    prefix: string,
    delimiter: "/" | undefined,
    startAfter: string | undefined,
  ): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
    const { call } = this.#request;
    const entries = await this.#entriesOf(folder, prefix);
    for (const entry of entries.sort((left, right) => compareUtf8(left.key, right.key))) {
      throwIfAborted(call.signal, call);
      const { key, path } = entry;
      const isFolder = key.endsWith("/");
      const isPassed = startAfter !== undefined && compareUtf8(key, startAfter) <= 0;
      // All keys below a folder start with its key. Some of them sort after `startAfter` only if `startAfter` starts with it too.
      if (isPassed && !(isFolder && delimiter === undefined && startAfter.startsWith(key))) continue;
      if (!isFolder) {
        if (++this.#objects % objectsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
        const meta = this.#metaOf(entry);
        if (meta !== undefined) yield meta;
      } else if (delimiter === undefined) {
        yield* this.#list(path, key, undefined, startAfter);
      } else {
        for await (const _ of this.#list(path, key, undefined, undefined)) {
          yield { prefix: key };
          break;
        }
      }
    }
  }

  /** The objects and folders in a folder, with the pieces of long names joined. Skips symbolic links, which may lead anywhere. */
  async #entriesOf(folder: string, prefix: string, pieces: readonly string[] = []): Promise<Entry[]> {
    const found = (await readdir(folder, { withFileTypes: true }).catch(whenMissing)) ?? [];
    const records = this.#layout.recordsOf(folder);
    const hasRecords = this.#layout.ownStats(records)?.isFolder === true;
    const recordNames = new Set(hasRecords ? await readdir(records).catch(whenMissing) : undefined);
    const entries: Entry[] = [];
    for (const entry of found) {
      const path = `${folder}/${entry.name}`;
      const names = [...pieces, entry.name];
      if (entry.isDirectory() && isPiece(entry.name)) {
        entries.push(...(await this.#entriesOf(path, prefix, names)));
      } else if (entry.isFile() || entry.isDirectory()) {
        const segment = this.#layout.segmentOf(names);
        if (segment === undefined) continue;
        const mayHaveAttributes = recordNames.has(entry.name + recordEnding) || recordNames.has(entry.name);
        entries.push({ key: prefix + segment + (entry.isDirectory() ? "/" : ""), path, mayHaveAttributes });
      }
    }
    return entries;
  }

  #metaOf({ key, path, mayHaveAttributes }: Entry): ObjectMeta | undefined {
    const stats = statsOf(path);
    if (!stats?.isFile) return undefined;
    // What was written just now, or whose writer died, may have its record elsewhere.
    const mayBeRecorded = mayHaveAttributes || isYoung(stats, this.#startMs) || this.#pending.has(this.#layout.hashOf(key));
    // A name that is not a key has no record; the store leaves it out.
    if (!mayBeRecorded || !isKey(key)) return metaOf(key, stats, plainEtag(stats));
    try {
      const found = this.#lookup.find(key);
      return metaOf(key, found.stats, found.etag);
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) return undefined;
      throw error;
    }
  }
}

/** The metadata of an object without its attributes. */
export function metaOf(key: string, { size, mtimeMs }: FileStats, etag: string): ObjectMeta {
  return { key, size, etag, lastModified: new Date(mtimeMs) };
}

import { failed, notFound } from "../call.ts";
import type { Attributes } from "../types.ts";
import { type FileStats, isSameFile, statsOf } from "./file-stats.ts";
import { dirname, type Layout } from "./layout.ts";
import { readOldAttributes } from "./old-attributes.ts";
import { isRecord, type ObjectRecord, readRecord } from "./record.ts";
import { fits, fitsExactly, plainEtag } from "./stamp.ts";
import { bytesNamesOf } from "./temporary-name.ts";

/** What the store knows about the file of an object without reading its bytes. */
export interface Identity {
  readonly etag: string;
  readonly attributes: Attributes;
  /** The record of the key. The file may have been copied or changed since it was written; see `isWritten`. */
  readonly record: ObjectRecord | undefined;
  /** Whether the file is the one that was written with these attributes, as its size and time show. */
  readonly isWritten: boolean;
  /** The path of the record, if it cannot be read. */
  readonly damagedRecord: string | undefined;
}

/** An object that was found, and its identity. */
export interface FoundObject extends Identity {
  readonly path: string;
  readonly stats: FileStats;
}

/** What is kept beside an object. */
export interface Beside {
  /** Whether the folder of the record is there. */
  readonly hasFolder: boolean;
  readonly hasRecord: boolean;
  /** Whether the key may have attributes of version 0.1. */
  readonly hasOldAttributes: boolean;
}

/** Finds objects together with their records. The file and the record are two files, so a writer may come in between. */
export class Lookup {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** @throws `NotFound`, and the errors of {@link Layout.locate} */
  find(key: string): FoundObject {
    while (true) {
      const { path, stats } = this.#layout.locate(key);
      if (!stats?.isFile) throw notFound(this.#layout.store, key);
      const identity = this.identify(key, stats);
      if (identity !== undefined) return { path, stats, ...identity };
    }
  }

  /** The etag of an object; undefined if there is none. */
  etagOf(key: string): string | undefined {
    return this.#layout.locate(key).stats?.isFile ? this.find(key).etag : undefined;
  }

  /** What a key has besides its object. A record counts whether it fits the object or not. */
  beside(key: string): Beside {
    const record = this.#layout.recordOf(key);
    const folder = dirname(record);
    if (!this.#layout.hasOwnFolder(folder)) return { hasFolder: false, hasRecord: false, hasOldAttributes: false };
    const hasRecord = this.#layout.ownStatsIn(folder, record) !== undefined;
    const hasOldAttributes = this.#layout.ownStatsIn(folder, this.#layout.oldAttributesOf(key))?.isFolder === true;
    return { hasFolder: true, hasRecord, hasOldAttributes };
  }

  /** The record of a key, whether it fits the object or not; undefined if there is none or it is damaged. */
  recordOf(key: string): ObjectRecord | undefined {
    const content = this.#read(key);
    return isRecord(content) ? content : undefined;
  }

  /** The identity of a file that was found at a key; undefined if another write has replaced it or moved its record since. */
  identify(key: string, stats: FileStats): Identity | undefined {
    const first = this.#read(key);
    if (isRecord(first) && fitsExactly(stats, first)) return identityOf(stats, first, true);
    const ownRecord = isRecord(first) && fits(stats, first) ? first : this.#pending(key, stats);
    const old = ownRecord ? undefined : readOldAttributes(this.#layout, key, stats);
    if (!isSameFile(this.#layout.locate(key).stats, stats)) return undefined;
    if (ownRecord) return identityOf(stats, ownRecord, true);
    // A record that was in the temporary folder may have come to its place between the two looks.
    const second = this.#read(key);
    if (isRecord(second) && (!isRecord(first) || first.etag !== second.etag)) return undefined;
    if (old) return { ...identityOf(stats, undefined, true), etag: `"${old.etag}"`, attributes: old };
    const damagedRecord = second === "damaged" ? this.#layout.recordOf(key) : undefined;
    return { ...identityOf(stats, isRecord(second) ? second : undefined, false), damagedRecord };
  }

  /** @throws `Integrity` if the record of the object cannot be read */
  requireRecord(key: string, { damagedRecord }: Identity): void {
    if (damagedRecord === undefined) return;
    const reason = `its record ${JSON.stringify(damagedRecord)} is damaged; write the object again, or take it as it is with accept()`;
    throw failed({ store: this.#layout.store, verb: "read", key, signal: undefined }, "Integrity", reason);
  }

  #read(key: string): ReturnType<typeof readRecord> {
    const path = this.#layout.recordOf(key);
    return this.#layout.ownStats(path)?.isFile ? readRecord(path, { store: this.#layout.store, key }) : undefined;
  }

  /**
   * A record whose object was published, but which is not in its place yet: for some microseconds, or because its writer
   * died. While the bytes of a claim are in the temporary folder too, it is that of a write to come.
   */
  #pending(key: string, stats: FileStats): ObjectRecord | undefined {
    const { temporary, store } = this.#layout;
    const start = `k.${this.#layout.hashOf(key)}.`;
    for (const name of this.#layout.temporaryNames()) {
      if (!name.startsWith(start)) continue;
      const content = readRecord(`${temporary}/${name}`, { store, key });
      if (!isRecord(content) || content.key !== key || !fits(stats, content)) continue;
      if (!bytesNamesOf(name).some((bytes) => statsOf(`${temporary}/${bytes}`) !== undefined)) return content;
    }
    return undefined;
  }
}

function identityOf(stats: FileStats, record: ObjectRecord | undefined, isWritten: boolean): Identity {
  const etag = record && isWritten ? `"${record.etag}"` : plainEtag(stats);
  return { etag, attributes: record ?? {}, record, isWritten, damagedRecord: undefined };
}

import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { shortHash } from "../../encoding/hash.ts";
import { EdgewaterError } from "../../errors.ts";
import { checkKey } from "../path.ts";
import { fromFileNames, toFileNames } from "./file-names.ts";
import { type FileStats, statsOf } from "./file-stats.ts";
import { mkdirSync, readdirSync, realpathSync, rmdirSync } from "./fs.ts";
import { fromPlainNames, otherNames, toPlainNames } from "./plain-names.ts";
import { codeOf, ifThereSync, whenMissing } from "./system-error.ts";

export { dirname };

export const isWindows: boolean = sep === "\\";

/** How segments of keys become file names: escaped, so that every disk tells them apart, or as they are. */
export type NameForm = "escaped" | "plain";

/** The path of an object and the file that is there. */
export interface LocatedFile {
  readonly path: string;
  /** Undefined if there is no file. */
  readonly stats: FileStats | undefined;
}

/** What the file name of a record ends with. No file name of a key contains `~.`. */
export const recordEnding: string = "~.json";

/**
 * The paths below the root. Objects have the escaped names of their keys. Beside them, with names that no key has, are:
 *
 * | path | what it is |
 * |-|-|
 * | `.meta~/<names of the key>~.json` | the record of an object with attributes |
 * | `.tmp~/t.<id>` | bytes that are written, and that nobody waits for |
 * | `.tmp~/d.<hash>.<id>` | the claim of a put without a record, and its bytes |
 * | `.tmp~/k.<hash>.<id>` | the claim of any other write, and the new record |
 * | `.tmp~/p.<id>` | a record that was just replaced, or an empty file that was made to read the clock of the disk |
 */
export class Layout {
  readonly root: string;
  readonly store: string;
  readonly temporary: string;
  readonly #records: string;
  readonly #form: NameForm;
  /** Whether the disk is known to tell names apart that differ in case only. */
  #keepsCase = false;
  /** The last key and the names of its file, because every call needs several paths of one key. */
  #last: { readonly key: string; readonly names: string } | undefined;

  constructor(root: string | URL, form: NameForm = "escaped") {
    this.#form = form;
    this.root = resolve(root instanceof URL ? fileURLToPath(root) : root);
    this.store = `LocalStore(${this.root})`;
    this.temporary = join(this.root, ".tmp~");
    this.#records = join(this.root, ".meta~");
  }

  /** @throws `InvalidPath` */
  pathOf(key: string): string {
    return this.#below(this.root, key);
  }

  /** The segment of a key with these file names; undefined if no segment has them. */
  segmentOf(names: readonly string[]): string | undefined {
    return this.#form === "plain" ? fromPlainNames(names, { store: this.store, isWindows }) : fromFileNames(names);
  }

  /** The record of an object. */
  recordOf(key: string): string {
    return this.#below(this.#records, key) + recordEnding;
  }

  /** The folder in which version 0.1 kept the attributes of an object. */
  oldAttributesOf(key: string): string {
    return this.#below(this.#records, key);
  }

  /** The folder of the records of a folder of objects. */
  recordsOf(folder: string): string {
    return this.#records + folder.slice(this.root.length);
  }

  /** The hash in the names of the claims of a key. Two keys with the same hash wait for each other. */
  hashOf(key: string): string {
    return shortHash(key);
  }

  /** The names in the temporary folder. */
  temporaryNames(): string[] {
    if (this.ownStats(this.temporary) === undefined) return [];
    return ifThereSync(() => readdirSync(this.temporary)) ?? [];
  }

  /**
   * Finds an object, and follows symbolic links only if they stay below the root, which may be a link itself.
   *
   * @throws `InvalidPath`; `PermissionDenied` for a link that leads out of the root; `NotSupported` for a plain name that the disk takes
   * for another one
   */
  locate(key: string): LocatedFile {
    const path = this.pathOf(key);
    if (this.#form === "plain") this.#checkCase(path, key);
    return { path, stats: this.#walk(path, key, false) };
  }

  /**
   * The stats of a file or folder that the store itself keeps, below `.meta~` or `.tmp~`.
   *
   * @throws `PermissionDenied` for a link that leads out of the root; `Integrity` for a file in place of a folder
   */
  ownStats(path: string): FileStats | undefined {
    return this.#walk(path, undefined, true);
  }

  /**
   * Returns whether a folder that the store itself keeps is there.
   *
   * @throws as {@link ownStats}
   */
  hasOwnFolder(folder: string): boolean {
    const stats = this.ownStats(folder);
    if (stats !== undefined && !stats.isFolder) throw this.#notFolder(folder);
    return stats !== undefined;
  }

  /** As {@link ownStats}, for a path in a folder that is known to be there. */
  ownStatsIn(folder: string, path: string): FileStats | undefined {
    return this.#walk(path, undefined, true, folder.length);
  }

  /** Removes empty folders: they are no objects, and would block a key of the same name. */
  removeEmptyFolders(folder: string): void {
    for (let path = folder; path.length > this.root.length; path = dirname(path)) {
      try {
        rmdirSync(path);
      } catch (error) {
        // A process that was killed may have removed a folder, and not the one above it.
        if (codeOf(error) !== "ENOENT") return;
      }
    }
  }

  /** Removes the folders of an object and of its record that are empty. */
  removeEmptyFoldersOf(key: string): void {
    this.removeEmptyFolders(dirname(this.pathOf(key)));
    this.removeEmptyFolders(dirname(this.recordOf(key)));
  }

  #walk(path: string, key: string | undefined, isOwn: boolean, start: number = this.root.length): FileStats | undefined {
    let stats: FileStats | undefined;
    for (let end = start; end !== -1; ) {
      const next = path.indexOf(sep, end + 1);
      const part = next === -1 ? path : path.slice(0, next);
      end = next;
      stats = statsOf(part);
      if (stats === undefined) return undefined;
      if (stats.isLink) return this.#follow(key, path);
      const mustBeFolder = isOwn && (next !== -1 || path === this.temporary);
      if (mustBeFolder && !stats.isFolder) throw this.#notFolder(part);
    }
    return stats;
  }

  #below(folder: string, key: string): string {
    if (this.#last?.key !== key) {
      checkKey(this.store, key);
      const toNames = this.#form === "plain" ? (segment: string) => toPlainNames(segment, { store: this.store, isWindows }) : toFileNames;
      this.#last = { key, names: key.split("/").flatMap(toNames).join(sep) };
    }
    return (folder.endsWith(sep) ? folder : folder + sep) + this.#last.names;
  }

  #follow(key: string | undefined, path: string): FileStats | undefined {
    const root = realpathSync(this.root);
    // A missing file will be created in the deepest folder that exists.
    for (let part = path; ; part = dirname(part)) {
      const real = ifThereSync(() => realpathSync(part));
      if (real === undefined && statsOf(part) === undefined) continue;
      if (real !== undefined && (real + sep).startsWith(root + sep)) return part === path ? statsOf(real) : undefined;
      const what = JSON.stringify(key ?? path.slice(this.root.length + 1));
      const message = `Cannot access ${what} in ${this.store}: a symbolic link leads out of the folder; remove the link`;
      throw new EdgewaterError("PermissionDenied", message, { store: this.store, key });
    }
  }

  /** Refuses a key whose file, or whose folder, is that of another key on a disk that ignores case. */
  #checkCase(path: string, key: string): void {
    this.#keepsCase ||= statsOf(this.temporary) !== undefined && statsOf(join(this.root, ".TMP~")) === undefined;
    if (this.#keepsCase) return;
    for (let part = path; part.length > this.root.length; part = dirname(part)) {
      const real = ifThereSync(() => realpathSync.native(part));
      if (real === undefined) continue;
      const other = otherNames(part.slice(this.root.length + 1).split(sep), real.split(sep));
      if (other === undefined) return;
      const message = `Cannot access ${JSON.stringify(key)} in ${this.store}: the disk takes its name for that of ${JSON.stringify(other.join("/"))}; rename one of them, or use a store with names: "escaped"`;
      throw new EdgewaterError("NotSupported", message, { store: this.store, key });
    }
  }

  #notFolder(path: string): EdgewaterError {
    const message = `Cannot use ${this.store}: ${JSON.stringify(path)} is a file, but the store keeps a folder there; remove the file`;
    return new EdgewaterError("Integrity", message, { store: this.store });
  }
}

/**
 * Runs an action and creates the folder of its path only if it is missing. Repeats this, because another writer may
 * remove the empty folder at any time. Returns the first folder that was created, if any.
 */
export async function withFolder(path: string, action: () => unknown): Promise<string | undefined> {
  let made: string | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      await action();
      return made;
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || attempt === 1000) throw error;
    }
    made = makeFolder(dirname(path)) ?? made;
  }
}

/** Creates a folder and those above it. Returns the first that was created; undefined if another writer removed one meanwhile. */
export function makeFolder(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch (error) {
    return whenMissing(error);
  }
}

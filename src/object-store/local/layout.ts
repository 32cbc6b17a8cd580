import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { shortHash } from "../../encoding/hash.ts";
import { EdgewaterError } from "../../errors.ts";
import { checkKey } from "../path.ts";
import { toFileNames } from "./file-names.ts";
import { lstatSync, mkdir, realpathSync, rmdir } from "./fs.ts";
import { codeOf, ifThereSync, whenMissing } from "./system-error.ts";

export { dirname };

/** What the file system reports about a file. */
export interface Stats {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly mtimeMs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** The path of an object and the file that is there. */
export interface LocatedFile {
  readonly path: string;
  /** Undefined if there is no file. */
  readonly stats: Stats | undefined;
}

/**
 * The paths below the root. Objects have the escaped names of their keys. Beside them, with names that no key has, are
 * `.tmp~` for temporary files and locks and `.meta~` for attributes.
 */
export class Layout {
  readonly root: string;
  readonly store: string;
  readonly temporary: string;

  constructor(root: string | URL) {
    this.root = resolve(root instanceof URL ? fileURLToPath(root) : root);
    this.store = `LocalStore(${this.root})`;
    this.temporary = join(this.root, ".tmp~");
  }

  /** @throws `InvalidPath` */
  pathOf(key: string): string {
    return this.#below(this.root, key);
  }

  /**
   * The folder of an object's attributes.
   *
   * @throws `InvalidPath`
   */
  attributesOf(key: string): string {
    return this.#below(join(this.root, ".meta~"), key);
  }

  /** The lock folder of a key. Two keys with the same hash share it, so one may wait for the other. */
  locksOf(key: string): string {
    return join(this.temporary, `lock.${shortHash(key)}`);
  }

  /** What the names of the temporary files that announce a write of a key start with. */
  announcementOf(key: string): string {
    return `put.${shortHash(key)}`;
  }

  /**
   * Finds an object, and follows symbolic links only if they stay below the root, which may be a link itself. It is
   * synchronous: the system has the names in memory, so the thread pool would be slower.
   *
   * @throws `InvalidPath`; `PermissionDenied` for a link that leads out of the root
   */
  locate(key: string): LocatedFile {
    const path = this.pathOf(key);
    let stats: Stats | undefined;
    for (let end = this.root.length; end !== -1; ) {
      const next = path.indexOf(sep, end + 1);
      const part = next === -1 ? path : path.slice(0, next);
      end = next;
      stats = statsOf(part);
      if (stats === undefined) break;
      if (stats.isSymbolicLink()) return { path, stats: this.#follow(key, path) };
    }
    return { path, stats };
  }

  #below(folder: string, key: string): string {
    checkKey(this.store, key);
    return join(folder, ...key.split("/").flatMap(toFileNames));
  }

  #follow(key: string, path: string): Stats | undefined {
    const root = realpathSync(this.root);
    // A missing file will be created in the deepest folder that exists.
    for (let part = path; ; part = dirname(part)) {
      const real = ifThereSync(() => realpathSync(part));
      if (real === undefined && statsOf(part) === undefined) continue;
      if (real !== undefined && (real + sep).startsWith(root + sep)) return part === path ? statsOf(real) : undefined;
      const message = `Cannot access ${JSON.stringify(key)} in ${this.store}: a symbolic link leads out of the folder`;
      throw new EdgewaterError("PermissionDenied", message, { store: this.store, key });
    }
  }

  /** Removes empty folders: they are no objects, and would block a key of the same name. */
  async removeEmptyFolders(folder: string): Promise<void> {
    for (let path = folder; path.length > this.root.length; path = dirname(path)) {
      try {
        await rmdir(path);
      } catch {
        return; // not empty, or another writer removed it
      }
    }
  }
}

/** The file at a path; undefined if there is none. Does not follow a link. */
export function statsOf(path: string): Stats | undefined {
  return ifThereSync(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
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
    made = (await mkdir(dirname(path), { recursive: true }).catch(whenMissing)) ?? made;
  }
}

import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { shortHash } from "../../encoding/hash.ts";
import { objectError } from "../call.ts";
import { checkKey } from "../path.ts";
import { lstatSync, mkdir, realpathSync, rmdir } from "./fs.ts";
import { toFileNames } from "./names.ts";
import { codeOf, ifThereSync, whenMissing } from "./system-error.ts";

export { dirname };

/** What a file system knows of a file. */
export interface Stats {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly mtimeMs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** Where an object lies, and what is there. */
export interface Place {
  readonly path: string;
  /** Undefined when there is nothing. */
  readonly stats: Stats | undefined;
}

/**
 * Where things lie below the root: objects under the names of their keys, and beside them, under names that no key has,
 * `.tmp~` for what is being written and `.meta~` for the attributes.
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

  /** The folder of the claims on a key. Two keys may share it. */
  claimsOf(key: string): string {
    return join(this.temporary, `lock.${shortHash(key)}`);
  }

  /** What the names of the announcements of a key start with. */
  announcementOf(key: string): string {
    return `put.${shortHash(key)}`;
  }

  /**
   * Finds an object, following links only while they stay below the root, which may be a link itself. It asks in place:
   * the system has the names at hand, and the way through the thread pool would take longer.
   *
   * @throws `InvalidPath`, and `PermissionDenied` for a link that leads out
   */
  locate(key: string): Place {
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
    // What is not there yet will be made in the deepest folder that is.
    for (let part = path; ; part = dirname(part)) {
      const real = ifThereSync(() => realpathSync(part));
      if (real === undefined && statsOf(part) === undefined) continue;
      if (real !== undefined && (real + sep).startsWith(root + sep)) return part === path ? statsOf(real) : undefined;
      throw objectError("PermissionDenied", { store: this.store, key }, "leads out of the root by a symbolic link");
    }
  }

  /** A folder without objects does not exist in a store, and would stand in the way of a key of its name. */
  async removeEmptyFolders(folder: string): Promise<void> {
    for (let path = folder; path.length > this.root.length; path = dirname(path)) {
      try {
        await rmdir(path);
      } catch {
        return; // not empty, or somebody else was quicker
      }
    }
  }
}

/** Undefined when there is nothing. A link is not followed. */
export function statsOf(path: string): Stats | undefined {
  return ifThereSync(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

/**
 * Makes the folder of a path only when it turns out to be missing; another writer may remove it meanwhile, again and
 * again, even between two steps of the making. Gives the first folder that was made, or undefined.
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

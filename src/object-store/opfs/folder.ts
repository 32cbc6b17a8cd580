import { EdgewaterError } from "../../errors.ts";
import { type Classify, keyIsAlsoPrefix } from "../call.ts";

/** Where unfinished writes lie. No key maps to it: a tilde in a key is encoded. */
const unfinished = "~tmp";

/** `move` replaces what is there; TypeScript's library does not know it. */
export type MovableFile = FileSystemFileHandle & { move?(folder: FileSystemDirectoryHandle, name: string): Promise<void> };

/** The folder of a store in the Origin Private File System. */
export class Folder {
  readonly store: string;
  readonly #names: readonly string[];
  readonly #lock: string;

  constructor(store: string, path: string) {
    this.store = store;
    this.#names = path.split("/").map(toEntryName);
    this.#lock = `edgewater/opfs/${path}`;
  }

  /**
   * Does the work while nobody changes the names below the folder, in any tab or worker of the origin; `exclusive` to
   * change them.
   */
  locked<Value>(mode: LockMode, work: () => Promise<Value>): Promise<Value> {
    if (!globalThis.navigator?.locks) throw this.lacks("Web Locks");
    return navigator.locks.request(this.#lock, { mode }, work);
  }

  async file(key: string): Promise<FileSystemFileHandle> {
    const segments = key.split("/");
    return (await this.directory(segments.slice(0, -1))).getFileHandle(toEntryName(segments.at(-1) ?? ""));
  }

  directory(segments: readonly string[], create = false): Promise<FileSystemDirectoryHandle> {
    return this.#open(segments.map(toEntryName), create);
  }

  unfinished(): Promise<FileSystemDirectoryHandle> {
    return this.#open([unfinished], true);
  }

  /** Removes unfinished writes, and with their folder what the browser itself has left of them and does not show. */
  async removeUnfinished(): Promise<void> {
    const root = await this.#open([], false).catch(ifMissing);
    await root?.removeEntry(unfinished, { recursive: true }).catch(ifMissing);
  }

  /** Puts a finished file in its place. To be done alone. */
  async publish(file: MovableFile, key: string): Promise<void> {
    if (!file.move) throw this.lacks("FileSystemFileHandle.move");
    const segments = key.split("/");
    const folder = await this.directory(segments.slice(0, -1), true);
    const name = toEntryName(segments.at(-1) ?? "");
    // Firefox would let a file replace a folder with all that is in it.
    await folder.getFileHandle(name).catch(async (error: DOMException) => {
      if (error.name === "NotFoundError") return;
      const inTheWay = await folder.getDirectoryHandle(name);
      if (await holdsFile(inTheWay)) throw error;
      await folder.removeEntry(name, { recursive: true });
    });
    await file.move(folder, name);
  }

  /** Removes an object, if there is one, and the folders that it leaves empty. To be done alone. */
  async remove(key: string): Promise<void> {
    const segments = key.split("/");
    const file = await this.file(key).catch(ifMissing);
    if (file === undefined) return;
    await (await this.directory(segments.slice(0, -1))).removeEntry(file.name);
    for (let depth = segments.length - 1; depth > 0; depth--) {
      try {
        const parent = await this.directory(segments.slice(0, depth - 1));
        await parent.removeEntry(toEntryName(segments[depth - 1] ?? ""));
      } catch {
        return; // not empty
      }
    }
  }

  lacks(what: string): EdgewaterError {
    return new EdgewaterError("NotSupported", `${this.store} needs ${what}, which this runtime lacks`, { store: this.store });
  }

  async #open(names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
    if (!globalThis.navigator?.storage?.getDirectory) throw this.lacks("the Origin Private File System");
    let folder = await navigator.storage.getDirectory();
    for (const name of [...this.#names, ...names]) folder = await folder.getDirectoryHandle(name, { create });
    return folder;
  }
}

/** What lies in a folder under names of keys: the segments, and their files and folders. */
export async function* entriesOf(folder: FileSystemDirectoryHandle): AsyncGenerator<[string, FileSystemHandle], void, void> {
  for await (const [name, handle] of folder.entries()) {
    const segment = fromEntryName(name);
    if (segment !== undefined) yield [segment, handle];
  }
}

/** A crash may leave empty folders, in which nothing was published. */
export async function holdsFile(folder: FileSystemDirectoryHandle): Promise<boolean> {
  for await (const handle of folder.values()) if (!isDirectory(handle) || (await holdsFile(handle))) return true;
  return false;
}

export function isDirectory(handle: FileSystemHandle): handle is FileSystemDirectoryHandle {
  return handle.kind === "directory";
}

export const classify: Classify = (cause, { verb }) => {
  switch ((cause as { name?: string } | null)?.name) {
    case "NotFoundError":
      return { code: "NotFound", reason: "it is not there" };
    case "TypeMismatchError":
    case "InvalidModificationError":
      return verb === "write" ? { code: "NotSupported", reason: keyIsAlsoPrefix } : { code: "NotFound", reason: "it is a folder" };
    case "SecurityError":
      return { code: "PermissionDenied", reason: "the browser's settings forbid it" };
    default:
      return undefined;
  }
};

/** Undefined when nothing is there, or a folder in the place of a file, or the other way round. */
export function ifMissing(error: DOMException): undefined {
  if (!["NotFoundError", "TypeMismatchError"].includes(error.name)) throw error;
}

/**
 * Browsers refuse names that some disk would refuse: what is not a letter, a digit, `_`, `-` or a dot inside is
 * percent-encoded as UTF-8.
 */
function toEntryName(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*~]|^\.|\.$/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Undefined for a name that no segment has. */
function fromEntryName(name: string): string | undefined {
  try {
    const segment = decodeURIComponent(name);
    return toEntryName(segment) === name ? segment : undefined;
  } catch {
    return undefined;
  }
}

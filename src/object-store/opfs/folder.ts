import { EdgewaterError } from "../../errors.ts";
import type { Classify } from "../call.ts";
import { fromEntryName, ifMissing, type ObjectLocation, toEntryName, unpublish, withoutSlot } from "./object-file.ts";

/** The folder of unfinished writes. No segment of a key has this name. */
const unfinished = "~tmp";

/** The folder of a store in the Origin Private File System. Objects below `p/` are in its folder `p`. */
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
   * Runs the work under the Web Lock of the folder, which holds across all tabs and workers of the origin: `shared` to
   * read while no file is replaced or removed, `exclusive` to replace or remove files.
   */
  locked<Value>(mode: LockMode, work: () => Promise<Value>): Promise<Value> {
    if (!globalThis.navigator?.locks) throw this.lacks("Web Locks");
    return navigator.locks.request(this.#lock, { mode }, work);
  }

  /** Opens the root folder of the store. */
  async root(create = false): Promise<FileSystemDirectoryHandle> {
    if (!globalThis.navigator?.storage?.getDirectory) throw this.lacks("the Origin Private File System");
    const origin = await navigator.storage.getDirectory().catch((cause: DOMException) => {
      // Firefox and WebKit throw these in a private window.
      if (cause.name !== "SecurityError" && cause.name !== "UnknownError") throw cause;
      const message = `${this.store} needs the Origin Private File System, which this browser refuses here, as in a private window`;
      throw new EdgewaterError("NotSupported", message, { store: this.store, cause });
    });
    return descend(origin, this.#names, create);
  }

  /**
   * Locates an object.
   *
   * @param root the root folder, passed by a write: then missing folders are created
   * @throws NotFoundError if a folder is missing
   */
  async locate(key: string, root?: FileSystemDirectoryHandle): Promise<ObjectLocation> {
    const segments = key.split("/");
    return { directory: await this.directory(segments.slice(0, -1), root), name: segments.at(-1) ?? "" };
  }

  async directory(segments: readonly string[], root?: FileSystemDirectoryHandle): Promise<FileSystemDirectoryHandle> {
    return descend(root ?? (await this.root()), segments.map(toEntryName), root !== undefined);
  }

  unfinished(root: FileSystemDirectoryHandle): Promise<FileSystemDirectoryHandle> {
    return root.getDirectoryHandle(unfinished, { create: true });
  }

  /** Removes unfinished writes together with their folder, and with it the hidden files that the browser left there. */
  async removeUnfinished(): Promise<void> {
    const root = await this.root().catch(ifMissing);
    await root?.removeEntry(unfinished, { recursive: true }).catch(ifMissing);
  }

  /** Removes an object, if there is one, and the folders that become empty. Needs the exclusive lock. */
  async remove(key: string): Promise<void> {
    const location = await this.locate(key).catch(ifMissing);
    if (location === undefined) return;
    await unpublish(location);
    const segments = key.split("/");
    for (let depth = segments.length - 1; depth > 0; depth--) {
      try {
        const parent = await this.directory(segments.slice(0, depth - 1));
        await parent.removeEntry(toEntryName(segments[depth - 1] ?? ""));
      } catch {
        return; // not empty
      }
    }
  }

  /** The error if the runtime lacks a feature that the store needs. */
  lacks(what: string): EdgewaterError {
    return new EdgewaterError("NotSupported", `${this.store} needs ${what}, which this runtime lacks`, { store: this.store });
  }
}

async function descend(from: FileSystemDirectoryHandle, names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
  let folder = from;
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** The entries of a folder: the segments of objects, and those of folders with a trailing slash. */
export async function segmentsIn(
  directory: FileSystemDirectoryHandle,
): Promise<ReadonlyMap<string, FileSystemDirectoryHandle | undefined>> {
  const found = new Map<string, FileSystemDirectoryHandle | undefined>();
  for await (const [name, handle] of directory.entries()) {
    const isFolder = isDirectory(handle);
    const segment = fromEntryName((isFolder ? name : withoutSlot(name)) ?? "~");
    if (segment !== undefined) found.set(isFolder ? `${segment}/` : segment, isFolder ? handle : undefined);
  }
  return found;
}

/** Returns whether a folder contains a file at any depth. A crash may leave empty folders. */
export async function holdsFile(directory: FileSystemDirectoryHandle): Promise<boolean> {
  for await (const handle of directory.values()) if (!isDirectory(handle) || (await holdsFile(handle))) return true;
  return false;
}

function isDirectory(handle: FileSystemHandle): handle is FileSystemDirectoryHandle {
  return handle.kind === "directory";
}

/** Maps the errors of the file system. */
export const classify: Classify = (cause) => {
  switch ((cause as { name?: string } | null)?.name) {
    case "NotFoundError":
      return { code: "NotFound", reason: "it does not exist" };
    case "SecurityError":
      return { code: "PermissionDenied", reason: "the browser settings forbid it" };
    default:
      return undefined;
  }
};

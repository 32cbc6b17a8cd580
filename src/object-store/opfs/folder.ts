import { EdgewaterError } from "../../errors.ts";
import type { Classify } from "../call.ts";
import { fromEntryName, ifMissing, toEntryName } from "./names.ts";
import { type Place, unpublish, withoutSlot } from "./slots.ts";

/** Where unfinished writes lie. No segment of a key has this name. */
const unfinished = "~tmp";

/** The folder of a store in the Origin Private File System: what is below `p/` lies in the folder `p`. */
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

  /** The folder of the store itself. */
  async root(create = false): Promise<FileSystemDirectoryHandle> {
    if (!globalThis.navigator?.storage?.getDirectory) throw this.lacks("the Origin Private File System");
    const origin = await navigator.storage.getDirectory().catch((cause: DOMException) => {
      // What Firefox and WebKit say in a private window.
      if (cause.name !== "SecurityError" && cause.name !== "UnknownError") throw cause;
      const message = `${this.store} needs the Origin Private File System, which this browser refuses here, as in a private window`;
      throw new EdgewaterError("NotSupported", message, { store: this.store, cause });
    });
    return descend(origin, this.#names, create);
  }

  /**
   * Where an object lies.
   *
   * @param root as it was opened for a write, which makes folders that are missing
   * @throws NotFoundError when there is no such folder
   */
  async place(key: string, root?: FileSystemDirectoryHandle): Promise<Place> {
    const segments = key.split("/");
    return { directory: await this.directory(segments.slice(0, -1), root), name: segments.at(-1) ?? "" };
  }

  async directory(segments: readonly string[], root?: FileSystemDirectoryHandle): Promise<FileSystemDirectoryHandle> {
    return descend(root ?? (await this.root()), segments.map(toEntryName), root !== undefined);
  }

  unfinished(root: FileSystemDirectoryHandle): Promise<FileSystemDirectoryHandle> {
    return root.getDirectoryHandle(unfinished, { create: true });
  }

  /** Removes unfinished writes, and with their folder what the browser itself has left of them and does not show. */
  async removeUnfinished(): Promise<void> {
    const root = await this.root().catch(ifMissing);
    await root?.removeEntry(unfinished, { recursive: true }).catch(ifMissing);
  }

  /** Removes an object, if there is one, and the folders that it leaves empty. To be done alone. */
  async remove(key: string): Promise<void> {
    const place = await this.place(key).catch(ifMissing);
    if (place === undefined) return;
    await unpublish(place);
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

  lacks(what: string): EdgewaterError {
    return new EdgewaterError("NotSupported", `${this.store} needs ${what}, which this runtime lacks`, { store: this.store });
  }
}

async function descend(from: FileSystemDirectoryHandle, names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
  let folder = from;
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** What lies in a folder: the segments of objects, and those of folders with a slash behind. */
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

/** Whether anything lies in a folder or below. A crash may leave folders in which nothing was published. */
export async function holdsFile(directory: FileSystemDirectoryHandle): Promise<boolean> {
  for await (const handle of directory.values()) if (!isDirectory(handle) || (await holdsFile(handle))) return true;
  return false;
}

function isDirectory(handle: FileSystemHandle): handle is FileSystemDirectoryHandle {
  return handle.kind === "directory";
}

export const classify: Classify = (cause) => {
  switch ((cause as { name?: string } | null)?.name) {
    case "NotFoundError":
      return { code: "NotFound", reason: "it is not there" };
    case "SecurityError":
      return { code: "PermissionDenied", reason: "the browser's settings forbid it" };
    default:
      return undefined;
  }
};

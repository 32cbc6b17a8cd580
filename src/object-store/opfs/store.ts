/**
 * `edgewater/opfs`: objects in the browser's Origin Private File System, in windows and workers.
 *
 * @module
 */

import { compareUtf8 } from "../../asset/utf8.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../../errors.ts";
import { bytesOf, openedResponse } from "../body.ts";
import { type Call, type Classify, keyIsAlsoPrefix, perform } from "../call.ts";
import { checkKey, checkPrefix } from "../path.ts";
import type {
  Body,
  DeleteOptions,
  GetOptions,
  GetResult,
  HeadOptions,
  ListOptions,
  ObjectMeta,
  ObjectStore,
  PutOptions,
  PutResult,
} from "../types.ts";

/** Where unfinished writes lie. No key maps to it: a tilde in a key is encoded. */
const temporaryFolder = "~tmp";

/** `move` replaces what is there; TypeScript's library does not know it. */
type MovableFile = FileSystemFileHandle & { move?(folder: FileSystemDirectoryHandle, name: string): Promise<void> };

/**
 * Objects as files in a folder of the Origin Private File System. A write goes to a temporary file first and is
 * published by moving it: a reader sees the old object or the new one.
 *
 * A file system cannot hold a key that is also a prefix of another (`a` and `a/b`): the second is refused. It has no
 * etags.
 *
 * @example
 * ```ts
 * import { OPFSStore } from "edgewater/opfs";
 *
 * const store = new OPFSStore("quakes");
 * ```
 */
export class OPFSStore implements ObjectStore {
  readonly name: string;
  readonly #folder: string;

  /** @param folder name of the folder below the origin's root; made by the first write */
  constructor(folder: string) {
    this.name = `OPFSStore(${folder})`;
    checkKey(this.name, folder);
    this.#folder = folder;
  }

  async put(key: string, body: Body, { signal }: PutOptions = {}): Promise<PutResult> {
    checkKey(this.name, key);
    return this.#perform("write", key, signal, async () => {
      const segments = key.split("/");
      const unfinished = await this.#open([temporaryFolder], true);
      const temporary = crypto.randomUUID();
      const file: MovableFile = await unfinished.getFileHandle(temporary, { create: true });
      try {
        if (!file.createWritable || !file.move) {
          throw new EdgewaterError("NotSupported", `${this.name} needs createWritable and move, which this browser lacks`, {
            store: this.name,
            key,
          });
        }
        const writable = await file.createWritable();
        await writable.write(bytesOf(body));
        await writable.close();
        throwIfAborted(signal, { store: this.name, key });
        await this.#alone(() => this.#publish(file, segments));
        return { etag: undefined };
      } catch (error) {
        await unfinished.removeEntry(temporary).catch(() => undefined);
        throw error;
      }
    });
  }

  async get(key: string, { signal }: GetOptions = {}): Promise<GetResult> {
    checkKey(this.name, key);
    const file = await this.#perform("read", key, signal, async () => (await this.#file(key)).getFile());
    return openedResponse(metaOf(key, file), new Response(file), { store: this.name, verb: "read", key, signal });
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<ObjectMeta> {
    checkKey(this.name, key);
    return this.#perform("read", key, signal, async () => metaOf(key, await (await this.#file(key)).getFile()));
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : keys;
    for (const key of all) checkKey(this.name, key);
    for (const key of all) {
      try {
        await this.#perform("delete", key, signal, () => this.#alone(() => this.#remove(key)));
      } catch (error) {
        if (!isEdgewaterError(error, "NotFound")) throw error;
      }
    }
  }

  async *list(prefix = "", { signal }: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    const start = checkPrefix(this.name, prefix);
    let folder: FileSystemDirectoryHandle;
    try {
      folder = await this.#perform("list", start, signal, () => this.#directory(start.split("/").slice(0, -1), false));
    } catch (error) {
      if (isEdgewaterError(error, "NotFound")) return;
      throw error;
    }
    yield* this.#walk(folder, start, signal);
  }

  /** A folder sorts as its name with the slash that follows, which is where its keys belong. */
  async *#walk(folder: FileSystemDirectoryHandle, prefix: string, signal: AbortSignal | undefined): AsyncGenerator<ObjectMeta, void, void> {
    const entries = await this.#perform("list", prefix, signal, () => entriesOf(folder, prefix));
    for (const [key, handle] of entries.sort(([left], [right]) => compareUtf8(left, right))) {
      if (isDirectory(handle)) {
        yield* this.#walk(handle, key, signal);
      } else {
        yield await this.#perform("list", key, signal, async () => metaOf(key, await (handle as FileSystemFileHandle).getFile()));
      }
    }
  }

  /** Changes the names below the folder alone, among all tabs and workers of the origin. It takes a moment each time. */
  #alone(work: () => Promise<void>): Promise<void> {
    return globalThis.navigator?.locks ? navigator.locks.request(`edgewater/opfs/${this.#folder}`, work) : work();
  }

  /** Chromium will not move onto a file that is being moved onto; Firefox would let a file replace a whole folder. */
  async #publish(file: MovableFile, segments: readonly string[]): Promise<void> {
    const folder = await this.#directory(segments.slice(0, -1), true);
    const name = toEntryName(segments.at(-1) ?? "");
    await folder.getFileHandle(name).catch((error: DOMException) => {
      if (error.name !== "NotFoundError") throw error;
    });
    await file.move?.(folder, name);
  }

  async #file(key: string): Promise<FileSystemFileHandle> {
    const segments = key.split("/");
    const folder = await this.#directory(segments.slice(0, -1), false);
    return folder.getFileHandle(toEntryName(segments.at(-1) ?? ""));
  }

  #directory(segments: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
    return this.#open(segments.map(toEntryName), create);
  }

  async #open(names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
    if (!globalThis.navigator?.storage?.getDirectory) {
      throw new EdgewaterError("NotSupported", `${this.name} needs the Origin Private File System, which this runtime lacks`, {
        store: this.name,
      });
    }
    let folder = await navigator.storage.getDirectory();
    for (const name of [...this.#folder.split("/").map(toEntryName), ...names]) {
      folder = await folder.getDirectoryHandle(name, { create });
    }
    return folder;
  }

  /** Removes the file and the folders that it leaves empty, which would stand in the way of a key of their name. */
  async #remove(key: string): Promise<void> {
    const segments = key.split("/");
    const file = await this.#file(key);
    await (await this.#directory(segments.slice(0, -1), false)).removeEntry(file.name);
    for (let depth = segments.length - 1; depth > 0; depth--) {
      try {
        const parent = await this.#directory(segments.slice(0, depth - 1), false);
        await parent.removeEntry(toEntryName(segments[depth - 1] ?? ""));
      } catch {
        return; // not empty, or somebody else was quicker
      }
    }
  }

  #perform<Value>(verb: Call["verb"], key: string, signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
    return perform({ store: this.name, verb, key, signal }, work, classify);
  }
}

const classify: Classify = (cause, { verb }) => {
  switch ((cause as { name?: string } | null)?.name) {
    case "NotFoundError":
      return { code: "NotFound", reason: "it is not there" };
    case "TypeMismatchError":
    case "InvalidModificationError":
      return verb === "write" ? { code: "NotSupported", reason: keyIsAlsoPrefix } : { code: "NotFound", reason: "it is a folder" };
    case "QuotaExceededError":
      return { code: "QuotaExceeded", reason: "the origin's quota is full" };
    default:
      return undefined;
  }
};

function metaOf(key: string, file: File): ObjectMeta {
  return { key, size: file.size, etag: undefined, lastModified: new Date(file.lastModified) };
}

function isDirectory(handle: FileSystemHandle): handle is FileSystemDirectoryHandle {
  return handle.kind === "directory";
}

async function entriesOf(folder: FileSystemDirectoryHandle, prefix: string): Promise<[string, FileSystemHandle][]> {
  const entries: [string, FileSystemHandle][] = [];
  for await (const [name, handle] of folder.entries()) {
    if (name === temporaryFolder) continue;
    entries.push([prefix + fromEntryName(name) + (isDirectory(handle) ? "/" : ""), handle]);
  }
  return entries;
}

/**
 * Browsers refuse names that some disk would refuse: what is not a letter, a digit, `_`, `-` or a dot inside is
 * percent-encoded as UTF-8.
 */
function toEntryName(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*~]|^\.|\.$/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function fromEntryName(name: string): string {
  return decodeURIComponent(name);
}

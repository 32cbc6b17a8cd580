/**
 * `edgewater/fs`: objects as files below a folder, on Node, Deno and Bun.
 *
 * @module
 */
import { closeSync, fstatSync, open as openWithCallback, writeSync, write as writeWithCallback } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { throwIfAborted } from "../errors.ts";
import { bytesOf, openedBytes } from "./body.ts";
import { type Call, type Classify, keyIsAlsoPrefix, notFound, perform } from "./call.ts";
import { checkKey, checkPrefix, compareUtf8 } from "./path.ts";
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
} from "./types.ts";

/** Where unfinished writes lie. No key maps to it: a name of a key never ends with a single tilde. */
const temporaryFolder = ".tmp~";

/** Bytes that are written in place rather than in the thread pool. */
const smallBody = 64 * 1024;

// The callback forms give bare descriptors; a FileHandle can only be closed through the thread pool.
const openFile = promisify(openWithCallback);
const writeFile = promisify(writeWithCallback);

/**
 * Objects as files below a folder: the key `v1/quakes.superjson` is the file `v1/quakes.superjson`. A write goes to a
 * temporary file first and is published by a rename, so that a reader sees the old object or the new one, never a part.
 * It survives a crash of the process; it is not flushed to the disk at once, so a loss of power may take it back.
 *
 * A file system cannot hold a key that is also a prefix of another (`a` and `a/b`): the second is refused.
 *
 * @example
 * ```ts
 * import { LocalStore } from "edgewater/fs";
 *
 * const store = new LocalStore(".edgewater");
 * await store.put("v1/greeting.txt", "hello");
 * ```
 */
export class LocalStore implements ObjectStore {
  readonly name: string;
  readonly #root: string;

  /** @param root the folder, as a path or a `file:` URL; made by the first write */
  constructor(root: string | URL) {
    this.#root = resolve(root instanceof URL ? fileURLToPath(root) : root);
    this.name = `LocalStore(${this.#root})`;
  }

  async put(key: string, body: Body, { signal }: PutOptions = {}): Promise<PutResult> {
    const target = this.#pathOf(key);
    const temporary = join(this.#root, temporaryFolder, crypto.randomUUID());
    return this.#perform("write", key, signal, async () => {
      try {
        const etag = await writeNew(temporary, bytesOf(body));
        throwIfAborted(signal, { store: this.name, key });
        await withFolder(target, () => rename(temporary, target));
        return { etag };
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    });
  }

  async get(key: string, { signal }: GetOptions = {}): Promise<GetResult> {
    const path = this.#pathOf(key);
    return this.#perform("read", key, signal, async () => {
      // One open file gives the metadata and the bytes of one and the same object.
      await using file = await open(path);
      const meta = metaOf(key, await file.stat({ bigint: true }));
      const bytes = await readFile(file, { signal });
      return openedBytes(meta, new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength));
    });
  }

  async head(key: string, { signal }: HeadOptions = {}): Promise<ObjectMeta> {
    const path = this.#pathOf(key);
    const stats = await this.#perform("read", key, signal, () => stat(path, { bigint: true }));
    if (!stats.isFile()) throw notFound(this.name, key);
    return metaOf(key, stats);
  }

  async delete(keys: string | readonly string[], { signal }: DeleteOptions = {}): Promise<void> {
    const all = typeof keys === "string" ? [keys] : keys;
    const paths = all.map((key) => [key, this.#pathOf(key)] as const);
    for (const [key, path] of paths) {
      const removed = await this.#perform("delete", key, signal, () => ifThere(unlink(path).then(() => true)));
      if (removed) await this.#removeEmptyFolders(dirname(path));
    }
  }

  async *list(prefix = "", { signal }: ListOptions = {}): AsyncGenerator<ObjectMeta, void, void> {
    const start = checkPrefix(this.name, prefix);
    yield* this.#walk(start === "" ? this.#root : this.#pathOf(start.slice(0, -1)), start, signal);
  }

  /** The files below a folder in UTF-8 order of their keys: a folder sorts as its name with the slash that follows. */
  async *#walk(folder: string, prefix: string, signal: AbortSignal | undefined): AsyncGenerator<ObjectMeta, void, void> {
    const entries = (await this.#perform("list", prefix, signal, () => ifThere(readdir(folder, { withFileTypes: true })))) ?? [];
    const named = entries.flatMap((entry) => {
      const segment = fromFileName(entry.name);
      if (segment === undefined || !(entry.isFile() || entry.isDirectory())) return [];
      return [{ key: prefix + segment + (entry.isDirectory() ? "/" : ""), path: join(folder, entry.name) }];
    });
    for (const { key, path } of named.sort((left, right) => compareUtf8(left.key, right.key))) {
      if (key.endsWith("/")) {
        yield* this.#walk(path, key, signal);
        continue;
      }
      const stats = await this.#perform("list", key, signal, () => ifThere(stat(path, { bigint: true })));
      if (stats) yield metaOf(key, stats);
    }
  }

  #pathOf(key: string): string {
    checkKey(this.name, key);
    return join(this.#root, ...key.split("/").map(toFileName));
  }

  /** A folder without objects does not exist in a store, and would stand in the way of a key of its name. */
  async #removeEmptyFolders(folder: string): Promise<void> {
    for (let path = folder; relative(this.#root, path) !== ""; path = dirname(path)) {
      try {
        await rmdir(path);
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
  switch (codeOf(cause)) {
    case "ENOENT":
      return { code: "NotFound", reason: "it is not there" };
    case "EISDIR":
    case "ENOTDIR":
    case "EEXIST":
    case "ENOTEMPTY":
      return verb === "write" ? { code: "NotSupported", reason: keyIsAlsoPrefix } : { code: "NotFound", reason: "it is a folder" };
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return { code: "PermissionDenied", reason: "the file system does not allow it" };
    case "ENOSPC":
    case "EDQUOT":
      return { code: "QuotaExceeded", reason: "the disk or the quota is full" };
    case "ENAMETOOLONG":
      return { code: "InvalidPath", reason: "the name is too long for this file system" };
    default:
      return undefined;
  }
};

interface Stats {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly mtimeMs: bigint;
}

function metaOf(key: string, stats: Stats): ObjectMeta {
  return { key, size: Number(stats.size), etag: etagOf(stats), lastModified: new Date(Number(stats.mtimeMs)) };
}

/** Every write makes a new file, and a rename keeps its number and its time: together they name the content. */
function etagOf({ ino, size, mtimeNs }: Stats): string {
  return `"${ino.toString(36)}-${mtimeNs.toString(36)}-${size.toString(36)}"`;
}

/**
 * Writes a new file and gives its etag. What can wait for a disk, a folder's change or many bytes, is asynchronous; a
 * few bytes into a fresh file go to the system's memory, and the way through the thread pool would take longer.
 */
async function writeNew(path: string, bytes: Uint8Array): Promise<string> {
  const file = await withFolder(path, () => openFile(path, "wx"));
  try {
    for (let start = 0; start < bytes.byteLength; ) {
      const rest = bytes.subarray(start);
      start += rest.byteLength <= smallBody ? writeSync(file, rest) : (await writeFile(file, rest)).bytesWritten;
    }
    return etagOf(fstatSync(file, { bigint: true }));
  } finally {
    closeSync(file);
  }
}

/** Makes the folder of a path only when it turns out to be missing; another writer may remove it meanwhile. */
async function withFolder<Value>(path: string, action: () => Promise<Value>): Promise<Value> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || attempt === 10) throw error;
      await mkdir(dirname(path), { recursive: true });
    }
  }
}

/** One tilde more where a segment ends with one, so that names with a single tilde at the end are ours. */
function toFileName(segment: string): string {
  return segment.endsWith("~") ? `${segment}~` : segment;
}

function fromFileName(name: string): string | undefined {
  if (!name.endsWith("~")) return name;
  return name.endsWith("~~") ? name.slice(0, -1) : undefined;
}

/** Undefined when there is no such file or folder. */
async function ifThere<Value>(call: Promise<Value>): Promise<Value | undefined> {
  try {
    return await call;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}

import { throwIfAborted } from "../../errors.ts";
import { bytesOf, chunksOf, isBuffered } from "../body.ts";
import { ActiveWriters, etagOf, newId } from "../browser/write.ts";
import type { Call } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { Attributes, PutMode, StreamBody } from "../types.ts";
import type { Folder } from "./folder.ts";
import { ifMissing, type MovableFile, publish } from "./object-file.ts";
import { listed } from "./read.ts";
import { readTrailer, trailerOf } from "./trailer.ts";

/** A body up to this size is written together with its trailer. */
const smallBytes = 64 * 1024;

/** Stands for the etag of a damaged object. It differs from every etag. */
const damaged = "";

/** An object to write. */
export interface NewObject {
  readonly body: StreamBody;
  readonly mode: PutMode;
  readonly attributes: Attributes | undefined;
  /** Called with the number of bytes of every chunk that is to be written. */
  readonly count: (bytes: number) => void;
}

/** All writes and deletes of the store. */
export class Writer {
  readonly #folder: Folder;
  readonly #writers: ActiveWriters;
  #swept: Promise<void> | undefined;

  /** @param lock the name of the lock that active writers hold */
  constructor(folder: Folder, lock: string) {
    this.#folder = folder;
    this.#writers = new ActiveWriters(lock);
  }

  /** Writes an object and returns its etag. */
  async put(object: NewObject, call: Call): Promise<string> {
    const { body, mode } = object;
    if (mode !== "overwrite" && !(isBuffered(body) && body.length <= smallBytes)) {
      // Fails early, before a large body is written. The check that decides is the one before publishing.
      const found = await listed(() => this.#folder.locate(call.key), this.#folder, call.key).catch(ifMissing);
      checkMode(mode, found && (found.etag ?? damaged), call);
    }
    this.#swept ??= this.#sweep();
    await this.#swept;
    return this.#writers.run(async () => {
      const id = newId();
      const name = etagOf(id).slice(1, -1);
      const root = await this.#folder.root(true);
      const unfinished = await this.#folder.unfinished(root);
      const file: MovableFile = await unfinished.getFileHandle(name, { create: true });
      try {
        if (!file.move) throw this.#folder.lacks("FileSystemFileHandle.move");
        await this.#fill(file, id, object, call);
        await this.#folder.locked("exclusive", async () => {
          throwIfAborted(call.signal, { store: call.store, key: call.key });
          const location = await this.#folder.locate(call.key, root);
          await publish(file, location, async (current) => {
            if (mode === "overwrite") return;
            checkMode(mode, current && ((await readTrailer(current))?.etag ?? damaged), call);
          });
        });
      } catch (error) {
        await unfinished.removeEntry(name).catch(() => undefined);
        throw error;
      }
      return etagOf(id);
    });
  }

  async delete(calls: readonly Call[]): Promise<void> {
    await this.#folder.locked("exclusive", async () => {
      for (const { key, store, signal } of calls) {
        throwIfAborted(signal, { store, key });
        await this.#folder.remove(key);
      }
    });
  }

  async #fill(file: MovableFile, id: Uint8Array, { body, attributes, count }: NewObject, call: Call): Promise<void> {
    const output = await openOutput(file, this.#folder);
    try {
      const buffered = isBuffered(body) ? bytesOf(body) : undefined;
      let size = 0;
      if (buffered && buffered.byteLength <= smallBytes) {
        count(buffered.byteLength);
        await output.write(joined(buffered, trailerOf(id, buffered.byteLength, attributes)));
      } else {
        for await (const chunk of buffered ? [buffered] : chunksOf(body as Blob, call)) {
          size += chunk.byteLength;
          count(chunk.byteLength);
          await output.write(chunk as Uint8Array<ArrayBuffer>);
        }
        await output.write(trailerOf(id, size, attributes));
      }
      await output.close();
    } catch (error) {
      await output.abort();
      throw error;
    }
  }

  /** Removes what crashed writes left behind. */
  async #sweep(): Promise<void> {
    const isDone = await this.#writers.runIfIdle(() => this.#folder.removeUnfinished()).catch(() => false);
    if (!isDone) this.#swept = undefined;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.byteLength + second.byteLength);
  all.set(first);
  all.set(second, first.byteLength);
  return all;
}

/** Appends to a new file. */
interface FileOutput {
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void;
  readonly close: () => Promise<void> | void;
  readonly abort: () => Promise<void> | void;
}

interface SyncHandle {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  close(): void;
}

/** TypeScript's DOM library has this method for workers only. */
type WritableFile = FileSystemFileHandle & { createSyncAccessHandle?(): Promise<SyncHandle> };

/**
 * Opens a file for writing: in a dedicated worker with a sync access handle, which is three to six times as fast;
 * elsewhere with a writable stream.
 *
 * @throws `NotSupported` where the browser has neither
 */
async function openOutput(file: WritableFile, folder: Folder): Promise<FileOutput> {
  const handle = await file.createSyncAccessHandle?.().catch((error: DOMException) => {
    // WebKitGTK has the method, but it does not work.
    if (error.name !== "NotSupportedError") throw error;
  });
  if (handle) return syncOutput(handle);
  if (!file.createWritable) throw folder.lacks("FileSystemFileHandle.createWritable");
  return streamOutput(file, await file.createWritable());
}

function streamOutput(file: WritableFile, writable: FileSystemWritableFileStream): FileOutput {
  let size = 0;
  const abort = (): Promise<void> => writable.abort().catch(() => undefined);
  const write = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    size += bytes.byteLength;
    try {
      await writable.write(bytes);
    } catch (error) {
      await abort();
      throw isLackOfRoom(error) ? error : ((await lackOfRoom(file, size)) ?? error);
    }
  };
  return { write, close: () => writable.close(), abort };
}

/**
 * The error that says that there is no room for a file of this size, if there is none. Chromium breaks the transfer of bytes off when
 * the quota is exceeded, and on a busy machine reports that instead of the quota. To make a file longer, no bytes are transferred.
 */
async function lackOfRoom(file: WritableFile, size: number): Promise<unknown> {
  let writable: FileSystemWritableFileStream | undefined;
  try {
    writable = await file.createWritable();
    await writable.truncate(size);
    return undefined;
  } catch (error) {
    return isLackOfRoom(error) ? error : undefined;
  } finally {
    await writable?.abort().catch(() => undefined);
  }
}

const isLackOfRoom = (error: unknown): boolean => (error as DOMException).name === "QuotaExceededError";

function syncOutput(handle: SyncHandle): FileOutput {
  let at = 0;
  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.byteLength; ) {
      const written = handle.write(bytes.subarray(done), { at });
      if (written === 0) throw new DOMException("The disk or the quota is full", "QuotaExceededError");
      done += written;
      at += written;
    }
  };
  return { write, close: () => handle.close(), abort: () => handle.close() };
}

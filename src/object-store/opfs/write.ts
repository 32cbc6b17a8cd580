import { throwIfAborted } from "../../errors.ts";
import { bytesOf, chunksOf, isBuffered } from "../body.ts";
import { etagOf, newId } from "../browser/etag.ts";
import { Writers } from "../browser/writers.ts";
import type { Call } from "../call.ts";
import { checkMode } from "../conditions.ts";
import type { Attributes, PutMode, StreamBody } from "../types.ts";
import type { Folder } from "./folder.ts";
import { ifMissing } from "./names.ts";
import { listed } from "./read.ts";
import { openSink } from "./sink.ts";
import { type MovableFile, publish } from "./slots.ts";
import { readTrailer, trailerOf } from "./trailer.ts";

/** A body up to here is written together with its trailer, in one go. */
const smallBytes = 64 * 1024;

/** For the etag of a damaged object: it is one, and no other. */
const damaged = "";

export interface NewObject {
  readonly body: StreamBody;
  readonly mode: PutMode;
  readonly attributes: Attributes | undefined;
  /** Is told of the bytes that there are to write, as they come. */
  readonly count: (bytes: number) => void;
}

/** Everything that changes the folder. */
export class Writer {
  readonly #folder: Folder;
  readonly #writers: Writers;
  #tidied: Promise<void> | undefined;

  /** @param lock name of the lock of those who are in the middle of a write */
  constructor(folder: Folder, lock: string) {
    this.#folder = folder;
    this.#writers = new Writers(lock);
  }

  /** Gives the etag. */
  async put(object: NewObject, call: Call): Promise<string> {
    const { body, mode } = object;
    if (mode !== "overwrite" && !(isBuffered(body) && body.length <= smallBytes)) {
      // What cannot be is refused before much is written; what counts is the look before it is published.
      const found = await listed(() => this.#folder.place(call.key), this.#folder, call.key).catch(ifMissing);
      checkMode(mode, found && (found.etag ?? damaged), call);
    }
    this.#tidied ??= this.#tidyUp();
    await this.#tidied;
    return this.#writers.during(async () => {
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
          const place = await this.#folder.place(call.key, root);
          await publish(file, place, async (current) => {
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
    const sink = await openSink(file, this.#folder);
    try {
      const atHand = isBuffered(body) ? bytesOf(body) : undefined;
      let size = 0;
      if (atHand && atHand.byteLength <= smallBytes) {
        count(atHand.byteLength);
        await sink.write(joined(atHand, trailerOf(id, atHand.byteLength, attributes)));
      } else {
        for await (const chunk of atHand ? [atHand] : chunksOf(body as Blob, call)) {
          size += chunk.byteLength;
          count(chunk.byteLength);
          await sink.write(chunk as Uint8Array<ArrayBuffer>);
        }
        await sink.write(trailerOf(id, size, attributes));
      }
      await sink.close();
    } catch (error) {
      await sink.abort();
      throw error;
    }
  }

  /** Removes what crashed writes have left. */
  async #tidyUp(): Promise<void> {
    const isDone = await this.#writers.tidyUp(() => this.#folder.removeUnfinished()).catch(() => false);
    if (!isDone) this.#tidied = undefined;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.byteLength + second.byteLength);
  all.set(first);
  all.set(second, first.byteLength);
  return all;
}

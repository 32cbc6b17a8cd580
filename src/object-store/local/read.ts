import { abortedError, EdgewaterError, throwIfAborted } from "../../errors.ts";
import { decodeText, openedBytes } from "../body.ts";
import { type Call, explain } from "../call.ts";
import type { FullObjectMeta, GetResult } from "../types.ts";
import { closeSync, read, readSync } from "./fs.ts";
import { classify } from "./system-error.ts";

/** Bytes that are read at once and in place, so that no file stays open for them. */
const smallBody = 64 * 1024;

/** The most that is read in one go. */
const chunkBytes = 256 * 1024;

/** A file that was opened for reading, and which of its bytes. */
export interface OpenFile {
  readonly descriptor: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Opened objects whose files stay open until their body is read, because a path may lead to another object by then.
 * One that nobody reads is closed when nobody can any more.
 */
export class OpenFiles {
  readonly #forgotten = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

  /** Takes over the file, unless it throws: closes it at once, or when the body was read. */
  opened(meta: FullObjectMeta, { descriptor, start, end }: OpenFile, call: Call): GetResult<FullObjectMeta> {
    if (end - start <= smallBody) {
      const bytes = readSmall(descriptor, start, end, call);
      closeSync(descriptor);
      return openedBytes(meta, bytes);
    }
    const reader = new Reader({ descriptor, start, end }, call, () => this.#forgotten.unregister(reader));
    this.#forgotten.register(reader, descriptor, reader);
    return {
      meta,
      bytes: () => reader.bytes(),
      text: async () => decodeText(await reader.bytes()),
      stream: () => reader.stream(),
    };
  }
}

/** Reads an open file once, from its start to its end. */
class Reader {
  readonly #file: OpenFile;
  readonly #call: Call;
  readonly #onClose: () => void;
  #position: number;
  #isClosed = false;

  constructor(file: OpenFile, call: Call, onClose: () => void) {
    this.#file = file;
    this.#call = call;
    this.#onClose = onClose;
    this.#position = file.start;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const all = new Uint8Array(this.#file.end - this.#file.start);
    for (let filled = 0; filled < all.byteLength; ) filled += await this.#next(all.subarray(filled, filled + 16 * chunkBytes));
    return all;
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          const chunk = new Uint8Array(Math.min(chunkBytes, this.#file.end - this.#position));
          controller.enqueue(chunk.subarray(0, await this.#next(chunk)));
          if (this.#position === this.#file.end) controller.close();
        },
        cancel: () => this.#close(),
      },
      { highWaterMark: 0 },
    );
  }

  /** Fills a buffer or a part of it; closes the file at its end and after any failure. */
  async #next(buffer: Uint8Array): Promise<number> {
    const { store, key, signal } = this.#call;
    try {
      if (this.#isClosed) throw new EdgewaterError("Closed", `The body of ${JSON.stringify(key)} was read already`, { store, key });
      throwIfAborted(signal, { store, key });
      const { bytesRead } = await read(this.#file.descriptor, buffer, 0, buffer.byteLength, this.#position);
      if (signal?.aborted) throw abortedError(signal, { store, key });
      if (bytesRead === 0) throw truncated(this.#call);
      this.#position += bytesRead;
      if (this.#position === this.#file.end) this.#close();
      return bytesRead;
    } catch (cause) {
      this.#close();
      throw explain(this.#call, cause, classify);
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
    closeSync(this.#file.descriptor);
  }
}

function readSmall(descriptor: number, start: number, end: number, call: Call): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  for (let filled = 0; filled < bytes.byteLength; ) {
    const count = readSync(descriptor, bytes, filled, bytes.byteLength - filled, start + filled);
    if (count === 0) throw truncated(call);
    filled += count;
  }
  return bytes;
}

/** The store never shortens a file, so somebody else has. */
function truncated({ store, key }: Call): EdgewaterError<"Integrity"> {
  return new EdgewaterError("Integrity", `${JSON.stringify(key)} in ${store} is shorter than it was when it was opened`, { store, key });
}

import { type EdgewaterError, throwIfAborted } from "../../errors.ts";
import { decodeText, openedBytes } from "../body.ts";
import { type Call, explain, objectError } from "../call.ts";
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

  /** Takes over the file, unless it throws: closes it at once, or when the body was read to its end or given up. */
  opened(meta: FullObjectMeta, { descriptor, start, end }: OpenFile, call: Call): GetResult<FullObjectMeta> {
    const { signal } = call;
    let position = start;
    let isClosed = false;

    if (end - start <= smallBody) {
      const all = new Uint8Array(end - start);
      if (readSync(descriptor, all, 0, all.byteLength, start) < all.byteLength) throw truncated(call);
      closeSync(descriptor);
      return openedBytes(meta, all);
    }

    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      this.#forgotten.unregister(next);
      closeSync(descriptor);
    };

    /** Fills a buffer or a part of it; closes the file at its end and after any failure. */
    const next = async (buffer: Uint8Array): Promise<number> => {
      try {
        if (isClosed) throw objectError("Closed", call, "has a body that was read already");
        throwIfAborted(signal, call);
        const { bytesRead } = await read(descriptor, buffer, 0, buffer.byteLength, position);
        throwIfAborted(signal, call);
        if (bytesRead === 0) throw truncated(call);
        position += bytesRead;
        if (position === end) close();
        return bytesRead;
      } catch (cause) {
        close();
        throw explain(call, cause, classify);
      }
    };
    this.#forgotten.register(next, descriptor, next);

    const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
      const all = new Uint8Array(end - start);
      for (let filled = 0; filled < all.byteLength; ) filled += await next(all.subarray(filled, filled + 16 * chunkBytes));
      return all;
    };
    return {
      meta,
      bytes,
      text: async () => decodeText(await bytes()),
      stream: () =>
        new ReadableStream(
          {
            pull: async (controller) => {
              const chunk = new Uint8Array(Math.min(chunkBytes, end - position));
              controller.enqueue(chunk.subarray(0, await next(chunk)));
              if (isClosed) controller.close();
            },
            cancel: close,
          },
          { highWaterMark: 0 },
        ),
    };
  }
}

/** The store never shortens a file, so somebody else has. */
function truncated(call: Call): EdgewaterError {
  return objectError("Integrity", call, "is shorter than it was when it was opened");
}

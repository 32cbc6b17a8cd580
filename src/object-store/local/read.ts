import { crcText } from "../../encoding/crc32.ts";
import { type EdgewaterError, throwIfAborted } from "../../errors.ts";
import { decodeText, openedBytes } from "../body.ts";
import { type Call, explain, failed } from "../call.ts";
import type { FullObjectMeta, GetResult } from "../types.ts";
import { crc32, smallBody } from "./file-bytes.ts";
import { closeSync, read, readSync } from "./fs.ts";
import { classify } from "./system-error.ts";

/** Bytes of one read of a stream. */
const chunkBytes = 256 * 1024;

/** A file that is open for reading, and the range of bytes to read. */
export interface OpenFile {
  readonly descriptor: number;
  readonly start: number;
  readonly end: number;
  /** The CRC-32 that the bytes must have; undefined if there is none, or if not all bytes are read. */
  readonly crc32: string | undefined;
}

/**
 * Keeps the file of an opened object open until its body was read, because the path may belong to another object by
 * then. A file whose body is never read is closed when its result is garbage-collected.
 */
export class OpenFiles {
  readonly #forgotten = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

  /** Takes over the file, unless it throws. Closes it at once, or when the body was read, failed or was cancelled. */
  opened<Meta extends FullObjectMeta>(meta: Meta, file: OpenFile, call: Call): GetResult<Meta> {
    const { descriptor, start, end } = file;
    const { signal } = call;
    let position = start;
    let isClosed = false;
    let crc = 0;

    const check = (bytes: Uint8Array): void => {
      if (file.crc32 === undefined) return;
      crc = crc32(bytes, crc);
      if (position === end && crcText(crc) !== file.crc32) throw damaged(call);
    };

    if (end - start <= smallBody) {
      const all = new Uint8Array(end - start);
      if (readSync(descriptor, all, 0, all.byteLength, start) < all.byteLength) throw truncated(call);
      position = end;
      check(all);
      closeSync(descriptor);
      return openedBytes(meta, all);
    }

    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      this.#forgotten.unregister(next);
      closeSync(descriptor);
    };

    /** Reads into a buffer and returns how many bytes; closes the file at the end and after a failure. */
    const next = async (buffer: Uint8Array): Promise<number> => {
      try {
        if (isClosed) throw failed(call, "Closed", "its body was read already; call get again");
        throwIfAborted(signal, call);
        const { bytesRead } = await read(descriptor, buffer, 0, buffer.byteLength, position);
        throwIfAborted(signal, call);
        if (bytesRead === 0) throw truncated(call);
        position += bytesRead;
        check(buffer.subarray(0, bytesRead));
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

/** The store never shortens a file, so another program did. */
function truncated(call: Call): EdgewaterError {
  return failed(call, "Integrity", "its file became shorter while it was read");
}

function damaged(call: Call): EdgewaterError {
  const reason = "its bytes are damaged: they differ from those that were written, although size and time are the same; write it again";
  return failed(call, "Integrity", reason);
}

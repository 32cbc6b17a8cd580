import { toBase64 } from "../../encoding/base64.ts";
import { EdgewaterError } from "../../errors.ts";

interface Slot {
  readonly blob: Blob;
  /** Where its base64 is in the text, for a small one. */
  readonly at: number | undefined;
  /** The number of its buffer. */
  readonly buffer: number;
}

/** Blobs of a value, which was written with room for their bytes. So the value may change while they are read. */
export class PendingBytes {
  readonly #slots: Slot[] = [];

  get isEmpty(): boolean {
    return this.#slots.length === 0;
  }

  add(blob: Blob, at: number | undefined, buffer: number): void {
    this.#slots.push({ blob, at, buffer });
  }

  /** Text that was written from `start` on is repeated at `target`. */
  repeat(start: number, target: number, length: number): void {
    for (const { blob, at, buffer } of [...this.#slots])
      if (at !== undefined && at >= start && at < start + length) this.#slots.push({ blob, at: target + at - start, buffer });
  }

  /** Reads the Blobs into the text that was written, and returns the buffers with theirs. */
  async fill(text: Uint8Array<ArrayBuffer>, buffers: readonly Uint8Array[]): Promise<Uint8Array[]> {
    // What the caller could change meanwhile is copied before the first wait.
    const copies: Uint8Array[] = buffers.map((buffer) => buffer.slice());
    const read = new Map<Blob, Uint8Array>();
    for (const { blob, at, buffer } of this.#slots) {
      const bytes = read.get(blob) ?? (await bytesOf(blob));
      read.set(blob, bytes);
      if (at === undefined) copies[buffer] = bytes;
      else new TextEncoder().encodeInto(toBase64(bytes), text.subarray(at));
    }
    return copies;
  }
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new EdgewaterError("SerializationError", `superjson cannot write a Blob without loss: ${problem}`, { field: "$", cause });
  };
  const bytes = await blob.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    (cause: unknown) => fail("its bytes cannot be read; the file may have changed", cause),
  );
  return bytes.length === blob.size ? bytes : fail("its bytes are not as many as its size says");
}

import { chunkReader } from "../byte-stream.ts";
import { toHex } from "../encoding/hex.ts";
import { EdgewaterError } from "../errors.ts";
import { describe } from "../options.ts";

const chunkSize = 1024 * 1024;

/** The size of the buffer that streamed content fills first, in bytes: most of it is much shorter than a chunk. */
const firstBuffer = 64 * 1024;

/** Number of chunks hashed at once; WebCrypto hashes in other threads where the runtime has them, and copies each chunk. */
const parallelChunks = 8;

/**
 * Returns the data version of serialized content: a digest that is the same on every runtime, and the same for bytes and
 * streams.
 *
 * Up to 1 MiB it is `sha256:<hex>`, the SHA-256 of the bytes. Above, it is `sha256t:<hex>`, the SHA-256 of the concatenated
 * raw SHA-256 digests of the 1 MiB chunks, because WebCrypto cannot hash incrementally.
 *
 * @example
 * ```ts
 * await digestOf(new TextEncoder().encode("abc"));
 * // "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
 * ```
 */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digests: Uint8Array[] = [];
  for (let start = 0; start === 0 || start < bytes.byteLength; start += parallelChunks * chunkSize) {
    const chunks: Promise<Uint8Array>[] = [];
    for (let at = start; at === start || (at < bytes.byteLength && chunks.length < parallelChunks); at += chunkSize)
      chunks.push(sha256(bytes.subarray(at, at + chunkSize)));
    digests.push(...(await Promise.all(chunks)));
  }
  return versionOf(digests);
}

/**
 * Returns the data version of content, for handlers of your own: register it with `context.registerContentVersion`, so that
 * equal content has an equal version. It is the digest that the built-in handlers use, the same on every runtime and for
 * bytes, text (as UTF-8), Blobs and streams. Streams and Blobs are read chunk by chunk.
 *
 * @throws `DefinitionError` for any other value, and the error of the stream
 *
 * @example
 * ```ts
 * async handleOutput(context: OutputContext, rows: readonly string[][]) {
 *   const text = rows.map((row) => row.join(",")).join("\n");
 *   await writeFile(`${context.assetName}.csv`, text);
 *   context.registerContentVersion(await contentVersion(text));
 * }
 * ```
 */
export async function contentVersion(content: Uint8Array | ArrayBuffer | string | Blob | ReadableStream<Uint8Array>): Promise<string> {
  const digest = new ContentDigest();
  if (typeof content === "string") await digest.add(new TextEncoder().encode(content));
  else if (content instanceof Uint8Array) await digest.add(content);
  else if (content instanceof ArrayBuffer) await digest.add(new Uint8Array(content));
  else if (content instanceof Blob || content instanceof ReadableStream) await addStream(digest, content);
  else {
    const expected = "a Uint8Array, an ArrayBuffer, a string, a Blob or a ReadableStream of bytes";
    throw new EdgewaterError("DefinitionError", `Invalid content of contentVersion: ${describe(content)}; expected ${expected}`);
  }
  return digest.version();
}

async function addStream(digest: ContentDigest, content: Blob | ReadableStream<Uint8Array>): Promise<void> {
  const reader = chunkReader(content instanceof Blob ? content.stream() : content);
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    await digest.add(value);
  }
}

/** Computes the data version of streamed content. Holds one chunk, and the digests of the chunks before it. */
export class ContentDigest {
  /** Number of bytes added so far. */
  size = 0;
  readonly #digests: Uint8Array[] = [];
  #chunk: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #filled = 0;

  /** Adds the next bytes. They may be changed after it has resolved. */
  async add(bytes: Uint8Array): Promise<void> {
    this.size += bytes.byteLength;
    for (let start = 0; start < bytes.byteLength; ) {
      // Hash a full chunk only when more bytes follow: a single chunk is hashed differently.
      if (this.#filled === chunkSize) await this.#finishChunk();
      const part = bytes.subarray(start, start + chunkSize - this.#filled);
      this.#makeRoom(this.#filled + part.byteLength);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.byteLength;
      start += part.byteLength;
    }
  }

  /** Returns the data version of all bytes. Nothing can be added afterwards. */
  async version(): Promise<string> {
    await this.#finishChunk();
    return versionOf(this.#digests);
  }

  #makeRoom(size: number): void {
    if (size <= this.#chunk.byteLength) return;
    const larger = new Uint8Array(size <= firstBuffer ? firstBuffer : chunkSize);
    larger.set(this.#chunk);
    this.#chunk = larger;
  }

  async #finishChunk(): Promise<void> {
    this.#digests.push(await sha256(this.#chunk.subarray(0, this.#filled)));
    this.#filled = 0;
  }
}

/** Returns a data version that is never equal to another, for a value without bytes. */
export function uniqueVersion(): string {
  return crypto.randomUUID();
}

/** Whether a data version looks like one that {@link uniqueVersion} made: it says nothing about the content. */
export function isUniqueVersion(version: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(version);
}

/** @param digests the digests of the chunks, at least one */
async function versionOf(digests: readonly Uint8Array[]): Promise<string> {
  const [first = new Uint8Array(), ...others] = digests;
  if (others.length === 0) return `sha256:${toHex(first)}`;
  const joined = new Uint8Array(digests.length * first.byteLength);
  for (const [index, digest] of digests.entries()) joined.set(digest, index * first.byteLength);
  return `sha256t:${toHex(await sha256(joined))}`;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

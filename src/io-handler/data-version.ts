import { toHex } from "../encoding/hex.ts";

const chunkSize = 1024 * 1024;

/** Chunks of one object that are hashed at once, where the runtime has threads for it; each is copied meanwhile. */
const atOnce = 8;

/**
 * The data version of serialized content: a digest that is the same on every runtime and for bytes and streams alike.
 *
 * Up to 1 MiB it is `sha256:<hex>`, the SHA-256 of the bytes. Above, it is `sha256t:<hex>`, the SHA-256 over the
 * concatenated raw SHA-256 digests of the 1 MiB chunks, so that WebCrypto, which cannot hash incrementally, suffices.
 *
 * @example
 * ```ts
 * await digestOf(new TextEncoder().encode("abc"));
 * // "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
 * ```
 */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digests: Uint8Array[] = [];
  for (let start = 0; start === 0 || start < bytes.byteLength; start += atOnce * chunkSize) {
    const chunks: Promise<Uint8Array>[] = [];
    for (let at = start; at === start || (at < bytes.byteLength && chunks.length < atOnce); at += chunkSize)
      chunks.push(sha256(bytes.subarray(at, at + chunkSize)));
    digests.push(...(await Promise.all(chunks)));
  }
  return versionOf(digests);
}

/** The data version of content that comes bit by bit. Holds one chunk, and the digests of those before it. */
export class ContentDigest {
  /** Bytes added so far. */
  size = 0;
  readonly #digests: Uint8Array[] = [];
  readonly #chunk: Uint8Array<ArrayBuffer> = new Uint8Array(chunkSize);
  #filled = 0;

  /** Takes the next bytes. They may be changed when it has resolved. */
  async add(bytes: Uint8Array): Promise<void> {
    this.size += bytes.byteLength;
    for (let start = 0; start < bytes.byteLength; ) {
      // A full chunk waits for what follows: only then is it sure not to be the only one.
      if (this.#filled === chunkSize) await this.#finishChunk();
      const part = bytes.subarray(start, start + chunkSize - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.byteLength;
      start += part.byteLength;
    }
  }

  /** The data version of everything; nothing can be added afterwards. */
  async version(): Promise<string> {
    await this.#finishChunk();
    return versionOf(this.#digests);
  }

  async #finishChunk(): Promise<void> {
    this.#digests.push(await sha256(this.#chunk.subarray(0, this.#filled)));
    this.#filled = 0;
  }
}

/** The data version of a value that has no bytes: never equal to another. */
export function uniqueVersion(): string {
  return crypto.randomUUID();
}

/** From the digests of the chunks, of which there is at least one. */
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

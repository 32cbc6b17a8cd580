const chunkSize = 1024 * 1024;

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
  if (bytes.byteLength <= chunkSize) return `sha256:${hex(await sha256(bytes))}`;
  const digests = new Uint8Array(Math.ceil(bytes.byteLength / chunkSize) * 32);
  for (let chunk = 0; chunk * chunkSize < bytes.byteLength; chunk++) {
    digests.set(await sha256(bytes.subarray(chunk * chunkSize, (chunk + 1) * chunkSize)), chunk * 32);
  }
  return `sha256t:${hex(await sha256(digests))}`;
}

/** The data version of a value that has no bytes: never equal to another. */
export function uniqueVersion(): string {
  return crypto.randomUUID();
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

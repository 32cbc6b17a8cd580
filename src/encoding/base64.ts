/** Returns bytes as base64 text (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += 8192) binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return btoa(binary);
}

/**
 * Returns the bytes of base64 text.
 *
 * @throws a `DOMException` when the text is not base64
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  return Uint8Array.from({ length: binary.length }, (_, index) => binary.charCodeAt(index));
}

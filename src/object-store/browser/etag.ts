import { toHex } from "../../encoding/hex.ts";

/** Bytes of what makes an etag differ from every other. */
export const idBytes = 16;

/** Random, also on pages that are not secure, where `crypto.randomUUID` is missing. */
export function newId(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(idBytes));
}

export function etagOf(id: Uint8Array): string {
  return `"${toHex(id)}"`;
}

/**
 * Secrets of requests: where they are, and how they are compared.
 *
 * @module
 */
/**
 * The token of the header `Authorization: Bearer <token>`; empty without this header.
 */
export function bearerToken({ headers }: Request): string {
  return /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
}

/** A digest of a secret. Digests have one length, so that comparing them tells nothing about the length of a secret. */
export async function secretDigest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** Whether two digests are equal. Compares every byte, whatever the result. */
export function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}

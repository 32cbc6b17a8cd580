/**
 * Encodes text as one segment of a URL's path, or as one value of its query, by RFC 3986, section 2.3. Signatures need this
 * form; `encodeURIComponent` leaves five more characters unencoded.
 */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Encodes a key as the path of a URL, without a leading slash. */
export function encodeKey(key: string): string {
  return key.split("/").map(encodeSegment).join("/");
}

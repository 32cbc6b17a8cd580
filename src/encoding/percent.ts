/**
 * Text as one segment of a URL's path or one value of its query, by RFC 3986, as signatures want it:
 * `encodeURIComponent` leaves five characters too many alone.
 */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A key as the path of a URL, without a leading slash. */
export function encodeKey(key: string): string {
  return key.split("/").map(encodeSegment).join("/");
}

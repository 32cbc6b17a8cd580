/**
 * Where the value of an asset lies in a store: `<prefix>/<asset>.<extension>`. The name becomes one segment,
 * percent-encoded, so that different names have different keys and none leaves the prefix.
 */
export function valueKey(prefix: string, assetName: string, extension: string): string {
  const path = `${encodeSegment(assetName)}.${extension}`;
  return prefix === "" ? path : `${prefix}/${path}`;
}

/** As RFC 3986 encodes a segment: only letters, digits and `-._~` stand for themselves. */
function encodeSegment(name: string): string {
  return encodeURIComponent(name).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

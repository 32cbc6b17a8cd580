/**
 * Returns a short, stable hash of text (32-bit FNV-1a over UTF-16 units) in base 36. Two texts may have the same hash, so
 * use it only where a collision does no harm.
 */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(36);
}

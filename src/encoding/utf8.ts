/**
 * Encodings, each once: UTF-8, hex, base64, percent-encoding, short hashes, and wall-clock time as text.
 *
 * @module
 */

/** Returns whether UTF-8 can encode the text: it has no lone surrogate. (`String.prototype.isWellFormed` exists only since 2023.) */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * The reason why some store or database cannot hold a name; undefined for a name that all can hold. One rule for all, so that
 * a name that works in memory also works on Postgres.
 */
export function nameProblem(text: string): string | undefined {
  if (!isWellFormed(text)) return "it has a lone surrogate, which UTF-8 cannot encode";
  return text.includes("\0") ? "it has the character NUL, which Postgres cannot store" : undefined;
}

/** Compares strings by their UTF-8 bytes, which is the order of their code points. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** In UTF-16 the surrogates come before U+E000 to U+FFFF; the code points that they encode come after. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

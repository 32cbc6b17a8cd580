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
    if (left.charCodeAt(index) === right.charCodeAt(index)) continue;
    // The unit before may be the first half of a character.
    const before = index === 0 ? 0 : encodedPoint(left, index - 1) - encodedPoint(right, index - 1);
    const order = before === 0 ? encodedPoint(left, index) - encodedPoint(right, index) : before;
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** The code point from a unit on; a lone surrogate is encoded as U+FFFD. */
function encodedPoint(text: string, index: number): number {
  const point = text.codePointAt(index) ?? 0;
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
}

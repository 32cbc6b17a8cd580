/** Characters of all patterns of one value. */
const mostCharacters = 2 ** 18;

/** Property escapes and named groups of all patterns of one value: some engines spend kilobytes, or the square, on them. */
const mostCostly = 2000;

/** Counts the regular expressions of one value, each distinct one once: a short pattern can take seconds and gigabytes to parse. */
export class Patterns {
  readonly #seen = new Set<string>();
  #characters = 0;
  #costly = 0;

  /** Why another pattern is one too many; undefined while it is not. */
  add(pattern: string): string | undefined {
    if (this.#seen.has(pattern)) return undefined;
    this.#seen.add(pattern);
    this.#characters += pattern.length;
    if (this.#characters <= mostCharacters) this.#costly += pattern.match(/\\p\{|\\P\{|\(\?</g)?.length ?? 0;
    if (this.#characters > mostCharacters) return `the regular expressions have more than ${mostCharacters} characters together`;
    return this.#costly > mostCostly
      ? `the regular expressions have more than ${mostCostly} property escapes and named groups together`
      : undefined;
  }
}

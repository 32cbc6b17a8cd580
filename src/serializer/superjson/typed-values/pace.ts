/** Elements between two looks at the clock. */
const batch = 256;

/** A batch of numbers takes a small part of this, unless they collide. */
const slowMs = 3;

/** How long slow batches may take together, when they are most of all batches. */
const mostSlowMs = 400;

/**
 * Notices numbers and bigints that collide in the tables of an engine, so that a Set or Map of them takes the square of
 * their count. Other keys cannot be chosen to collide: engines mix something random into their hashes.
 */
export class Pace {
  #count = 0;
  #slow = 0;
  #slowMs = 0;
  #last = 0;

  /** Is called for each key before it is added. Returns why there should not be more; undefined while all is well. */
  add(key: unknown): string | undefined {
    if (typeof key !== "number" && typeof key !== "bigint") return undefined;
    if (this.#count++ % batch !== 0) return undefined;
    const now = performance.now();
    const ms = now - this.#last;
    if (this.#count > 1 && ms > slowMs) {
      this.#slow++;
      this.#slowMs += ms;
    }
    this.#last = now;
    const isSlow = this.#slowMs > mostSlowMs && this.#slow > 8 && 2 * this.#slow * batch > this.#count;
    return isSlow ? "its numbers collide in this engine, which takes the square of their count to tell them apart; use strings" : undefined;
  }
}

/** Why the keys of a Map or Set would not be read again. */
export function paceOf(keys: Iterable<unknown>, size: number): string | undefined {
  if (size < 8 * batch) return undefined;
  const pace = new Pace();
  const again = new Set<unknown>();
  for (const key of keys) {
    const problem = pace.add(key);
    if (problem !== undefined) return problem;
    if (typeof key === "number" || typeof key === "bigint") again.add(key);
  }
  return undefined;
}

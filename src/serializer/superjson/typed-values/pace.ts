import { damaged } from "../failures.ts";

/** Elements between two looks at the clock. */
const batch = 1024;

/** A batch of numbers takes a fraction of a millisecond, unless they collide. */
const slowMs = 10;

/** How many slow batches are no accident, when they are most of all batches. */
const mostSlow = 16;

/**
 * Notices numbers that were chosen to collide in the tables of an engine, which then take the square of their count to add
 * to a Set or Map. Other keys cannot be chosen so: engines mix something random into their hashes.
 */
export class Pace {
  #count = 0;
  #slow = 0;
  #last = 0;

  /** Is called for each key before it is added. */
  add(key: unknown): void {
    if (typeof key !== "number" && typeof key !== "bigint") return;
    if (this.#count++ % batch !== 0) return;
    const now = performance.now();
    if (this.#count > 1 && now - this.#last > slowMs) this.#slow++;
    this.#last = now;
    if (this.#slow > mostSlow && 2 * this.#slow * batch > this.#count)
      throw damaged("it takes too long to add the numbers of a Set or Map, which may have been chosen for that");
  }
}

const none: ReadonlySet<number> = new Set();

/** The objects, bigints and NaN of a value: which were seen, and which of them in several places. */
export class Identities {
  readonly #seen = new Set<unknown>();
  readonly shared: Set<unknown> = new Set();

  /** Adds a value. Returns whether it was not seen before. */
  isNew(value: unknown): boolean {
    const { size } = this.#seen;
    if (this.#seen.add(value).size > size) return true;
    this.shared.add(value);
    return false;
  }

  /** Engines hash only the low 64 bits of a bigint, so that many large ones may collide; their texts do not. */
  addBigInt(value: bigint): void {
    const { size } = this.#seen;
    const key = BigInt.asIntN(64, value) === value ? value : `n${value.toString(16)}`;
    if (this.#seen.add(key).size === size) this.shared.add(value);
  }

  /**
   * Adds the objects of an array, all at once: engines are faster when nothing else is made while a set grows. Returns where
   * those are that were seen before.
   */
  addObjects(array: readonly unknown[]): ReadonlySet<number> {
    let repeated: Set<number> | undefined;
    for (let index = 0; index < array.length; index++) {
      const element = array[index];
      if (typeof element !== "object" || element === null || this.isNew(element)) continue;
      repeated ??= new Set();
      repeated.add(index);
    }
    return repeated ?? none;
  }
}

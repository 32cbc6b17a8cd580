/**
 * A map that does not change, and costs little to derive another from: the changes lie over a base that both share, and are folded
 * into a new base when they are a quarter of it.
 */
export class LayeredMap<Value> {
  readonly #base: ReadonlyMap<string, Value>;
  /** What is over the base; undefined is a key of the base that is gone. */
  readonly #changes: ReadonlyMap<string, Value | undefined>;
  readonly size: number;

  constructor(
    base: ReadonlyMap<string, Value> = new Map(),
    changes: ReadonlyMap<string, Value | undefined> = new Map(),
    size: number = base.size,
  ) {
    this.#base = base;
    this.#changes = changes;
    this.size = size;
  }

  get(key: string): Value | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base.get(key);
  }

  /** The values, those of the base first. */
  *values(): IterableIterator<Value> {
    if (this.#changes.size === 0) return yield* this.#base.values();
    for (const [key, value] of this.#base) if (!this.#changes.has(key)) yield value;
    for (const value of this.#changes.values()) if (value !== undefined) yield value;
  }

  /** Returns a map with these changes, which belong to it from now on; undefined takes away a key that is there. */
  with(changes: ReadonlyMap<string, Value | undefined>): LayeredMap<Value> {
    if (changes.size === 0) return this;
    // A whole log has no copy of its files.
    if (this.size === 0) return new LayeredMap(changes as ReadonlyMap<string, Value>);
    const isLarge = (this.#changes.size + changes.size) * 4 > this.#base.size;
    const base = isLarge ? new Map(this.#base) : this.#base;
    const over = isLarge ? base : new Map(this.#changes);
    let size = this.size;
    if (isLarge) for (const [key, value] of this.#changes) set(base as Map<string, Value>, key, value);
    for (const [key, value] of changes) {
      size += (value === undefined ? 0 : 1) - (this.get(key) === undefined ? 0 : 1);
      if (isLarge || (value === undefined && !this.#base.has(key))) set(over as Map<string, Value>, key, value);
      else (over as Map<string, Value | undefined>).set(key, value);
    }
    return isLarge ? new LayeredMap(base) : new LayeredMap(this.#base, over, size);
  }
}

/** Sets a value, or deletes the key if the value is undefined. */
function set<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

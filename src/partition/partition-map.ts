import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import type { PartitionKey, PartitionKeyInput } from "./partition-key.ts";

/** How many partitions `toMap` loads at once. */
const concurrency = 8;

/** How a {@link PartitionMap} treats what is not there. */
export interface PartitionMapOptions {
  /** What iteration and `toMap` do with a partition whose load rejects with `NotFound`: fail (the default) or leave it out. */
  readonly missing?: "throw" | "skip" | undefined;
}

/**
 * Several partitions of one asset, ordered and lazy: a partition is loaded when it is asked for, and once.
 *
 * @example
 * ```ts
 * for await (const [key, rows] of partitions) counts.set(key.toString(), rows.length);
 * const eu = await partitions.get("eu");
 * ```
 */
export class PartitionMap<T> implements AsyncIterable<[PartitionKey, T]> {
  readonly #keys: ReadonlyMap<string, PartitionKey>;
  readonly #load: (key: PartitionKey) => Promise<T>;
  readonly #skips: boolean;
  readonly #loads: Map<string, Promise<T>> = new Map();

  /** `keys` are one-valued, in the order of iteration. `load` is called once per key, and again only after it failed. */
  constructor(keys: Iterable<PartitionKey>, load: (key: PartitionKey) => Promise<T>, options: PartitionMapOptions = {}) {
    this.#keys = new Map(Array.from(keys, (key) => [String(key), key]));
    this.#load = load;
    this.#skips = options.missing === "skip";
  }

  /** The keys, in order, those whose value is missing included. */
  keys(): readonly PartitionKey[] {
    return [...this.#keys.values()];
  }

  /** How many keys there are. */
  get size(): number {
    return this.#keys.size;
  }

  /** Whether this is one of the keys. */
  has(key: PartitionKeyInput): boolean {
    return this.#find(key) !== undefined;
  }

  /**
   * The value of one partition.
   *
   * @throws `PartitionError` when it is none of the keys; whatever the load throws, `NotFound` included
   */
  async get(key: PartitionKeyInput): Promise<T> {
    const found = this.#find(key);
    if (found === undefined) {
      throw new EdgewaterError(
        "PartitionError",
        `${JSON.stringify(String(key))} is none of the ${this.size} partitions that this input loads`,
      );
    }
    return this.#value(found);
  }

  /** The keys and their values, one loaded after the other. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[PartitionKey, T], void, undefined> {
    for (const key of this.#keys.values()) {
      const loaded = await this.#unlessMissing(key);
      if (loaded !== undefined) yield [key, loaded.value];
    }
  }

  /**
   * Everything by the display form of its key, in order. Up to eight partitions are loaded at once; after a failure no
   * further load starts.
   */
  async toMap(): Promise<Map<string, T>> {
    const keys = this.keys();
    const loaded: ({ readonly value: T } | undefined)[] = new Array(keys.length).fill(undefined);
    const waiting = keys.entries();
    let failed = false;
    const work = async (): Promise<void> => {
      for (const [index, key] of waiting) {
        if (failed) return;
        try {
          loaded[index] = await this.#unlessMissing(key);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, keys.length) }, work));
    const values = keys.flatMap((key, index): [string, T][] => {
      const found = loaded[index];
      return found === undefined ? [] : [[String(key), found.value]];
    });
    return new Map(values);
  }

  #find(key: PartitionKeyInput): PartitionKey | undefined {
    const found = this.#keys.get(String(key));
    if (typeof key === "string" || found === undefined) return found;
    return found.equals(key) ? found : undefined;
  }

  #value(key: PartitionKey): Promise<T> {
    const text = String(key);
    const begun = this.#loads.get(text);
    if (begun !== undefined) return begun;
    const load = Promise.resolve(key).then(this.#load);
    this.#loads.set(text, load);
    // A load that failed may succeed when it is asked for again.
    load.catch(() => this.#loads.delete(text));
    return load;
  }

  async #unlessMissing(key: PartitionKey): Promise<{ readonly value: T } | undefined> {
    try {
      return { value: await this.#value(key) };
    } catch (error) {
      if (this.#skips && isEdgewaterError(error, "NotFound")) return undefined;
      throw error;
    }
  }
}

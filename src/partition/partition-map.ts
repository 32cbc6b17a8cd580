import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { aFunction, checkOptions, checkValue, type OptionKinds, oneOf, required } from "../options.ts";
import type { PartitionKey, PartitionKeyInput } from "./partition-key.ts";

/** Number of partitions that `toMap` loads at once. */
const concurrency = 8;

/** Options of {@link PartitionMap}. */
export interface PartitionMapOptions {
  /** What iteration and `toMap` do when a load rejects with `NotFound`: fail (the default) or leave the partition out. */
  readonly missing?: "throw" | "skip" | undefined;
}

const kinds: OptionKinds<PartitionMapOptions> = { missing: /* @__PURE__ */ oneOf("throw", "skip") };

/**
 * The values of several partitions of one asset, in order. Each value is loaded on first use, and once.
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

  /**
   * @param keys one key per partition, in the order of iteration
   * @param load loads one value; called once per key, and again only after it failed
   */
  constructor(keys: Iterable<PartitionKey>, load: (key: PartitionKey) => Promise<T>, options: PartitionMapOptions = {}) {
    checkValue("PartitionMap", "load", load, /* @__PURE__ */ required(aFunction), "PartitionError");
    checkOptions("PartitionMap", options, kinds, "PartitionError");
    this.#keys = new Map(Array.from(keys, (key) => [String(key), key]));
    this.#load = load;
    this.#skips = options.missing === "skip";
  }

  /** Returns all keys in order, also those whose value is missing. */
  keys(): readonly PartitionKey[] {
    return [...this.#keys.values()];
  }

  /** Number of keys. */
  get size(): number {
    return this.#keys.size;
  }

  /** Returns whether `key` is one of the keys. */
  has(key: PartitionKeyInput): boolean {
    return this.#find(key) !== undefined;
  }

  /**
   * Returns the value of one partition.
   *
   * @throws `PartitionError` when `key` is not one of the keys; `NotFound` and every other error of the load
   */
  async get(key: PartitionKeyInput): Promise<T> {
    const found = this.#find(key);
    if (found === undefined) {
      throw new EdgewaterError(
        "PartitionError",
        `Cannot load ${JSON.stringify(String(key))}: it is not one of the ${this.size} partitions of this input`,
      );
    }
    return this.#value(found);
  }

  /** Iterates over the keys and their values, and loads one after the other. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[PartitionKey, T], void, undefined> {
    for (const key of this.#keys.values()) {
      const loaded = await this.#unlessMissing(key);
      if (loaded !== undefined) yield [key, loaded.value];
    }
  }

  /**
   * Returns all values by the display form of their keys, in order. Loads up to eight partitions at once; after a failure
   * no further load starts.
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
    // Allow another try after a failure.
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

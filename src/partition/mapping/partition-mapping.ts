/**
 * Mappings between the partitions of two assets.
 *
 * @module
 */
import type { PartitionKeyInput } from "../partition-key.ts";
import { keyMappings } from "./key-mappings.ts";
import type { Arity, PartitionMapping as Mapping } from "./make-mapping.ts";
import { multiMapping, multiToSingleMapping } from "./multi-mappings.ts";
import { timeWindowMapping, windowsWithinMapping } from "./time-window-mapping.ts";

/** Maps a partition of the downstream asset to the partitions of the upstream asset that it loads. */
export type PartitionMapping<A extends Arity = Arity> = Mapping<A>;

/** The mapping of one upstream dimension, from the downstream dimension with the same name or with the given name. */
export type DimensionMapping = Mapping | readonly [downstreamDimension: string, mapping: Mapping];

type DimensionArity<D> = D extends readonly [string, Mapping<infer A>] ? A : D extends Mapping<infer A> ? A : never;

/** The arity of a mapping by dimension: "many" if any dimension is "many", else "maybe" if any is "maybe", else "one". */
export type JointArity<D> =
  "many" extends DimensionArity<D[keyof D]> ? "many" : "maybe" extends DimensionArity<D[keyof D]> ? "maybe" : "one";

/**
 * Factories of the mappings that an input may declare. With the arity "one" the input is the value, with "maybe" the value
 * or `undefined`, with "many" a `PartitionMap`.
 *
 * @throws `PartitionError` for invalid keys, dimensions or offsets
 *
 * @example
 * ```ts
 * asset({ name: "total", inputs: { sales: input(sales, { partitionMapping: PartitionMapping.all() }) } }, async ({ sales }) => {
 *   let total = 0;
 *   for await (const [, rows] of sales) total += rows.length;
 *   return total;
 * });
 * ```
 */
export const PartitionMapping = {
  /** Loads the partition with the same key. */
  identity(): Mapping<"one"> {
    return keyMappings.identity();
  },
  /** Loads every partition. */
  all(): Mapping<"many"> {
    return keyMappings.all();
  },
  /** Loads the partition that a table gives for the downstream key. A key that is not in the table stays the same. */
  static(table: Readonly<Record<string, PartitionKeyInput>>): Mapping<"one"> {
    return keyMappings.static(table);
  },
  /** Loads these partitions, for every downstream partition. */
  specific(keys: readonly PartitionKeyInput[]): Mapping<"many"> {
    return keyMappings.specific(keys);
  },
  /** Loads the value of an upstream asset without partitions for these downstream keys; `undefined` for all others. */
  forKeys(keys: readonly PartitionKeyInput[]): Mapping<"maybe"> {
    return keyMappings.forKeys(keys);
  },
  /** Loads the partition with the same key if the upstream asset has it, else `undefined`. */
  subset(): Mapping<"maybe"> {
    return keyMappings.subset();
  },
  /**
   * Loads by time. Offset 0 is the upstream window that contains the start of the downstream window. `{ offset }` loads one
   * window, `{ from, to }` loads all between two offsets, both included.
   */
  timeWindow: timeWindowMapping as typeof timeWindowMapping,
  /**
   * Loads all windows that start within the downstream window: a month of its days, a day of its hours. Each of them must have a
   * partition, so the day whose hours are not all there cannot be made yet.
   */
  windowsWithin(): Mapping<"many"> {
    return windowsWithinMapping();
  },
  /**
   * Maps each upstream dimension on its own and loads every combination. A dimension that is not given is mapped by identity
   * from the downstream dimension with the same name.
   */
  multi<const D extends Readonly<Record<string, DimensionMapping>>>(dimensions: D): Mapping<JointArity<D>> {
    return multiMapping(dimensions) as Mapping<JointArity<D>>;
  },
  /**
   * Maps between multi partitions and single keys by one dimension. If the downstream asset has the dimensions, it loads the
   * key that is its value of `dimension` (arity "one"). If the upstream asset has them, it loads every partition whose value
   * of `dimension` is the key (arity "many"). Pass `arity` to have it in the type; the other direction is then refused. Another
   * mapping as the second argument, or as the option `mapping`, maps between the values of the dimension and the single keys.
   */
  multiToSingle: multiToSingleMapping as typeof multiToSingleMapping,
} as const;

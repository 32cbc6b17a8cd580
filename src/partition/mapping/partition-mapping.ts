import type { PartitionKeyInput } from "../partition-key.ts";
import { keyMappings } from "./key-mappings.ts";
import { multiMapping, multiToSingleMapping } from "./multi-mappings.ts";
import { timeWindowMapping } from "./time-window-mapping.ts";
import type { Arity, PartitionMapping as Mapping } from "./types.ts";

/** Which partitions of the upstream asset one partition of the downstream asset loads. */
export type PartitionMapping<A extends Arity = Arity> = Mapping<A>;

/** The mapping of one upstream dimension: of the downstream dimension of that name, or of another. */
export type DimensionMapping = Mapping | readonly [downstreamDimension: string, mapping: Mapping];

type DimensionArity<D> = D extends readonly [string, Mapping<infer A>] ? A : D extends Mapping<infer A> ? A : never;

/** Many when one dimension is many, else maybe when one is maybe, else one. */
export type JointArity<D> =
  "many" extends DimensionArity<D[keyof D]> ? "many" : "maybe" extends DimensionArity<D[keyof D]> ? "maybe" : "one";

/**
 * The mappings that an input may declare. Arity "one" hands over the value, "maybe" the value or `undefined`, "many" a
 * PartitionMap.
 *
 * @throws `PartitionError` for keys that are none
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
  /** The partition of the same key. */
  identity(): Mapping<"one"> {
    return keyMappings.identity();
  },
  /** Every partition. */
  all(): Mapping<"many"> {
    return keyMappings.all();
  },
  /** By a table from downstream to upstream keys; a key that the table lacks stays as it is. */
  static(table: Readonly<Record<string, PartitionKeyInput>>): Mapping<"one"> {
    return keyMappings.static(table);
  },
  /** These partitions, whatever is made. */
  specific(keys: readonly PartitionKeyInput[]): Mapping<"many"> {
    return keyMappings.specific(keys);
  },
  /** The value of an upstream asset without partitions, for these downstream keys; `undefined` for all others. */
  forKeys(keys: readonly PartitionKeyInput[]): Mapping<"maybe"> {
    return keyMappings.forKeys(keys);
  },
  /** The partition of the same key when upstream has it, else `undefined`. */
  subset(): Mapping<"maybe"> {
    return keyMappings.subset();
  },
  /**
   * By time. The upstream window that holds the start of the downstream window counts as 0; `{ offset }` loads the one that
   * many windows later, `{ from, to }` all from one to the other, both included.
   */
  timeWindow: timeWindowMapping as typeof timeWindowMapping,
  /**
   * By upstream dimension. A dimension that is not given is mapped by identity from the downstream dimension of its name.
   * Several keys come as every combination.
   */
  multi<const D extends Readonly<Record<string, DimensionMapping>>>(dimensions: D): Mapping<JointArity<D>> {
    return multiMapping(dimensions) as Mapping<JointArity<D>>;
  },
  /**
   * Between one dimension and a single key. From dimensions to a single key: the value of `dimension`, one. From a single
   * key to dimensions: that value with every combination of the others, many. The edge decides, so say which is meant to
   * get its type; an edge of the other way is refused then.
   */
  multiToSingle: multiToSingleMapping as typeof multiToSingleMapping,
} as const;

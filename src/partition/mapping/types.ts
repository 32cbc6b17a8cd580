import type { PartitionKey } from "../partition-key.ts";
import type { PartitionMap } from "../partition-map.ts";
import type { PartitionLoadingContext, PartitionsDefinition } from "../partitions-definition.ts";

/** How many partitions of the upstream asset one partition of the downstream asset loads. */
export type Arity = "one" | "maybe" | "many";

/** The type of an input: `T`, `T | undefined` or a {@link PartitionMap}, as the mapping's arity says. */
export type Shaped<T, A extends Arity> = A extends "many" ? PartitionMap<T> : A extends "maybe" ? T | undefined : T;

/** The arity of a mapping's type; no mapping is "one". */
export type ArityOf<Mapping> = Mapping extends PartitionMapping<infer A> ? A : "one";

/** An input of an asset: which definitions it joins, and what messages call it. */
export interface PartitionEdge {
  /** The partitions of the asset that loads; `undefined` when it has none. */
  readonly downstream: PartitionsDefinition | undefined;
  /** The partitions of the asset that is loaded; `undefined` when it has none. */
  readonly upstream: PartitionsDefinition | undefined;
  /** The name of the asset that loads. */
  readonly owner: string;
  /** The name of the asset that is loaded. */
  readonly input: string;
}

/** An edge and the partition of the downstream asset that is made. */
export interface MappingRequest extends PartitionEdge {
  /** One-valued; `undefined` when the downstream asset has no partitions. */
  readonly key: PartitionKey | undefined;
  readonly loadingContext: PartitionLoadingContext;
}

/** Which partitions to load, and in which shape to hand them over: with "many" always a map, even for one key. */
export interface MappedKeys {
  readonly keys: readonly PartitionKey[];
  readonly arity: Arity;
}

/**
 * What an input loads: these partitions, the one value of an asset without partitions, or nothing, which is handed over
 * as `undefined`.
 */
export type Mapped = MappedKeys | "unpartitioned" | "nothing";

/** Which partitions of the upstream asset one partition of the downstream asset loads. */
export interface PartitionMapping<A extends Arity = Arity> {
  /** The name of its factory. */
  readonly kind: string;
  readonly arity: A;
  /** Why it does not fit the edge, as the end of a sentence; `undefined` when it does. */
  problem(edge: PartitionEdge): string | undefined;
  /**
   * What the input loads. Every key is a partition of the upstream asset.
   *
   * @throws `PartitionError` naming both assets when the mapping does not fit, or leads to a key that is no partition
   */
  resolve(request: MappingRequest): Mapped;
}

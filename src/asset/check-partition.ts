import { EdgewaterError } from "../errors.ts";
import { type PartitionKey, type PartitionKeyInput, partitionKeyOf } from "./partition-key.ts";
import type { PartitionsDefinition, Universe } from "./partitions-definition.ts";

/** Two partitions and all between them. */
export interface PartitionRange {
  readonly from: PartitionKeyInput;
  readonly to: PartitionKeyInput;
}

/**
 * The partition of `owner` that `key` names.
 *
 * @throws `PartitionError` naming the key, the asset and what its partitions are, when it is none or names several
 *
 * @example
 * ```ts
 * checkPartition(staticPartitions(["eu", "us"]), "asia", universe, "sales");
 * // PartitionError: "asia" is not a partition of "sales", which has "eu", "us"
 * ```
 */
export function checkPartition(definition: PartitionsDefinition, key: PartitionKeyInput, universe: Universe, owner: string): PartitionKey {
  let read: PartitionKey;
  try {
    read = partitionKeyOf(key, shapeOf(definition));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EdgewaterError("PartitionError", `${naming(key, owner)}: ${reason}`, { asset: owner, cause });
  }
  if (read.size !== 1) {
    throw new EdgewaterError("PartitionError", `${naming(read, owner)}: it names ${read.size} partitions, see its members()`, {
      asset: owner,
    });
  }
  if (!definition.has(read, universe)) {
    throw new EdgewaterError("PartitionError", `${naming(read, owner)}, which has ${definition.describe(universe)}`, { asset: owner });
  }
  return read;
}

/**
 * The partitions from `from` to `to`, both included, in the definition's order. Of several dimensions, every combination
 * of each one's range: from `date=2024-01-01|region=a` to `date=2024-01-02|region=b` are four.
 *
 * @throws `PartitionError` when an end is not a partition, or the range is the wrong way round
 */
export function partitionRange(definition: PartitionsDefinition, range: PartitionRange, universe: Universe): readonly PartitionKey[] {
  return definition.between(range.from, range.to, universe);
}

/** The shape that the keys of a definition have. */
export function shapeOf(definition: PartitionsDefinition): PartitionKey["kind"] {
  return definition.kind === "multi" ? "multi" : "single";
}

function naming(key: PartitionKeyInput, owner: string): string {
  return `${JSON.stringify(String(key))} is not a partition of ${JSON.stringify(owner)}`;
}

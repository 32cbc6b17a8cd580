import type { PartitionKey } from "../partition/partition-key.ts";
import { PartitionMap } from "../partition/partition-map.ts";

/** A map of partitions that loads each when it is asked for. */
export function loadPartitions(
  keys: readonly PartitionKey[],
  missing: "throw" | "skip",
  load: (key: PartitionKey) => Promise<unknown>,
): PartitionMap<unknown> {
  return new PartitionMap(keys, load, { missing });
}

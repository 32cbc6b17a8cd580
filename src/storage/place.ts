import type { PartitionKey } from "../partition/partition-key.ts";

/**
 * Where an event belongs within its asset, as text for indexes: empty for the asset itself, `=` and the display form of
 * the key for a partition.
 */
export function placeOf(partition: string | PartitionKey | undefined): string {
  return partition === undefined ? "" : `=${partition}`;
}

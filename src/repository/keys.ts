import type { Definition } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { checkPartition, type PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { membersOf } from "../run/plan.ts";

/** The partition of one value. @throws `PartitionError` for a missing, superfluous or invalid key */
export function oneKey(
  { name, partitions }: Definition,
  key: string | PartitionKey | undefined,
  loadingContext: PartitionLoadingContext,
): PartitionKey | undefined {
  if (partitions === undefined && key === undefined) return undefined;
  if (partitions === undefined) throw withoutPartitions(name);
  if (key === undefined) {
    const message = `Missing partition key for ${JSON.stringify(name)}: it has partitions; pass partitionKey, or partitionKeys to load a map`;
    throw new EdgewaterError("PartitionError", message, { asset: name });
  }
  return checkPartition(partitions, key, loadingContext, name);
}

/** The partitions of several values. @throws `PartitionError` for an asset without partitions, and for an invalid key */
export function severalKeys(
  { name, partitions }: Definition,
  keys: readonly (string | PartitionKey)[] | "all",
  loadingContext: PartitionLoadingContext,
): readonly PartitionKey[] {
  if (partitions === undefined) throw withoutPartitions(name);
  return keys === "all" ? partitions.keys(loadingContext) : keys.flatMap((key) => membersOf(partitions, key, loadingContext, name));
}

function withoutPartitions(name: string): EdgewaterError<"PartitionError"> {
  const message = `Unexpected partition key for ${JSON.stringify(name)}: it has no partitions; omit the key`;
  return new EdgewaterError("PartitionError", message, { asset: name });
}

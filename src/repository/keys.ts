import type { Definition } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { checkPartition, type PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { membersOf } from "../run/plan.ts";

/** Reads what partitions depend on beside their definitions. */
type LoadingContext = () => Promise<PartitionLoadingContext>;

/**
 * The partition that a key names; undefined without partitions.
 *
 * @throws `PartitionError` for a missing, unknown or superfluous key
 */
export async function oneKey(
  { name, partitions }: Definition,
  key: string | PartitionKey | undefined,
  loadingContext: LoadingContext,
): Promise<PartitionKey | undefined> {
  if (partitions === undefined && key === undefined) return undefined;
  if (partitions === undefined) throw withoutPartitions(name);
  if (key === undefined) {
    const message = `Missing partition key for ${JSON.stringify(name)}: it has partitions; pass partitionKey, or partitionKeys to load a map`;
    throw new EdgewaterError("PartitionError", message, { asset: name });
  }
  return checkPartition(partitions, key, await loadingContext(), name);
}

/**
 * The partitions that some keys stand for.
 *
 * @throws `PartitionError` for an unknown key, and for an asset without partitions
 */
export async function someKeys(
  { name, partitions }: Definition,
  keys: readonly (string | PartitionKey)[] | "all",
  loadingContext: LoadingContext,
): Promise<readonly PartitionKey[]> {
  if (partitions === undefined) throw withoutPartitions(name);
  const context = await loadingContext();
  return keys === "all" ? partitions.keys(context) : keys.flatMap((key) => membersOf(partitions, key, context, name));
}

function withoutPartitions(name: string): EdgewaterError<"PartitionError"> {
  const message = `Unexpected partition key for ${JSON.stringify(name)}: it has no partitions; omit the key`;
  return new EdgewaterError("PartitionError", message, { asset: name });
}

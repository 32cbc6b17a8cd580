import { EdgewaterError } from "../errors.ts";
import type { PartitionKey, PartitionKeyInput } from "./partition-key.ts";
import type { PartitionLoadingContext, PartitionsDefinition } from "./partitions-definition.ts";

/**
 * The partition of `owner` that `key` names.
 *
 * @throws `PartitionError` naming the key, the asset and what its partitions are, when it is none or names several
 *
 * @example
 * ```ts
 * checkPartition(staticPartitions(["eu", "us"]), "asia", loadingContext, "sales");
 * // PartitionError: "asia" is not a partition of "sales", which has "eu", "us"
 * ```
 */
export function checkPartition(
  definition: PartitionsDefinition,
  key: PartitionKeyInput,
  loadingContext: PartitionLoadingContext,
  owner: string,
): PartitionKey {
  let read: PartitionKey;
  try {
    read = definition.read(key);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EdgewaterError("PartitionError", `${naming(key, owner)}: ${reason}`, { asset: owner, cause });
  }
  if (read.size !== 1) {
    throw new EdgewaterError("PartitionError", `${naming(read, owner)}: it names ${read.size} partitions, see its members()`, {
      asset: owner,
    });
  }
  if (!definition.has(read, loadingContext)) {
    throw new EdgewaterError("PartitionError", `${naming(read, owner)}, which has ${definition.describe(loadingContext)}`, {
      asset: owner,
    });
  }
  return read;
}

function naming(key: PartitionKeyInput, owner: string): string {
  return `${JSON.stringify(String(key))} is not a partition of ${JSON.stringify(owner)}`;
}

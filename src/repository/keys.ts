/** The partitions that callers name. */
import type { Definition } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { checkPartition, type PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { dynamicNamesOf, type Graph } from "../run/graph.ts";
import { membersOf } from "../run/plan.ts";
import type { Storage } from "../storage/types.ts";

/** What partitions depend on beside their definitions: the time, and the keys of dynamic partitions. */
export async function currentContext(graph: Graph, storage: Storage): Promise<PartitionLoadingContext> {
  const entries = [...dynamicNamesOf(graph)].map(async (name) => [name, await storage.getDynamicPartitions(name)] as const);
  const keys = new Map(await Promise.all(entries));
  return { now: new Date(), dynamicKeys: (name) => keys.get(name) ?? [] };
}

/**
 * The one partition of an asset, or none of an asset without partitions.
 *
 * @throws `PartitionError` for a missing, unknown or superfluous key
 */
export async function oneKey(
  { name, partitions }: Definition,
  key: string | PartitionKey | undefined,
  context: () => Promise<PartitionLoadingContext>,
): Promise<PartitionKey | undefined> {
  if (partitions === undefined && key === undefined) return undefined;
  if (partitions === undefined) throw withoutPartitions(name);
  if (key === undefined) {
    const message = `Missing partition key for ${JSON.stringify(name)}: it has partitions; pass partitionKey, or partitionKeys to load a map`;
    throw new EdgewaterError("PartitionError", message, { asset: name });
  }
  return checkPartition(partitions, key, await context(), name);
}

/** Several partitions of an asset, or all. @throws `PartitionError` for an unknown key, and for an asset without partitions */
export async function severalKeys(
  { name, partitions }: Definition,
  keys: readonly (string | PartitionKey)[] | "all",
  context: () => Promise<PartitionLoadingContext>,
): Promise<readonly PartitionKey[]> {
  if (partitions === undefined) throw withoutPartitions(name);
  const loadingContext = await context();
  return keys === "all" ? partitions.keys(loadingContext) : keys.flatMap((key) => membersOf(partitions, key, loadingContext, name));
}

function withoutPartitions(name: string): EdgewaterError<"PartitionError"> {
  const message = `Unexpected partition key for ${JSON.stringify(name)}: it has no partitions; omit the key`;
  return new EdgewaterError("PartitionError", message, { asset: name });
}

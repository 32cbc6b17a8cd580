/** The partition keys that callers of a repository pass. */
import type { Definition } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { checkPartition, type PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { dynamicNamesOf, type Graph } from "../run/graph.ts";
import { membersOf } from "../run/plan.ts";
import type { Storage } from "../storage/types.ts";

/** What partitions depend on beside their definitions: the time, and the keys of dynamic partitions. */
export async function currentContext(graph: Graph, storage: Storage, now: Date = new Date()): Promise<PartitionLoadingContext> {
  const entries = [...dynamicNamesOf(graph)].map(async (name) => [name, await storage.getDynamicPartitions(name)] as const);
  const keys = new Map(await Promise.all(entries));
  return { now, dynamicKeys: (name) => keys.get(name) ?? [] };
}

type Keys = readonly (string | PartitionKey)[] | "all";

/** The partition of one value. @throws `PartitionError` for a missing key, an invalid one and an unexpected one */
export function oneKey(
  { name, partitions }: Definition,
  key: string | PartitionKey | undefined,
  loadingContext: PartitionLoadingContext,
): PartitionKey | undefined {
  if (partitions === undefined && key === undefined) return undefined;
  if (partitions === undefined) throw withoutPartitions(name);
  if (key === undefined) throw missingKey(name, "pass partitionKey, or partitionKeys to load a map");
  return checkPartition(partitions, key, loadingContext, name);
}

/** The partitions of a map. @throws `PartitionError` for an invalid key, and for an asset without partitions */
export function severalKeys(
  { name, partitions }: Definition,
  keys: Keys,
  loadingContext: PartitionLoadingContext,
): readonly PartitionKey[] {
  if (partitions === undefined) throw withoutPartitions(name);
  return keys === "all" ? partitions.keys(loadingContext) : keys.flatMap((key) => membersOf(partitions, key, loadingContext, name));
}

/**
 * The partitions to wipe; undefined stands for an asset without partitions.
 *
 * @param known the partitions that were ever materialized, which need not be in the definition any more
 * @throws `PartitionError` for missing keys, an invalid one and unexpected ones
 */
export function wipedKeys(
  { name, partitions }: Definition,
  keys: Keys | undefined,
  known: readonly PartitionKey[],
  loadingContext: PartitionLoadingContext,
): readonly (PartitionKey | undefined)[] {
  if (partitions === undefined && keys === undefined) return [undefined];
  if (partitions === undefined) throw withoutPartitions(name);
  if (keys === undefined) throw missingKey(name, 'pass partitionKeys, or "all"');
  if (keys === "all") return known;
  const byName = new Map(known.map((key) => [String(key), key]));
  const wiped = keys.flatMap((key) => byName.get(String(key)) ?? membersOf(partitions, key, loadingContext, name));
  return [...new Map(wiped.map((key) => [String(key), key])).values()];
}

function missingKey(name: string, remedy: string): EdgewaterError<"PartitionError"> {
  return new EdgewaterError("PartitionError", `Missing partition key for ${JSON.stringify(name)}: it has partitions; ${remedy}`, {
    asset: name,
  });
}

function withoutPartitions(name: string): EdgewaterError<"PartitionError"> {
  const message = `Unexpected partition key for ${JSON.stringify(name)}: it has no partitions; omit the key`;
  return new EdgewaterError("PartitionError", message, { asset: name });
}

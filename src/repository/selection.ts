import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { type Graph, type Node, selectedNodes } from "../run/graph.ts";
import { checkOneOf, type ExactSelection, membersOf, type Selection, type SelectionWord } from "../run/plan.ts";
import type { Latest, Staleness, Storage } from "../storage/types.ts";

/** Tells whether an asset without partitions, or a partition of an asset, is in a state. */
type IsIn = (name: string, key: PartitionKey | undefined) => boolean;

/**
 * Looks up what the words of a selection stand for now, so that the run makes the same when it is resumed later. A selection
 * without words is returned as it is, and reads nothing.
 *
 * @throws `GraphError` for an unknown name, `PartitionError` for two options that exclude each other and for an invalid key
 */
export async function exactSelection(
  graph: Graph,
  given: Selection,
  loadingContext: PartitionLoadingContext,
  storage: Storage,
): Promise<ExactSelection> {
  const { selection, includeUpstream, partitionKey, partitionKeys, partitionRange: range } = given;
  const assetWord = isWord(selection) ? selection : undefined;
  const partitionWord = isWord(partitionKeys) ? partitionKeys : undefined;
  if (assetWord === undefined && partitionWord === undefined) return given as ExactSelection;
  checkOneOf(given, "partitionKey", "partitionKeys", "partitionRange");
  const nodes = isWord(selection) || selection === undefined ? madeNodes(graph) : selection.flatMap((each) => selectedNodes(graph, each));
  const names = nodes.map(({ definition }) => definition.name);
  const isSelected = await stateOf(assetWord ?? "all", names, storage);
  const isWanted = assetWord === partitionWord ? isSelected : await stateOf(partitionWord ?? "all", names, storage);
  const keysOf = ({ definition: { name, partitions } }: Node): readonly PartitionKey[] => {
    if (partitions === undefined) return [];
    if (range !== undefined) return partitions.between(range.from, range.to, loadingContext);
    const keys = partitionKey === undefined ? partitionKeys : [partitionKey];
    if (keys === undefined || isWord(keys)) return partitions.keys(loadingContext);
    return keys.flatMap((key) => membersOf(partitions, key, loadingContext, name));
  };
  const selected: string[] = [];
  const partitionsOf = new Map<string, readonly PartitionKey[]>();
  for (const node of nodes) {
    const { name, partitions } = node.definition;
    const keys = keysOf(node).filter((key) => isSelected(name, key) && isWanted(name, key));
    if (partitions === undefined ? !isSelected(name, undefined) : keys.length === 0) continue;
    selected.push(name);
    if (partitions !== undefined) partitionsOf.set(name, keys);
  }
  return { selection: selected, includeUpstream, partitionsOf: Object.fromEntries(partitionsOf) };
}

function isWord(value: Selection["selection"] | Selection["partitionKeys"]): value is SelectionWord {
  return typeof value === "string";
}

function madeNodes({ nodes }: Graph): readonly Node[] {
  return [...nodes.values()].filter(({ definition }) => definition.kind === "asset");
}

async function stateOf(word: SelectionWord, assets: readonly string[], storage: Storage): Promise<IsIn> {
  if (word === "all") return () => true;
  if (word === "failed") return failedIn(assets, storage);
  const status: Staleness["status"] = word === "missing" ? "Missing" : "Stale";
  const known = new Map<string, Staleness["status"]>();
  for (const { asset, partition, status } of await storage.computeStaleness({ assets, partitions: true }))
    known.set(nameOf(asset, partition), status);
  return (name, key) => (known.get(nameOf(name, key)) ?? "Missing") === status;
}

async function failedIn(assets: readonly string[], storage: Storage): Promise<IsIn> {
  const [own, ...partitions] = await Promise.all([
    storage.getLatestRecords(assets.map((assetKey) => ({ assetKey }))),
    ...assets.map((asset) => storage.getPartitionRecords(asset)),
  ]);
  const failed = new Set<string>();
  for (const record of [...own, ...partitions.flat()]) if (hasFailedLast(record)) failed.add(nameOf(record.assetKey, record.partitionKey));
  return (name, key) => failed.has(nameOf(name, key));
}

/** Whether the last attempt to make an asset or a partition failed. */
export function hasFailedLast(latest: Latest | undefined): boolean {
  return (latest?.lastFailureId ?? 0) > (latest?.lastMaterializationId ?? 0);
}

function nameOf(name: string, partition: string | PartitionKey | undefined): string {
  return JSON.stringify([name, partition === undefined ? null : String(partition)]);
}

import type { Source } from "../asset/types.ts";
import type { StoredValue } from "../io-handler/handler.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { type Graph, type Node, nodeOf } from "../run/graph.ts";
import type { LoadEnvironment } from "../run/load.ts";
import type { Staleness } from "../storage/types.ts";
import { isUncommitted, storedValue } from "./stored.ts";

export interface StatusOptions {
  /** Which assets, by name or as they are; all that something here makes unless given. */
  readonly selection?: readonly (string | Source)[];
  /** Whether each partition is told too, after its asset, also those that were never made. */
  readonly partitions?: boolean;
  readonly signal?: AbortSignal;
}

/** How an asset or a partition stands. */
export interface AssetStatus extends Staleness {
  /** What its store has that no run has recorded; undefined when there is nothing of that kind. */
  readonly uncommitted: StoredValue | undefined;
}

/** How many stores are asked at the same time. */
const concurrency = 16;

/** The staleness of assets, beside what their stores have. */
export async function statusOf(
  graph: Graph,
  loadingContext: PartitionLoadingContext,
  environment: LoadEnvironment,
  { selection, partitions = false }: StatusOptions,
): Promise<readonly AssetStatus[]> {
  const nodes = selection?.map((each) => nodeOf(graph, each)) ?? [...graph.nodes.values()];
  const wanted = nodes.filter(({ definition }) => definition.kind === "asset");
  const names = wanted.map(({ definition }) => definition.name);
  const judged = await environment.storage.computeStaleness({ assets: names, partitions });
  const known = new Map(judged.map((staleness) => [JSON.stringify([staleness.asset, staleness.partition]), staleness]));
  const places = wanted.flatMap((node) => placesOf(node, loadingContext, partitions));
  const result: AssetStatus[] = [];
  for (let start = 0; start < places.length; start += concurrency) {
    const some = places.slice(start, start + concurrency).map(async ({ node, key, isLookedAt }): Promise<AssetStatus> => {
      const { name } = node.definition;
      const partition = key && String(key);
      const missing: Staleness = { asset: name, partition, status: "Missing", causes: [] };
      const staleness = known.get(JSON.stringify([name, partition])) ?? missing;
      return { ...staleness, uncommitted: isLookedAt ? await uncommittedOf(node, key, environment) : undefined };
    });
    result.push(...(await Promise.all(some)));
  }
  return result;
}

interface Place {
  readonly node: Node;
  readonly key: PartitionKey | undefined;
  readonly isLookedAt: boolean;
}

function placesOf(node: Node, loadingContext: PartitionLoadingContext, partitions: boolean): readonly Place[] {
  const definition = node.definition.partitions;
  const own = { node, key: undefined, isLookedAt: definition === undefined };
  if (definition === undefined || !partitions) return [own];
  return [own, ...definition.keys(loadingContext).map((key) => ({ node, key, isLookedAt: true }))];
}

async function uncommittedOf(
  { definition }: Node,
  key: PartitionKey | undefined,
  environment: LoadEnvironment,
): Promise<StoredValue | undefined> {
  const stored = await storedValue(definition, key, environment);
  if (stored === undefined) return undefined;
  return isUncommitted(stored, await environment.storage.getLatestMaterialization(definition.name, key)) ? stored : undefined;
}

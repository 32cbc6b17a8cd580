import type { Source } from "../asset/types.ts";
import type { StoredValue } from "../io-handler/handler.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { type Graph, type Node, nodeOf } from "../run/graph.ts";
import type { LoadEnvironment } from "../run/run-environment.ts";
import type { Staleness } from "../storage/types.ts";
import { isUncommitted, storedValue } from "./stored-value.ts";

/** Options of `repository.status`. */
export interface StatusOptions {
  /** The assets, by name or as assets; every asset that is not external unless given. */
  readonly selection?: readonly (string | Source)[];
  /** Whether the result has each partition too, after its asset, including those that were never made; false unless given. */
  readonly partitions?: boolean;
  /** Aborts the requests to stores. */
  readonly signal?: AbortSignal;
}

/** The status of an asset or a partition. */
export interface AssetStatus extends Staleness {
  /** A stored value that no run has recorded; undefined when there is none. */
  readonly uncommitted: StoredValue | undefined;
}

/** How many requests to stores run at the same time. */
const concurrency = 16;

/** The staleness of assets, and their stored values that no run has recorded. */
export async function statusOf(
  graph: Graph,
  loadingContext: PartitionLoadingContext,
  environment: LoadEnvironment,
  { selection, partitions = false }: StatusOptions,
): Promise<readonly AssetStatus[]> {
  const nodes = selection?.map((each) => nodeOf(graph, each)) ?? [...graph.nodes.values()];
  const assets = nodes.filter(({ definition }) => definition.kind === "asset");
  const names = assets.map(({ definition }) => definition.name);
  const stalenesses = await environment.storage.computeStaleness({ assets: names, partitions });
  const known = new Map(stalenesses.map((staleness) => [JSON.stringify([staleness.asset, staleness.partition]), staleness]));
  const entries = assets.flatMap((node) => entriesOf(node, loadingContext, partitions));
  const result: AssetStatus[] = [];
  for (let start = 0; start < entries.length; start += concurrency) {
    const group = entries.slice(start, start + concurrency).map(async ({ node, key, isInspected }): Promise<AssetStatus> => {
      const { name } = node.definition;
      const partition = key && String(key);
      const missing: Staleness = { asset: name, partition, status: "Missing", causes: [] };
      const staleness = known.get(JSON.stringify([name, partition])) ?? missing;
      return { ...staleness, uncommitted: isInspected ? await uncommittedOf(node, key, environment) : undefined };
    });
    result.push(...(await Promise.all(group)));
  }
  return result;
}

/** One asset or partition of the result. */
interface Entry {
  readonly node: Node;
  readonly key: PartitionKey | undefined;
  /** Whether to inspect its store. */
  readonly isInspected: boolean;
}

function entriesOf(node: Node, loadingContext: PartitionLoadingContext, partitions: boolean): readonly Entry[] {
  const definition = node.definition.partitions;
  const own = { node, key: undefined, isInspected: definition === undefined };
  if (definition === undefined || !partitions) return [own];
  return [own, ...definition.keys(loadingContext).map((key) => ({ node, key, isInspected: true }))];
}

/** The stored value of an asset or partition that no run has recorded. */
async function uncommittedOf(
  { definition }: Node,
  key: PartitionKey | undefined,
  environment: LoadEnvironment,
): Promise<StoredValue | undefined> {
  const stored = await storedValue(definition, key, environment);
  if (stored === undefined) return undefined;
  return isUncommitted(stored, await environment.storage.getLatestMaterialization(definition.name, key)) ? stored : undefined;
}

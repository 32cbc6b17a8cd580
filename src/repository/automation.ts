import { type EvaluateOptions, type Evaluation, evaluateConditions } from "../automation/evaluate.ts";
import type { AutomationDependency, AutomationNode } from "../automation/snapshots.ts";
import { isEdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import {
  type PartitionLoadingContext,
  type PartitionsDefinition,
  sameDefinition,
  type TimePartitions,
} from "../partition/partitions-definition.ts";
import type { Graph, Node } from "../run/graph.ts";
import { type Load, loadOf } from "../run/plan.ts";
import type { Storage } from "../storage/types.ts";

/** Evaluates the automation conditions of a graph. */
export function evaluateGraph(
  graph: Graph,
  loadingContext: PartitionLoadingContext,
  storage: Storage,
  options: EvaluateOptions,
): Promise<Evaluation> {
  return evaluateConditions(automationNodes(graph, loadingContext), storage, options);
}

/** The nodes of a graph as the evaluation of conditions needs them, each after its inputs. */
function automationNodes(graph: Graph, loadingContext: PartitionLoadingContext): readonly AutomationNode[] {
  return [...graph.nodes.values()].map((node) => automationNode(node, loadingContext));
}

function automationNode({ definition, computation }: Node, loadingContext: PartitionLoadingContext): AutomationNode {
  const { name, kind, automationCondition, codeVersion, partitions } = definition;
  const keysByName = once(() => new Map(partitions?.keys(loadingContext).map((key) => [String(key), key]) ?? [["", undefined]]));
  const names = once(() => [...keysByName().keys()]);
  return {
    name,
    step: computation.name,
    kind,
    condition: automationCondition,
    codeVersion,
    definition: partitions && JSON.stringify(partitions),
    partitions: names,
    inLatestWindows: (windows) =>
      partitions === undefined ? names() : latestIn(partitions, names(), keysByName(), windows, loadingContext),
    dependencies: computation.inputs.flatMap((spec): readonly AutomationDependency[] => {
      const { source, partitionMapping } = spec;
      if (source === undefined) return [];
      const known = new Map<string, readonly string[] | undefined>();
      // The same partitions are loaded whatever is made.
      const isForAll = partitionMapping?.kind === "all" || partitionMapping?.kind === "specific";
      const upstreamPartitions = (made: string): readonly string[] | undefined => {
        const partition = isForAll ? "" : made;
        if (!known.has(partition)) {
          const key = keysByName().get(made);
          known.set(
            partition,
            loadedPartitions(() => loadOf(spec, computation, key && [key], loadingContext)),
          );
        }
        return known.get(partition);
      };
      const isIdentity = partitionMapping === undefined || partitionMapping.kind === "identity";
      return [{ name: source.name, upstreamPartitions, isSamePartition: isIdentity && sameDefinition(partitions, source.partitions) }];
    }),
  };
}

/**
 * The partitions in the last windows. Partitions of several dimensions are in the windows of their dimensions over time. Of
 * partitions whose end has passed no window is the current one: all of them count.
 */
function latestIn(
  partitions: PartitionsDefinition,
  names: readonly string[],
  keys: ReadonlyMap<string, PartitionKey | undefined>,
  windows: number,
  loadingContext: PartitionLoadingContext,
): readonly string[] {
  const isGrowing = (each: PartitionsDefinition): each is TimePartitions => each.kind === "time" && !each.isComplete(loadingContext);
  if (isGrowing(partitions)) return partitions.latest(windows, loadingContext).map(String);
  if (partitions.kind !== "multi") return names;
  const latest = Object.entries(partitions.dimensions).flatMap(([name, dimension]) =>
    isGrowing(dimension) ? [[name, new Set(dimension.latest(windows, loadingContext).map(String))] as const] : [],
  );
  return names.filter((partition) => {
    const key = keys.get(partition);
    return latest.every(([name, values]) => key?.kind === "multi" && values.has(key.dimensions[name]?.[0] ?? ""));
  });
}

function loadedPartitions(load: () => Load): readonly string[] | undefined {
  try {
    const loaded = load();
    if (loaded.shape === "nothing") return [];
    return loaded.shape === "map" ? loaded.keys.map(String) : [loaded.key === undefined ? "" : String(loaded.key)];
  } catch (error) {
    // The mapping leads to a partition that does not exist, or not yet.
    if (isEdgewaterError(error, "PartitionError")) return undefined;
    throw error;
  }
}

function once<Value>(compute: () => Value): () => Value {
  let known: { readonly value: Value } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

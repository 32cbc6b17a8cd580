import { type EvaluateOptions, type Evaluation, evaluateConditions } from "../automation/evaluate.ts";
import type { AutomationDependency, AutomationNode } from "../automation/snapshots.ts";
import { isEdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
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
  let keys: ReadonlyMap<string, PartitionKey | undefined> | undefined;
  let names: readonly string[] = [];
  const keysByName = (): ReadonlyMap<string, PartitionKey | undefined> => {
    if (keys === undefined) {
      keys = new Map(partitions?.keys(loadingContext).map((key) => [String(key), key]) ?? [["", undefined]]);
      names = [...keys.keys()];
    }
    return keys;
  };
  return {
    name,
    isTask: kind === "task",
    condition: automationCondition,
    codeVersion,
    isPartitioned: partitions !== undefined,
    partitions: () => {
      keysByName();
      return names;
    },
    dependencies: computation.inputs.flatMap((spec): readonly AutomationDependency[] => {
      if (spec.source === undefined) return [];
      const upstreamPartitions = (partition: string): readonly string[] => {
        const key = keysByName().get(partition);
        return loadedPartitions(() => loadOf(spec, computation, key && [key], loadingContext));
      };
      return [{ name: spec.source.name, upstreamPartitions }];
    }),
  };
}

function loadedPartitions(load: () => Load): readonly string[] {
  try {
    const loaded = load();
    if (loaded.shape === "nothing") return [];
    return loaded.shape === "map" ? loaded.keys.map(String) : [loaded.key === undefined ? "" : String(loaded.key)];
  } catch (error) {
    // The mapping leads to a partition that does not exist: there is nothing to load.
    if (isEdgewaterError(error, "PartitionError")) return [];
    throw error;
  }
}

import { singleOutput } from "../asset/outputs.ts";
import type { Asset } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { type Graph, nodeOf } from "../run/graph.ts";
import type { Plan } from "../run/plan.ts";

/**
 * One step that commits a value that was computed elsewhere, in place of the function of its asset.
 *
 * @throws `GraphError` for an unknown asset, and one that something else writes
 */
export function writePlan(graph: Graph, asset: Asset, value: unknown, key: PartitionKey | undefined): Plan {
  const { definition, computation } = nodeOf(graph, asset);
  const { name } = definition;
  if (definition.kind !== "asset") {
    throw new EdgewaterError("GraphError", `${JSON.stringify(name)} is not an asset that is written here`, { asset: name });
  }
  const given = {
    ...computation,
    kind: "asset",
    name,
    outputs: [definition],
    inputs: [],
    isBatch: false,
    splitOutputs: singleOutput,
    compute: () => value,
  } as const;
  return [{ label: name, computation: given, keys: key && [key], outputs: [definition], loads: [], after: [] }];
}

import { singleOutput } from "../asset/outputs.ts";
import type { Asset } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { type Graph, nodeOf } from "../run/graph.ts";
import type { Plan } from "../run/plan.ts";

/**
 * The plan of `repository.write`: one step that commits a given value in place of calling the asset's function.
 *
 * @throws `GraphError` for an unknown asset, and for an external asset
 */
export function writePlan(graph: Graph, asset: Asset, value: unknown, key: PartitionKey | undefined, ifLatest: number | undefined): Plan {
  const { definition, computation } = nodeOf(graph, asset);
  const { name } = definition;
  if (definition.kind !== "asset") {
    const message = `Cannot write ${JSON.stringify(name)}: it is not an asset that this repository materializes`;
    throw new EdgewaterError("GraphError", message, { asset: name });
  }
  const given = {
    ...computation,
    kind: "asset",
    name,
    outputs: [definition],
    inputs: [],
    isBatch: false,
    skipUnchanged: false,
    splitOutputs: singleOutput,
    compute: () => value,
  } as const;
  return [{ label: name, computation: given, keys: key && [key], outputs: [definition], loads: [], after: [], ifLatest }];
}

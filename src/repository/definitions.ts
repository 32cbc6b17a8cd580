import type { Graph } from "../run/graph.ts";
import type { AssetDefinition } from "../storage/types.ts";

/** What the catalogue keeps of the assets of a graph, and of the tasks between them. */
export function definitionsOf({ nodes }: Graph): readonly AssetDefinition[] {
  return [...nodes.values()].map(({ definition, computation }) => {
    const { name, kind, tags, kinds, group, codeVersion, partitions } = definition;
    const dependencies = computation.inputs.flatMap(({ source, partitionMapping }) =>
      source === undefined ? [] : [{ assetKey: source.name, mapping: partitionMapping?.kind }],
    );
    return { assetKey: name, kind, tags, kinds, group, codeVersion, dependencies, partitions: partitions?.toJSON() };
  });
}

import type { Definition, ExternalAsset } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import { type Graph, nodeOf } from "../run/graph.ts";

/**
 * The external assets to look at: those given, or all that have a function for it.
 *
 * @throws `GraphError` for an unknown one, and one that is not external
 */
export function observed(graph: Graph, assets: readonly (string | ExternalAsset)[] | undefined): readonly Definition[] {
  const nodes =
    assets?.map((each) => nodeOf(graph, each)) ??
    [...graph.nodes.values()].filter(({ computation }) => computation.kind === "external" && computation.compute !== undefined);
  for (const { definition } of nodes) {
    if (definition.kind !== "external")
      throw new EdgewaterError("GraphError", `${JSON.stringify(definition.name)} is not an external asset: materialize it`, {
        asset: definition.name,
      });
  }
  return nodes.map(({ definition }) => definition);
}

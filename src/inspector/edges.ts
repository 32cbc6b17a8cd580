import type { Node } from "../run/graph.ts";
import type { Subject } from "./subject.ts";

/** An input of a node. */
export interface InputSource {
  readonly name: string;
  /** The kind of the partition mapping; undefined for the same key. */
  readonly mapping: string | undefined;
}

/** The inputs of a node, each asset or task once. The earlier value of the node itself does not count. */
export function inputSources({ computation }: Node): readonly InputSource[] {
  const sources = new Map<string, InputSource>();
  for (const { source, partitionMapping } of computation.inputs) {
    if (source === undefined) continue;
    const mapping = partitionMapping?.kind === "identity" ? undefined : partitionMapping?.kind;
    sources.set(source.name, { name: source.name, mapping });
  }
  return [...sources.values()];
}

/** From input to what is made from it, as positions, with the kind of the partition mapping unless it is the same key. */
export function edgesOf({ nodes, positions }: Subject): readonly (readonly [from: number, to: number, mapping?: string])[] {
  return nodes.flatMap((node, to) =>
    inputSources(node).flatMap(({ name, mapping }) => {
      const from = positions.get(name);
      if (from === undefined) return [];
      return [mapping === undefined ? ([from, to] as const) : ([from, to, mapping] as const)];
    }),
  );
}

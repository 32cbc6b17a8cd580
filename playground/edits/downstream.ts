import type { NodeRow, Snapshot } from "../../src/inspector/inspection.ts";

/** The assets that are made from a node, directly or through others, in the order of the nodes. */
export function downstreamOf(name: string, nodes: readonly NodeRow[], edges: Snapshot["edges"]): readonly string[] {
  const reached = new Set<number>();
  const open = [nodes.findIndex((node) => node.name === name)];
  for (let position = open.pop(); position !== undefined; position = open.pop()) {
    for (const [from, to] of edges) {
      if (from !== position || reached.has(to)) continue;
      reached.add(to);
      open.push(to);
    }
  }
  return nodes.filter(({ kind }, position) => kind === "asset" && reached.has(position)).map((node) => node.name);
}

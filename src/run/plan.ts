import type { Definition, Source } from "../definition/types.ts";
import { type Graph, nodeOf } from "./graph.ts";

/** One node to make, and which of the run's other steps must be done first. */
export interface Step {
  readonly node: Definition;
  /** Names of steps of the same plan. */
  readonly after: readonly string[];
}

/** The steps of a run, each after those that it waits for. */
export type Plan = readonly Step[];

export interface Selection {
  /** What to make, by name or as the asset itself; every asset unless given. */
  readonly selection?: readonly (string | Source)[] | undefined;
  /** Whether everything that the selection is made from is made anew too. */
  readonly includeUpstream?: boolean | undefined;
}

/**
 * Chooses the steps of a run. A task runs with whatever takes it as an input, because its output stands for nothing by
 * itself; an asset that is not selected is loaded as it was last written.
 *
 * @throws `GraphError` for a name that the graph does not have
 */
export function planOf(graph: Graph, { selection, includeUpstream = false }: Selection): Plan {
  const roots =
    selection === undefined
      ? [...graph.nodes.values()].filter(({ kind }) => kind === "asset")
      : selection.map((wanted) => nodeOf(graph, wanted));
  const chosen = new Set<string>();
  const pending = [...roots];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (chosen.has(node.name)) continue;
    chosen.add(node.name);
    pending.push(...Object.values(node.inputs).filter(({ kind }) => includeUpstream || kind === "task"));
  }
  return [...graph.nodes.values()]
    .filter(({ name }) => chosen.has(name))
    .map((node) => ({ node, after: [...new Set(Object.values(node.inputs).map(({ name }) => name))].filter((name) => chosen.has(name)) }));
}

import { type Computation, computationOf } from "../asset/computation.ts";
import type { Definition, MultiAsset, Source } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import { checkEdge } from "../partition/mapping/mapping.ts";

/** What can be loaded under a name, and what makes it. */
export interface Node {
  readonly definition: Definition;
  readonly computation: Computation;
}

/** The assets and tasks of a repository, and the functions that make them. */
export interface Graph {
  /** Each after everything that it takes as an input. */
  readonly computations: readonly Computation[];
  /** By the name of the asset or task, in the same order. */
  readonly nodes: ReadonlyMap<string, Node>;
}

/**
 * Checks that assets and tasks form a graph: every one has a name of its own, every input is among them, none depends on
 * another's partitions without saying which, and none depends on itself by any path.
 *
 * @throws `GraphError` naming what is wrong and the path to it; `PartitionError` for an input whose partitions do not fit
 */
export function graphOf(declared: readonly unknown[]): Graph {
  const byName = new Map<string, Computation>();
  const nodes = new Map<string, Node>();
  for (const each of declared) {
    const computation = computationOf(each);
    if (computation === undefined) {
      throw new EdgewaterError(
        "GraphError",
        "A repository holds what asset(), multiAsset(), externalAsset() and task() make; one of its assets or tasks is something else",
      );
    }
    const { kind, name: own, outputs } = computation;
    for (const name of kind === "multi" ? new Set([own, ...outputs.map((output) => output.name)]) : [own]) {
      if (byName.has(name) || nodes.has(name)) {
        throw new EdgewaterError("GraphError", `There are two assets or tasks of the name ${JSON.stringify(name)}; names must differ`, {
          asset: name,
        });
      }
    }
    byName.set(computation.name, computation);
    for (const definition of computation.outputs) nodes.set(definition.name, { definition, computation });
  }
  for (const computation of byName.values()) checkInputs(computation, nodes);
  const computations = inOrder([...byName.values()], nodes);
  const ordered = new Map<string, Node>();
  for (const { outputs } of computations) for (const { name } of outputs) ordered.set(name, nodes.get(name) as Node);
  return { computations, nodes: ordered };
}

/**
 * What a name or an asset stands for.
 *
 * @throws `GraphError` when the graph does not have it
 */
export function nodeOf({ nodes }: Graph, wanted: string | Source): Node {
  const name = typeof wanted === "string" ? wanted : wanted.name;
  const node = nodes.get(name);
  if (node === undefined) {
    throw new EdgewaterError(
      "GraphError",
      `This repository has no asset ${JSON.stringify(name)}; it has ${[...nodes.keys()].join(", ") || "none"}`,
      { asset: name },
    );
  }
  if (typeof wanted !== "string" && node.definition !== wanted) throw otherDefinition(name, name);
  return node;
}

/** What a selected name, asset or multi-asset stands for: one node, or all that a multi-asset makes. */
export function selectedNodes(graph: Graph, wanted: string | Source | MultiAsset): readonly Node[] {
  const name = typeof wanted === "string" ? wanted : wanted.name;
  const multi = graph.computations.find((computation) => computation.kind === "multi" && computation.name === name);
  if (multi !== undefined && (typeof wanted === "string" || computationOf(wanted) === multi))
    return multi.outputs.map((output) => nodeOf(graph, output));
  return [nodeOf(graph, wanted as string | Source)];
}

function checkInputs({ name, inputs, partitions, isBatch }: Computation, nodes: ReadonlyMap<string, Node>): void {
  for (const { name: input, source, isBare, partitionMapping } of inputs) {
    if (source === undefined) continue;
    const found = nodes.get(source.name);
    if (found === undefined) {
      const list = source.kind === "task" ? "tasks" : "assets";
      throw new EdgewaterError(
        "GraphError",
        `${JSON.stringify(name)} takes ${JSON.stringify(source.name)}, which the repository does not have; add it to its ${list}`,
        { asset: name },
      );
    }
    if (found.definition !== source) throw otherDefinition(name, source.name);
    if (source.partitions === undefined && partitionMapping === undefined && !isBatch) continue;
    checkEdge({ downstream: partitions, upstream: source.partitions, mapping: partitionMapping, owner: name, input: source.name });
    if (!isBatch || partitionMapping !== undefined || isBare === (source.partitions !== undefined)) continue;
    const remedy = isBare
      ? `it has no partitions; declare it as input(${source.name})`
      : "it has partitions; declare it as it is, or say which with a partitionMapping";
    throw new EdgewaterError(
      "PartitionError",
      `${JSON.stringify(name)} makes several partitions at once and takes ${JSON.stringify(source.name)}: ${remedy}`,
      { asset: name, field: input },
    );
  }
}

function otherDefinition(asset: string, name: string): EdgewaterError<"GraphError"> {
  return new EdgewaterError(
    "GraphError",
    `${JSON.stringify(name)} is the name of another definition in the repository; define an asset once and import it`,
    { asset },
  );
}

/** Depth first, without recursion, so that a long chain does not overflow the stack. */
function inOrder(computations: readonly Computation[], nodes: ReadonlyMap<string, Node>): readonly Computation[] {
  const ordered = new Set<Computation>();
  for (const root of computations) {
    if (ordered.has(root)) continue;
    const path = [{ computation: root, next: 0 }];
    const onPath = new Set([root]);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const input = at.computation.inputs[at.next++];
      if (input === undefined) {
        ordered.add(at.computation);
        onPath.delete(at.computation);
        path.pop();
        continue;
      }
      const upstream = input.source && nodes.get(input.source.name)?.computation;
      if (upstream === undefined || ordered.has(upstream)) continue;
      if (onPath.has(upstream)) throw cycle([...onPath], upstream);
      onPath.add(upstream);
      path.push({ computation: upstream, next: 0 });
    }
  }
  return [...ordered];
}

function cycle(path: readonly Computation[], back: Computation): EdgewaterError<"GraphError"> {
  const names = [...path.slice(path.indexOf(back)), back].map(({ name }) => name);
  return new EdgewaterError("GraphError", `${JSON.stringify(back.name)} depends on itself: ${names.join(" takes ")}`, { asset: back.name });
}

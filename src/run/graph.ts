import { type Computation, computationOf } from "../asset/computation.ts";
import type { Definition, ExternalAsset, MultiAsset, Source } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import { checkEdge } from "../partition/mapping/make-mapping.ts";
import type { AssetDefinition } from "../storage/types.ts";

/** An asset or a task, and the function that makes it. */
export interface Node {
  /** The asset or task. */
  readonly definition: Definition;
  /** The function that makes it, possibly together with others. */
  readonly computation: Computation;
}

/** The assets and tasks of a repository, and the functions that make them. */
export interface Graph {
  /** Each after its inputs. */
  readonly computations: readonly Computation[];
  /** By the name of the asset or task, in the same order. */
  readonly nodes: ReadonlyMap<string, Node>;
}

/**
 * The graph of assets and tasks. Checks that names are unique, that every input is among them, that partitions of inputs
 * fit, and that there is no cycle.
 *
 * @throws `GraphError` for a duplicate name, a missing input and a cycle, `PartitionError` for an input whose partitions do
 *   not fit
 */
export function graphOf(declared: readonly unknown[]): Graph {
  const byName = new Map<string, Computation>();
  const nodes = new Map<string, Node>();
  for (const each of declared) {
    const computation = computationOf(each);
    if (computation === undefined) {
      throw new EdgewaterError(
        "GraphError",
        "Invalid assets of the repository: one of them is not an asset or task; pass what asset(), multiAsset(), externalAsset() and task() return",
      );
    }
    const { kind, name: own, outputs } = computation;
    for (const name of kind === "multi" ? new Set([own, ...outputs.map((output) => output.name)]) : [own]) {
      if (byName.has(name) || nodes.has(name)) {
        const message = `Duplicate name ${JSON.stringify(name)}: two assets or tasks of the repository have it; rename one of them`;
        throw new EdgewaterError("GraphError", message, { asset: name });
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
 * The node of a name or an asset.
 *
 * @throws `GraphError` when the graph does not have it
 */
export function nodeOf({ nodes }: Graph, asset: string | Source): Node {
  const name = typeof asset === "string" ? asset : asset.name;
  const node = nodes.get(name);
  if (node === undefined) {
    throw new EdgewaterError(
      "GraphError",
      `Unknown asset ${JSON.stringify(name)}; the repository has ${[...nodes.keys()].join(", ") || "no assets"}`,
      { asset: name },
    );
  }
  if (typeof asset !== "string" && node.definition !== asset) throw otherDefinition(name);
  return node;
}

/** The nodes of a name, an asset or a multi-asset: one, or all outputs of a multi-asset. */
export function selectedNodes(graph: Graph, selected: string | Source | MultiAsset): readonly Node[] {
  const name = typeof selected === "string" ? selected : selected.name;
  const multi = graph.computations.find((computation) => computation.kind === "multi" && computation.name === name);
  if (multi !== undefined && (typeof selected === "string" || computationOf(selected) === multi))
    return multi.outputs.map((output) => nodeOf(graph, output));
  return [nodeOf(graph, selected as string | Source)];
}

/**
 * The external assets to observe: the given ones, or all with a function that observes them.
 *
 * @throws `GraphError` for an unknown asset, and for one that is not external
 */
export function observedAssets(graph: Graph, assets: readonly (string | ExternalAsset)[] | undefined): readonly Definition[] {
  const nodes =
    assets?.map((each) => nodeOf(graph, each)) ??
    [...graph.nodes.values()].filter(({ computation }) => computation.kind === "external" && computation.compute !== undefined);
  return nodes.map(({ definition }) => {
    if (definition.kind === "external") return definition;
    const message = `Cannot observe ${JSON.stringify(definition.name)}: it is not an external asset; materialize it`;
    throw new EdgewaterError("GraphError", message, { asset: definition.name });
  });
}

/** The assets and tasks of a graph as the Storage keeps them. */
export function definitionsOf({ nodes }: Graph): readonly AssetDefinition[] {
  return [...nodes.values()].map(({ definition, computation }) => {
    const { name, kind, tags, kinds, group, codeVersion, partitions } = definition;
    const dependencies = computation.inputs.flatMap(({ source, partitionMapping }) =>
      source === undefined ? [] : [{ assetKey: source.name, mapping: partitionMapping?.kind }],
    );
    return { assetKey: name, kind, tags, kinds, group, codeVersion, dependencies, partitions: partitions?.toJSON() };
  });
}

/** The names of the dynamic partitions definitions of a graph. */
export function dynamicNamesOf({ nodes }: Graph): ReadonlySet<string> {
  return new Set([...nodes.values()].flatMap(({ definition }) => definition.partitions?.dynamicNames ?? []));
}

function checkInputs({ name, inputs, partitions, isBatch }: Computation, nodes: ReadonlyMap<string, Node>): void {
  for (const { name: input, source, isBare, partitionMapping } of inputs) {
    if (source === undefined) {
      if (partitionMapping !== undefined)
        checkEdge({ downstream: partitions, upstream: partitions, mapping: partitionMapping, owner: name, input: name });
      continue;
    }
    const found = nodes.get(source.name);
    if (found === undefined) {
      const list = source.kind === "task" ? "tasks" : "assets";
      throw new EdgewaterError(
        "GraphError",
        `Unknown input ${JSON.stringify(source.name)} of ${JSON.stringify(name)}: the repository does not have it; add it to ${list} of Repository.open`,
        { asset: name },
      );
    }
    if (found.definition !== source) throw otherDefinition(source.name, name);
    if (source.partitions === undefined && partitionMapping === undefined && !isBatch) continue;
    checkEdge({ downstream: partitions, upstream: source.partitions, mapping: partitionMapping, owner: name, input: source.name });
    if (!isBatch || partitionMapping !== undefined || isBare === (source.partitions !== undefined)) continue;
    const problem = isBare
      ? `it has no partitions; declare it as input(${source.name})`
      : "it has partitions; pass the asset itself, or input() with a partitionMapping";
    throw new EdgewaterError(
      "PartitionError",
      `Invalid input ${JSON.stringify(source.name)} of ${JSON.stringify(name)}, which makes several partitions in one step: ${problem}`,
      { asset: name, field: input },
    );
  }
}

function otherDefinition(name: string, asset: string = name): EdgewaterError<"GraphError"> {
  return new EdgewaterError(
    "GraphError",
    `Unknown definition of ${JSON.stringify(name)}: the repository has another definition with this name; define the asset once and import it`,
    { asset },
  );
}

/** The computations, each after its inputs. Without recursion, so that a long chain does not overflow the stack. */
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
  return new EdgewaterError("GraphError", `Cycle of inputs: ${JSON.stringify(back.name)} depends on itself: ${names.join(" takes ")}`, {
    asset: back.name,
  });
}

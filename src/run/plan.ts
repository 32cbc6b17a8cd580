import type { Computation, InputSpec } from "../asset/computation.ts";
import type { Definition, MultiAsset, Source } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { checkPartition, type PartitionLoadingContext, type PartitionsDefinition } from "../partition/partitions-definition.ts";
import { type Graph, type Node, selectedNodes } from "./graph.ts";

/** Which partitions of an input a step loads. */
export type Load =
  /** The one value, of this partition or without partitions. */
  | { readonly shape: "value"; readonly key: PartitionKey | undefined }
  /** A map of partitions. */
  | { readonly shape: "map"; readonly keys: readonly PartitionKey[] }
  /** The mapping has nothing for this key. */
  | { readonly shape: "nothing" };

/** One call of a function, for one partition, for a batch of them, or without partitions. */
export interface Step {
  /** For people: the name, and the partitions in brackets. */
  readonly label: string;
  readonly computation: Computation;
  readonly keys: readonly PartitionKey[] | undefined;
  /** What of its outputs is wanted. */
  readonly outputs: readonly Definition[];
  /** What is loaded of each input, in the order of the computation's inputs. */
  readonly loads: readonly Load[];
  /** Ids of outputs of the same plan that must be there first. */
  readonly after: readonly string[];
}

/** The steps of a run, each after those that it waits for. */
export type Plan = readonly Step[];

export interface Selection {
  /** What to make, by name or as the asset itself; every asset that something here makes unless given. */
  readonly selection?: readonly (string | Source | MultiAsset)[] | undefined;
  /** Whether everything that the selection is made from is made anew too. */
  readonly includeUpstream?: boolean | undefined;
  /** The partition to make of every selected asset with partitions; a key of several values stands for each of them. */
  readonly partitionKey?: string | PartitionKey | undefined;
  /** The partitions to make, one by one. */
  readonly partitionKeys?: readonly (string | PartitionKey)[] | undefined;
  /** The partitions to make, from one to another, both included. */
  readonly partitionRange?: { readonly from: string | PartitionKey; readonly to: string | PartitionKey } | undefined;
}

/** Names one output of a plan, with or without a partition, so that no two have the same. */
export function outputId(name: string, key: PartitionKey | undefined): string {
  return key === undefined ? `${name.length}:${name}` : `${name.length}:${name}/${key}`;
}

/** The ids of everything that a step makes. */
export function idsOf({ outputs, keys }: Pick<Step, "outputs" | "keys">): readonly string[] {
  if (keys === undefined) return outputs.map(({ name }) => outputId(name, undefined));
  return outputs.flatMap(({ name }) => keys.map((key) => outputId(name, key)));
}

/** What of one computation is wanted; keys by their display form. */
interface Wanted {
  readonly outputs: Definition[];
  readonly keys: Map<string, PartitionKey> | undefined;
}

/**
 * Chooses the steps of a run. A task runs with whatever takes it as an input, because its output stands for nothing by
 * itself; an asset that is not selected is loaded as it was last written. An asset with partitions has a step for each
 * key, or one for all of them when its function makes several at once.
 *
 * @throws `GraphError` for a name that the graph does not have, or an external asset that cannot be observed;
 *   `PartitionError` when a key is missing, or is not one of an asset's
 */
export function planOf(graph: Graph, selection: Selection, loadingContext: PartitionLoadingContext): Plan {
  const wanted = selectedOutputs(graph, selection, loadingContext);
  const groups: (readonly UnorderedStep[])[] = [];
  // From the last to the first, because what is downstream says which partitions are wanted upstream.
  for (const computation of graph.computations.toReversed()) {
    const { outputs, keys } = wanted.get(computation) ?? {};
    if (outputs === undefined) continue;
    const made = stepsOf(computation, outputs, keys === undefined ? [] : [...keys.values()], loadingContext);
    groups.push(made);
    for (const [index, { source }] of computation.inputs.entries()) {
      if (source === undefined || !(selection.includeUpstream || source.kind === "task") || source.kind === "external") continue;
      const node = graph.nodes.get(source.name) as Node;
      for (const { loads } of made) want(wanted, node, keysOf(loads[index]));
    }
  }
  return withOrder(groups.reverse().flat());
}

function selectedOutputs(graph: Graph, selection: Selection, loadingContext: PartitionLoadingContext): Map<Computation, Wanted> {
  const isMade = ({ definition }: Node): boolean => definition.kind === "asset";
  const nodes = selection.selection?.flatMap((each) => selectedNodes(graph, each)) ?? [...graph.nodes.values()].filter(isMade);
  const wanted = new Map<Computation, Wanted>();
  const withoutKey: string[] = [];
  for (const node of nodes) {
    const { name, partitions } = node.definition;
    if (node.computation.compute === undefined) {
      throw new EdgewaterError(
        "GraphError",
        `The external asset ${JSON.stringify(name)} cannot be materialized: something else makes it, and it has no function that observes it`,
        { asset: name },
      );
    }
    const { partitionKey, partitionKeys = partitionKey === undefined ? undefined : [partitionKey], partitionRange: range } = selection;
    if (partitions === undefined) want(wanted, node, []);
    else if (range !== undefined) want(wanted, node, partitions.between(range.from, range.to, loadingContext));
    else if (partitionKeys !== undefined)
      want(
        wanted,
        node,
        partitionKeys.flatMap((key) => membersOf(partitions, key, loadingContext, name)),
      );
    else withoutKey.push(name);
  }
  if (withoutKey.length > 0) {
    throw new EdgewaterError(
      "PartitionError",
      `These assets have partitions and none was given: ${withoutKey.join(", ")}; pass partitionKey or partitionRange, or select others`,
      { asset: withoutKey[0] },
    );
  }
  const isKeyGiven = (selection.partitionKey ?? selection.partitionKeys ?? selection.partitionRange) !== undefined;
  if (isKeyGiven && nodes.every(({ definition }) => definition.partitions === undefined)) {
    throw new EdgewaterError("PartitionError", "A partition was given and none of the selected assets has partitions");
  }
  return wanted;
}

/** The partitions that a key stands for, each of which the definition must have. */
export function membersOf(
  definition: PartitionsDefinition,
  key: string | PartitionKey,
  loadingContext: PartitionLoadingContext,
  owner: string,
): readonly PartitionKey[] {
  const members = definition.read(key).members();
  return members.map((member) => checkPartition(definition, member, loadingContext, owner));
}

function want(wanted: Map<Computation, Wanted>, { definition, computation }: Node, keys: readonly PartitionKey[]): void {
  let known = wanted.get(computation);
  if (known === undefined) {
    known = { outputs: [], keys: definition.partitions && new Map() };
    wanted.set(computation, known);
  }
  if (!known.outputs.includes(definition)) known.outputs.push(definition);
  for (const key of keys) known.keys?.set(String(key), key);
}

function stepsOf(
  computation: Computation,
  outputs: readonly Definition[],
  keys: readonly PartitionKey[],
  loadingContext: PartitionLoadingContext,
): readonly UnorderedStep[] {
  const { name, partitions, isBatch, inputs } = computation;
  const groups = partitions === undefined ? [undefined] : isBatch ? [keys] : keys.map((key) => [key]);
  return groups.map((group) => {
    const loads = inputs.map((spec) => loadOf(spec, computation, group, loadingContext));
    const label = group === undefined ? name : `${name}[${group.length > 3 ? `${group.length} partitions` : group.join(", ")}]`;
    return { label, computation, keys: group, outputs, loads, after: [] };
  });
}

const withoutPartition: Load = { shape: "value", key: undefined };

/** What a step loads of one input, for some keys of its computation. */
export function loadOf(
  { source, partitionMapping }: InputSpec,
  { name, partitions, isBatch }: Computation,
  keys: readonly PartitionKey[] | undefined,
  loadingContext: PartitionLoadingContext,
): Load {
  if (source === undefined) return { shape: "value", key: keys?.[0] };
  if (source.partitions === undefined && partitionMapping === undefined) return withoutPartition;
  if (partitionMapping === undefined) return isBatch ? { shape: "map", keys: keys ?? [] } : { shape: "value", key: keys?.[0] };
  const resolved = (keys ?? [undefined]).map((key) =>
    partitionMapping.resolve({ key, downstream: partitions, upstream: source.partitions, loadingContext, owner: name, input: source.name }),
  );
  const mapped = resolved.filter((each) => typeof each === "object");
  if (isBatch || partitionMapping.arity === "many" || mapped.some(({ arity }) => arity === "many")) {
    const all = new Map(mapped.flatMap((each) => each.keys.map((key) => [String(key), key] as const)));
    return { shape: "map", keys: [...all.values()] };
  }
  const [only = "nothing"] = resolved;
  if (only === "nothing") return { shape: "nothing" };
  return { shape: "value", key: only === "unpartitioned" ? undefined : only.keys[0] };
}

function keysOf(load: Load | undefined): readonly PartitionKey[] {
  if (load?.shape === "map") return load.keys;
  return load?.shape === "value" && load.key !== undefined ? [load.key] : [];
}

/** Fills in what each step waits for: whatever it loads that the same plan makes. */
function withOrder(steps: readonly UnorderedStep[]): Plan {
  const made = new Set<string>();
  for (const step of steps) for (const id of idsOf(step)) made.add(id);
  for (const { computation, loads, after } of steps) {
    const ids = new Set<string>();
    for (const [index, load] of loads.entries()) {
      const name = computation.inputs[index]?.source?.name;
      if (name === undefined || load.shape === "nothing") continue;
      for (const key of load.shape === "map" ? load.keys : [load.key]) {
        const id = outputId(name, key);
        if (made.has(id)) ids.add(id);
      }
    }
    for (const id of ids) after.push(id);
  }
  return steps;
}

/** A step before it is known what it waits for. */
interface UnorderedStep extends Step {
  readonly after: string[];
}

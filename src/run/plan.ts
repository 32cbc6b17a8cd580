import type { Computation, InputSpec } from "../asset/computation.ts";
import type { Definition, MultiAsset, Source } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { checkPartition, type PartitionLoadingContext, type PartitionsDefinition } from "../partition/partitions-definition.ts";
import type { RunSelection } from "../storage/types.ts";
import { type Graph, type Node, nodeOf, selectedNodes } from "./graph.ts";
import { inOwnOrder, ownPartition } from "./own-partitions.ts";

/** Which partitions of an input a step loads. */
export type Load =
  /** One value, of this partition or without partitions. */
  | { readonly shape: "value"; readonly key: PartitionKey | undefined }
  /** A map of partitions. */
  | { readonly shape: "map"; readonly keys: readonly PartitionKey[] }
  /** Nothing, because the mapping has no partition for this key. */
  | { readonly shape: "nothing" };

/** One call of a function: for one partition, for a batch of partitions, or without partitions. */
export interface Step {
  /** Display name: the name of the computation, and the partitions in brackets. */
  readonly label: string;
  /** The function, its inputs and outputs. */
  readonly computation: Computation;
  /** The partitions to make; undefined without partitions. */
  readonly keys: readonly PartitionKey[] | undefined;
  /** The outputs to make. */
  readonly outputs: readonly Definition[];
  /** What to load of each input, in the order of the computation's inputs. */
  readonly loads: readonly Load[];
  /** Ids of outputs of the same plan that must be made first, see `outputIds`. */
  readonly after: readonly string[];
  /** The id that the last materialization must have; any unless given. */
  readonly ifLatest?: number | undefined;
}

/** The steps of a run, each after those that it waits for. */
export type Plan = readonly Step[];

/**
 * A word for assets and partitions by their state. `all`: every one. `missing`: never made, or gone from its store. `stale`: its
 * code or an input has changed since it was made. `failed`: the last attempt to make it failed.
 */
export type SelectionWord = "all" | "missing" | "stale" | "failed";

/** Which assets and partitions to make. */
export interface Selection {
  /**
   * The assets to make, by name or as assets, or a word for those in a state; every asset that is not external unless given. With
   * a word, of an asset with partitions only those in that state are made, whatever partitions are given.
   */
  readonly selection?: readonly (string | Source | MultiAsset)[] | SelectionWord | undefined;
  /** Whether to make everything that the selection is made from, too; false unless given. */
  readonly includeUpstream?: boolean | undefined;
  /** The partition to make of every selected asset with partitions. A key with several values stands for each of them. */
  readonly partitionKey?: string | PartitionKey | undefined;
  /** The partitions to make, or a word for those of each asset that are in a state. */
  readonly partitionKeys?: readonly (string | PartitionKey)[] | SelectionWord | undefined;
  /** The range of partitions to make, both ends included. */
  readonly partitionRange?: { readonly from: string | PartitionKey; readonly to: string | PartitionKey } | undefined;
}

/** A selection without words: what they stand for was looked up. */
export interface ExactSelection extends Omit<Selection, "selection" | "partitionKeys"> {
  readonly selection?: Exclude<Selection["selection"], SelectionWord>;
  readonly partitionKeys?: Exclude<Selection["partitionKeys"], SelectionWord>;
  /** The partitions of each selected asset that has some, by its name, in place of the same keys for all of them. */
  readonly partitionsOf?: Readonly<Record<string, readonly (string | PartitionKey)[]>> | undefined;
}

/** The id of one output of a plan: unique for a name and a partition. */
export function outputId(name: string, key: string | PartitionKey | undefined): string {
  return key === undefined ? `${name.length}:${name}` : `${name.length}:${name}/${key}`;
}

/** The id of a step in its run: a batch is one step, so it is unique in a plan. */
export function stepId({ computation, keys }: Pick<Step, "computation" | "keys">): string {
  return outputId(computation.name, keys?.length === 1 ? keys[0] : undefined);
}

/** The ids of all outputs of a step. */
export function outputIds({ outputs, keys }: Pick<Step, "outputs" | "keys">): readonly string[] {
  if (keys === undefined) return outputs.map(({ name }) => outputId(name, undefined));
  return outputs.flatMap(({ name }) => keys.map((key) => outputId(name, key)));
}

/** What to make of one computation. */
interface OutputRequest {
  readonly outputs: Definition[];
  /** By their display form; undefined without partitions. */
  readonly keys: Map<string, PartitionKey> | undefined;
}

/** What to make, by the function that makes it. */
type OutputRequests = Map<Computation, OutputRequest>;

/**
 * The steps of a run. A task runs together with everything that takes it as an input. An asset that is not selected is
 * loaded as it was last written. An asset with partitions has one step for each key, or one for all keys when its function
 * makes a batch.
 *
 * @throws `GraphError` for an unknown name, and for an external asset that cannot be observed; `PartitionError` for a
 *   missing, unknown or superfluous partition key
 */
export function planOf(graph: Graph, selection: ExactSelection, loadingContext: PartitionLoadingContext): Plan {
  const requests = selectedOutputs(graph, selection, loadingContext);
  const groups: (readonly UnorderedStep[])[] = [];
  // From the last to the first, because downstream assets determine the partitions of upstream tasks and assets.
  for (const computation of graph.computations.toReversed()) {
    const { outputs, keys } = requests.get(computation) ?? {};
    if (outputs === undefined) continue;
    const steps = stepsOf(computation, outputs, keys === undefined ? [] : [...keys.values()], loadingContext);
    groups.push(steps);
    for (const [index, { source }] of computation.inputs.entries()) {
      if (source === undefined || !(selection.includeUpstream || source.kind === "task") || source.kind === "external") continue;
      const node = graph.nodes.get(source.name) as Node;
      for (const { loads } of steps) request(requests, node, keysOf(loads[index]));
    }
  }
  return withOrder(groups.reverse().flat());
}

/** One asset or task to make, and its partitions; undefined without partitions. */
export type NamedOutput = readonly [name: string, keys: readonly (string | PartitionKey)[] | undefined];

/**
 * The steps that make exactly these outputs, and nothing that they are made from.
 *
 * @throws `GraphError` for an unknown name, `PartitionError` for an unknown partition
 */
export function planOfOutputs(graph: Graph, outputs: readonly NamedOutput[], loadingContext: PartitionLoadingContext): Plan {
  const requests: OutputRequests = new Map();
  for (const [name, keys = []] of outputs) {
    const node = nodeOf(graph, name);
    const { partitions } = node.definition;
    request(requests, node, partitions === undefined ? [] : keys.flatMap((key) => membersOf(partitions, key, loadingContext, name)));
  }
  const steps = graph.computations.flatMap((computation) => {
    const { outputs: made, keys } = requests.get(computation) ?? {};
    return made === undefined ? [] : stepsOf(computation, made, [...(keys?.values() ?? [])], loadingContext);
  });
  return withOrder(steps);
}

function selectedOutputs(graph: Graph, selection: ExactSelection, loadingContext: PartitionLoadingContext): OutputRequests {
  checkOneOf(selection, "partitionKey", "partitionKeys", "partitionRange");
  const isMade = ({ definition }: Node): boolean => definition.kind === "asset";
  const nodes = selection.selection?.flatMap((each) => selectedNodes(graph, each)) ?? [...graph.nodes.values()].filter(isMade);
  const requests: OutputRequests = new Map();
  const withoutKey: string[] = [];
  for (const node of nodes) {
    const { name, partitions } = node.definition;
    if (node.computation.compute === undefined) {
      throw new EdgewaterError(
        "GraphError",
        `Cannot materialize the external asset ${JSON.stringify(name)}: it has no function that observes it`,
        { asset: name },
      );
    }
    const { partitionKey, partitionKeys = partitionKey === undefined ? undefined : [partitionKey], partitionRange: range } = selection;
    const own = selection.partitionsOf && (Object.hasOwn(selection.partitionsOf, name) ? selection.partitionsOf[name] : []);
    if (partitions === undefined) request(requests, node, []);
    else if (own !== undefined)
      request(
        requests,
        node,
        own.flatMap((key) => membersOf(partitions, key, loadingContext, name)),
      );
    else if (range !== undefined) request(requests, node, partitions.between(range.from, range.to, loadingContext));
    else if (partitionKeys !== undefined)
      request(
        requests,
        node,
        partitionKeys.flatMap((key) => membersOf(partitions, key, loadingContext, name)),
      );
    else withoutKey.push(name);
  }
  if (withoutKey.length > 0) {
    const message = `Missing partition key for ${withoutKey.join(", ")}: these assets have partitions; pass partitionKey: key, partitionKeys: [key, …], partitionKeys: "all", "missing", "stale" or "failed", partitionRange: { from, to }, selection: "missing", "stale" or "failed", or select other assets`;
    throw new EdgewaterError("PartitionError", message, { asset: withoutKey[0] });
  }
  const isKeyGiven = (selection.partitionKey ?? selection.partitionKeys ?? selection.partitionRange) !== undefined;
  if (isKeyGiven && nodes.every(({ definition }) => definition.partitions === undefined)) {
    throw new EdgewaterError("PartitionError", "Unexpected partition key: none of the selected assets has partitions; omit it");
  }
  return requests;
}

/** @throws `PartitionError` when two options that exclude each other are given */
export function checkOneOf<Options extends object>(options: Options, ...names: readonly (keyof Options & string)[]): void {
  const [first, second] = names.filter((name) => options[name] !== undefined);
  if (second === undefined) return;
  throw new EdgewaterError("PartitionError", `Cannot use ${first} together with ${second}; pass one of them`, { field: second });
}

/** The partitions that a key stands for. @throws `PartitionError` when the definition lacks one of them */
export function membersOf(
  definition: PartitionsDefinition,
  key: string | PartitionKey,
  loadingContext: PartitionLoadingContext,
  owner: string,
): readonly PartitionKey[] {
  const members = definition.read(key).members();
  return members.map((member) => checkPartition(definition, member, loadingContext, owner));
}

/** Adds an output and partitions of it to the requests. */
function request(requests: OutputRequests, { definition, computation }: Node, keys: readonly PartitionKey[]): void {
  let known = requests.get(computation);
  if (known === undefined) {
    known = { outputs: [], keys: definition.partitions && new Map() };
    requests.set(computation, known);
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
  const groups = partitions === undefined ? [undefined] : isBatch && keys.length > 0 ? [keys] : keys.map((key) => [key]);
  const steps = groups.map((group): UnorderedStep => {
    const loads = inputs.map((spec) => loadOf(spec, computation, group, loadingContext));
    return { label: labelOf(name, group), computation, keys: group, outputs, loads, after: [] };
  });
  const own = inputs.flatMap(({ source, partitionMapping }, index) => (source === undefined && partitionMapping ? [index] : []));
  if (own.length === 0) return steps;
  const loadedBy = ({ loads }: UnorderedStep): readonly string[] => own.flatMap((index) => keysOf(loads[index]).map(String));
  return inOwnOrder(name, steps, ({ keys }) => String(keys?.[0]), loadedBy);
}

/** The display name of a step. */
export function labelOf(name: string, keys: readonly (PartitionKey | string)[] | undefined): string {
  return keys === undefined ? name : `${name}[${keys.length > 3 ? `${keys.length} partitions` : keys.join(", ")}]`;
}

const withoutPartition: Load = { shape: "value", key: undefined };

/** What a step loads of one input, for keys of its computation. */
export function loadOf(
  { source, partitionMapping }: InputSpec,
  { name, partitions, isBatch }: Computation,
  keys: readonly PartitionKey[] | undefined,
  loadingContext: PartitionLoadingContext,
): Load {
  if (source === undefined) {
    if (partitionMapping === undefined) return { shape: "value", key: keys?.[0] };
    const key = ownPartition(partitionMapping, keys?.[0], { name, partitions, loadingContext });
    return key === undefined ? { shape: "nothing" } : { shape: "value", key };
  }
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

/** Fills in what each step waits for: everything that it loads and the same plan makes. */
export function withOrder(steps: readonly UnorderedStep[]): Plan {
  const made = new Set<string>();
  for (const step of steps) for (const id of outputIds(step)) made.add(id);
  for (const step of steps) for (const id of loadedIds(step)) if (made.has(id)) step.after.push(id);
  return steps;
}

/** The ids of the outputs that a step loads and does not make itself, each once. */
export function loadedIds(step: Pick<Step, "computation" | "loads" | "outputs" | "keys">): ReadonlySet<string> {
  const { computation, loads } = step;
  const ids = new Set<string>();
  for (const [index, load] of loads.entries()) {
    if (load.shape === "nothing") continue;
    const name = computation.inputs[index]?.source?.name ?? computation.name;
    for (const key of load.shape === "map" ? load.keys : [load.key]) ids.add(outputId(name, key));
  }
  for (const id of outputIds(step)) ids.delete(id);
  return ids;
}

/** A step whose `after` is not filled in yet. */
interface UnorderedStep extends Step {
  readonly after: string[];
}

/** A selection as plain data, for the record of the run. */
export function runSelection(given: ExactSelection, skipUnchanged?: boolean): RunSelection {
  const { selection, includeUpstream, partitionKey, partitionKeys, partitionRange: range, partitionsOf } = given;
  const keys = partitionKeys ?? (partitionKey === undefined ? undefined : [partitionKey]);
  return {
    ...(selection && { selection: selection.map((each) => (typeof each === "string" ? each : each.name)) }),
    ...(includeUpstream && { includeUpstream }),
    ...(keys && { partitionKeys: keys.map(String) }),
    ...(range && { partitionRange: { from: String(range.from), to: String(range.to) } }),
    ...(partitionsOf && {
      partitionsOf: Object.fromEntries(Object.entries(partitionsOf).map(([name, keys]) => [name, keys.map(String)])),
    }),
    ...(skipUnchanged !== undefined && { skipUnchanged }),
  };
}

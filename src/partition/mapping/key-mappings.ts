import { EdgewaterError } from "../../errors.ts";
import { isPartitionKey, type PartitionKey, type PartitionKeyInput, partitionKeyOf } from "../partition-key.ts";
import { type PartitionsDefinition, shapeOf } from "../partitions-definition.ts";
import { makeMapping } from "./make-mapping.ts";
import type { PartitionEdge, PartitionMapping } from "./types.ts";

/** Mappings that know nothing of dimensions or time. */
export const keyMappings = {
  identity(): PartitionMapping<"one"> {
    return makeMapping({
      kind: "identity",
      arity: "one",
      problem: (edge) => {
        if (edge.upstream === undefined) return undefined;
        return needsDownstream(edge) ?? needsOneShape(edge);
      },
      map: ({ key, upstream }) => (upstream === undefined ? "unpartitioned" : { keys: listOf(key) }),
    });
  },

  all(): PartitionMapping<"many"> {
    return makeMapping({
      kind: "all",
      arity: "many",
      problem: needsUpstream,
      map: ({ upstream, loadingContext }) => ({ keys: upstream?.keys(loadingContext) ?? [], known: true }),
    });
  },

  static(table: Readonly<Record<string, PartitionKeyInput>>): PartitionMapping<"one"> {
    const entries: ReadonlyMap<string, PartitionKeyInput> = new Map(Object.entries(table));
    for (const target of entries.values()) oneKey("static", target);
    const normal = (definition: PartitionsDefinition): ReadonlyMap<string, PartitionKeyInput> =>
      new Map([...entries].map(([key, target]) => [String(partitionKeyOf(key, shapeOf(definition))), target]));
    return makeMapping({
      kind: "static",
      arity: "one",
      problem: (edge) =>
        needsUpstream(edge) ??
        needsDownstream(edge) ??
        needsReadable([...entries.keys()], edge.downstream) ??
        needsReadable([...entries.values()], edge.upstream),
      map: ({ key, downstream }) => {
        if (key === undefined || downstream === undefined) return { keys: [] };
        return { keys: [normal(downstream).get(String(key)) ?? key] };
      },
    });
  },

  specific(keys: readonly PartitionKeyInput[]): PartitionMapping<"many"> {
    const chosen = someKeys("specific", keys);
    return makeMapping({
      kind: "specific",
      arity: "many",
      problem: (edge) => needsUpstream(edge) ?? needsReadable(chosen, edge.upstream),
      map: ({ upstream }) => {
        const members = upstream === undefined ? [] : membersOf(chosen, upstream);
        return { keys: [...new Map(members.map((key) => [String(key), key])).values()] };
      },
    });
  },

  forKeys(keys: readonly PartitionKeyInput[]): PartitionMapping<"maybe"> {
    const chosen = someKeys("forKeys", keys);
    return makeMapping({
      kind: "forKeys",
      arity: "maybe",
      problem: (edge) => {
        if (edge.upstream !== undefined) return "is for an input without partitions";
        return needsDownstream(edge) ?? needsReadable(chosen, edge.downstream);
      },
      map: ({ key, downstream }) => {
        const matches = downstream !== undefined && key !== undefined && membersOf(chosen, downstream).some((each) => each.equals(key));
        return matches ? "unpartitioned" : "nothing";
      },
    });
  },

  subset(): PartitionMapping<"maybe"> {
    return makeMapping({
      kind: "subset",
      arity: "maybe",
      problem: (edge) => needsUpstream(edge) ?? needsDownstream(edge) ?? needsOneShape(edge),
      map: ({ key, upstream, loadingContext }) => (key !== undefined && upstream?.has(key, loadingContext) ? { keys: [key] } : "nothing"),
    });
  },
} as const;

/** What is wrong with a mapping to partitions on an input that has none. */
export function needsUpstream({ upstream, input }: PartitionEdge): string | undefined {
  return upstream === undefined ? `has nothing to choose from: ${JSON.stringify(input)} has no partitions; declare no mapping` : undefined;
}

/** What is wrong with a mapping from a partition on an asset that has none. */
export function needsDownstream({ downstream, owner }: PartitionEdge): string | undefined {
  if (downstream !== undefined) return undefined;
  return `has no partition to start from: ${JSON.stringify(owner)} has no partitions; declare PartitionMapping.all() or .specific([…])`;
}

function needsOneShape({ downstream, upstream }: PartitionEdge): string | undefined {
  if (downstream === undefined || upstream === undefined || shapeOf(downstream) === shapeOf(upstream)) return undefined;
  return "cannot join keys of dimensions with single keys; declare PartitionMapping.multiToSingle(dimension)";
}

function needsReadable(keys: readonly PartitionKeyInput[], definition: PartitionsDefinition | undefined): string | undefined {
  if (definition === undefined) return undefined;
  const shape = shapeOf(definition);
  const wrong = keys.find((key) => (typeof key === "string" ? shape === "multi" && !key.includes("=") : key.kind !== shape));
  if (wrong === undefined) return undefined;
  return `names ${JSON.stringify(String(wrong))}, which is no key ${shape === "multi" ? "of dimensions" : "without dimensions"}`;
}

function listOf(key: PartitionKey | undefined): readonly PartitionKey[] {
  return key === undefined ? [] : [key];
}

function membersOf(keys: readonly PartitionKeyInput[], definition: PartitionsDefinition): readonly PartitionKey[] {
  return keys.flatMap((key) => partitionKeyOf(key, shapeOf(definition)).members());
}

function someKeys(kind: string, keys: readonly PartitionKeyInput[]): readonly PartitionKeyInput[] {
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new EdgewaterError("PartitionError", `PartitionMapping.${kind} needs at least one key`);
  }
  for (const key of keys) partitionKeyOf(key);
  return Object.freeze([...keys]);
}

function oneKey(kind: string, key: PartitionKeyInput): void {
  if (isPartitionKey(key) && key.size === 1) return;
  if (typeof key === "string" && key !== "" && !key.includes(",")) return;
  throw new EdgewaterError("PartitionError", `PartitionMapping.${kind} maps to one key each, got ${JSON.stringify(String(key))}`);
}

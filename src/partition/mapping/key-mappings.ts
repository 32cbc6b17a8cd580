import { EdgewaterError } from "../../errors.ts";
import { aPlainObject, checkValue, describe, required } from "../../options.ts";
import { isPartitionKey, PartitionKey, type PartitionKeyInput, partitionKeyOf } from "../partition-key.ts";
import { keyKindOf, type PartitionLoadingContext, type PartitionsDefinition } from "../partitions-definition.ts";
import { makeMapping, needsDownstream, needsUpstream, type PartitionEdge, type PartitionMapping } from "./make-mapping.ts";

/** The mappings that need neither dimensions nor time. See `PartitionMapping` for each. */
export const keyMappings = {
  identity(): PartitionMapping<"one"> {
    return makeMapping({
      kind: "identity",
      arity: "one",
      problem: (edge) => {
        if (edge.upstream === undefined) return undefined;
        return needsDownstream(edge) ?? needsSameKind(edge);
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
    checkValue("PartitionMapping.static", "table", table, required(aPlainObject), "PartitionError");
    const entries: ReadonlyMap<string, PartitionKeyInput> = new Map(Object.entries(table));
    for (const target of entries.values()) oneKey("static", target);
    const normal = onceFor(
      (definition): ReadonlyMap<string, PartitionKeyInput> =>
        new Map([...entries].map(([key, target]) => [String(partitionKeyOf(key, keyKindOf(definition))), target])),
    );
    return makeMapping({
      kind: "static",
      arity: "one",
      problem: (edge) =>
        needsUpstream(edge) ??
        needsDownstream(edge) ??
        needsKnown([...entries.keys()], edge.downstream, edge.owner) ??
        needsKnown([...entries.values()], edge.upstream, edge.input),
      map: ({ key, downstream }) => {
        if (key === undefined || downstream === undefined) return { keys: [] };
        return { keys: [normal(downstream).get(String(key)) ?? key] };
      },
    });
  },

  specific(keys: readonly PartitionKeyInput[]): PartitionMapping<"many"> {
    const selected = someKeys("specific", keys);
    const members = onceFor((definition) => new Map(membersOf(selected, definition).map((key) => [String(key), key])));
    return makeMapping({
      kind: "specific",
      arity: "many",
      problem: (edge) => needsUpstream(edge) ?? needsKnown(selected, edge.upstream, edge.input),
      map: ({ upstream }) => ({ keys: upstream === undefined ? [] : [...members(upstream).values()] }),
    });
  },

  forKeys(keys: readonly PartitionKeyInput[]): PartitionMapping<"maybe"> {
    const selected = someKeys("forKeys", keys);
    const members = onceFor((definition) => new Set(membersOf(selected, definition).map(String)));
    return makeMapping({
      kind: "forKeys",
      arity: "maybe",
      problem: (edge) => {
        if (edge.upstream !== undefined) return "is for an input without partitions; declare .specific([…]) or .subset()";
        return needsDownstream(edge) ?? needsKnown(selected, edge.downstream, edge.owner);
      },
      map: ({ key, downstream }) => {
        const matches = downstream !== undefined && key !== undefined && members(downstream).has(String(key));
        return matches ? "unpartitioned" : "nothing";
      },
    });
  },

  subset(): PartitionMapping<"maybe"> {
    return makeMapping({
      kind: "subset",
      arity: "maybe",
      problem: (edge) => needsUpstream(edge) ?? needsDownstream(edge) ?? needsSameKind(edge),
      map: ({ key, upstream, loadingContext }) => (key !== undefined && upstream?.has(key, loadingContext) ? { keys: [key] } : "nothing"),
    });
  },
} as const;

function needsSameKind({ downstream, upstream }: PartitionEdge): string | undefined {
  if (downstream === undefined || upstream === undefined || keyKindOf(downstream) === keyKindOf(upstream)) return undefined;
  return "cannot map between multi keys and single keys; declare PartitionMapping.multiToSingle(dimension)";
}

/** The problem of a mapping that names keys which are not partitions, as far as that is known before partitions are loaded. */
function needsKnown(keys: readonly PartitionKeyInput[], definition: PartitionsDefinition | undefined, owner: string): string | undefined {
  if (definition === undefined) return undefined;
  const kind = keyKindOf(definition);
  const wrong = keys.find((key) => (typeof key === "string" ? kind === "multi" && !key.includes("=") : key.kind !== kind));
  if (wrong !== undefined) return `names ${JSON.stringify(String(wrong))}, which is not a ${kind} key`;
  const unknown = membersOf(keys, definition).find((key) => !mayBeIn(key, definition));
  if (unknown === undefined) return undefined;
  return `names ${JSON.stringify(String(unknown))}, which is not a partition of ${JSON.stringify(owner)}`;
}

/** When every window has ended. */
const anyTime: PartitionLoadingContext = { now: "9999-12-31T00:00:00", dynamicKeys: () => [] };

/** Whether a key may be a partition. Windows may still end, and dynamic keys may still be added. */
function mayBeIn(key: PartitionKey, definition: PartitionsDefinition): boolean {
  if (definition.kind === "dynamic") return true;
  if (definition.kind !== "multi") return definition.has(key, anyTime);
  if (key.kind !== "multi" || Object.keys(key.dimensions).length !== Object.keys(definition.dimensions).length) return false;
  return Object.entries(definition.dimensions).every(([name, each]) => {
    const value = Object.hasOwn(key.dimensions, name) ? key.dimensions[name]?.[0] : undefined;
    return value !== undefined && mayBeIn(PartitionKey.single(value), each);
  });
}

/** Computes something once for each definition, because a mapping is resolved for each key. */
function onceFor<Value>(compute: (definition: PartitionsDefinition) => Value): (definition: PartitionsDefinition) => Value {
  const known = new WeakMap<PartitionsDefinition, Value>();
  return (definition) => {
    const before = known.get(definition);
    if (before !== undefined) return before;
    const value = compute(definition);
    known.set(definition, value);
    return value;
  };
}

function listOf(key: PartitionKey | undefined): readonly PartitionKey[] {
  return key === undefined ? [] : [key];
}

function membersOf(keys: readonly PartitionKeyInput[], definition: PartitionsDefinition): readonly PartitionKey[] {
  return keys.flatMap((key) => partitionKeyOf(key, keyKindOf(definition)).members());
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
  throw new EdgewaterError(
    "PartitionError",
    `PartitionMapping.${kind} maps to keys of one partition each; got ${isPartitionKey(key) || typeof key === "string" ? JSON.stringify(String(key)) : describe(key)}`,
  );
}

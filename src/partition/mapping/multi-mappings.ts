import { compareUtf8 } from "../../encoding/utf8.ts";
import { EdgewaterError } from "../../errors.ts";
import { anyValue, aPlainObject, checkOptions, checkValue, type OptionKind, type OptionKinds, required } from "../../options.ts";
import { checkDimensionName, combinations, PartitionKey } from "../partition-key.ts";
import type { DimensionPartitions, MultiPartitions, PartitionsDefinition } from "../partitions-definition.ts";
import { keyMappings } from "./key-mappings.ts";
import {
  type Arity,
  isMapping,
  makeMapping,
  needsDownstream,
  needsUpstream,
  type PartitionEdge,
  type PartitionMapping,
} from "./make-mapping.ts";

type Dimensions = Readonly<Record<string, PartitionMapping | readonly [string, PartitionMapping]>>;

/** One upstream dimension and the downstream dimension that it is mapped from. */
interface Join {
  readonly name: string;
  readonly from: string;
  readonly upstream: DimensionPartitions;
  readonly mapping: PartitionMapping;
}

/** @throws `PartitionError` for a value that is not a mapping, or a dimension and a mapping */
function checkMapping(name: string, given: unknown): void {
  const isPair = Array.isArray(given) && given.length === 2 && typeof given[0] === "string";
  checkValue("PartitionMapping.multi", name, isPair ? given[1] : given, aMapping, "PartitionError");
}

const aMapping: OptionKind = {
  isRequired: true,
  expected: "a mapping, or a dimension and a mapping",
  accepts: isMapping,
};

/** See `PartitionMapping.multi`. */
export function multiMapping(dimensions: Dimensions): PartitionMapping {
  checkValue("PartitionMapping.multi", "dimensions", dimensions, required(aPlainObject), "PartitionError");
  for (const [name, each] of Object.entries(dimensions)) checkMapping(name, each);
  const declared: ReadonlyMap<string, readonly [string, PartitionMapping]> = new Map(
    Object.entries(dimensions).map(([name, each]) => [name, "kind" in each ? [name, each] : each]),
  );
  for (const [name, [from]] of declared) {
    checkDimensionName(name);
    checkDimensionName(from);
  }
  const joinsOf = (upstream: MultiPartitions): readonly Join[] =>
    dimensionsIn(upstream).map(([name, definition]) => {
      const [from, mapping] = declared.get(name) ?? [name, keyMappings.identity()];
      return { name, from, upstream: definition, mapping };
    });
  const arities = [...declared.values()].map(([, { arity }]) => arity);
  const arity: Arity = arities.includes("many") ? "many" : arities.includes("maybe") ? "maybe" : "one";
  return makeMapping({
    kind: "multi",
    arity,
    problem: (edge) => {
      const { upstream } = edge;
      if (upstream?.kind !== "multi") return needsUpstream(edge) ?? "needs an input with multi partitions";
      const unknown = [...declared.keys()].find((name) => !Object.hasOwn(upstream.dimensions, name));
      if (unknown !== undefined) return `names the dimension ${JSON.stringify(unknown)}, which ${JSON.stringify(edge.input)} does not have`;
      for (const join of joinsOf(upstream)) {
        const wrong = join.mapping.problem(dimensionEdge(edge, join));
        if (wrong !== undefined) return `for the dimension ${JSON.stringify(join.name)}: ${join.mapping.kind} ${wrong}`;
      }
      return undefined;
    },
    map: ({ key, loadingContext, ...edge }) => {
      if (edge.upstream?.kind !== "multi") return { keys: [] };
      const entries: [string, readonly string[]][] = [];
      for (const join of joinsOf(edge.upstream)) {
        const mapped = join.mapping.resolve({ ...dimensionEdge(edge, join), key: coordinate(key, join.from), loadingContext });
        if (typeof mapped === "string") return "nothing";
        entries.push([join.name, mapped.keys.map(String)]);
      }
      return { keys: combinations(entries), known: true };
    },
  });
}

/** Options of `PartitionMapping.multiToSingle`. */
export interface MultiToSingleOptions<A extends "one" | "many" = "one" | "many"> {
  /** The arity, to have it in the type; the other direction is refused. */
  readonly arity?: A | undefined;
  /** Maps between the values of the dimension and the single keys; by identity unless given. */
  readonly mapping?: PartitionMapping | undefined;
}

const multiToSingleKinds: OptionKinds<MultiToSingleOptions> = {
  arity: anyValue,
  mapping: { expected: "a mapping, such as PartitionMapping.static({…})", accepts: isMapping },
};

/** See `PartitionMapping.multiToSingle`. */
export function multiToSingleMapping(dimension: string, mapping?: PartitionMapping): PartitionMapping<"one" | "many">;
export function multiToSingleMapping<A extends "one" | "many">(
  dimension: string,
  options: MultiToSingleOptions<A> & { readonly arity: A },
): PartitionMapping<A>;
export function multiToSingleMapping(dimension: string, options: MultiToSingleOptions): PartitionMapping<"one" | "many">;
export function multiToSingleMapping(
  dimension: string,
  given: PartitionMapping | MultiToSingleOptions = {},
): PartitionMapping<"one" | "many"> {
  checkDimensionName(dimension);
  const options = isMapping(given) ? { mapping: given } : given;
  checkOptions("PartitionMapping.multiToSingle", options, multiToSingleKinds, "PartitionError");
  const { arity: declared, mapping: inner }: MultiToSingleOptions = options;
  if (declared !== undefined && declared !== "one" && declared !== "many") {
    throw new EdgewaterError("PartitionError", 'Invalid arity of PartitionMapping.multiToSingle; expected "one" or "many"');
  }
  return makeMapping({
    kind: "multiToSingle",
    arity: declared ?? "one",
    problem: (edge) => {
      const { downstream, upstream } = edge;
      if (downstream === undefined || upstream === undefined) return needsUpstream(edge) ?? needsDownstream(edge);
      const [multi, ...others] = [downstream, upstream].filter((definition) => definition.kind === "multi");
      if (multi === undefined || others.length > 0) return "needs multi partitions on one side and single keys on the other";
      if (!Object.hasOwn(multi.dimensions, dimension)) return `names the dimension ${JSON.stringify(dimension)}, which does not exist`;
      const actual = downstream === multi ? (inner?.arity ?? "one") : "many";
      return declared !== undefined && declared !== actual
        ? `has the arity ${JSON.stringify(actual)} here, not ${JSON.stringify(declared)}`
        : innerProblem(edge, dimension, inner);
    },
    map: ({ key, loadingContext, ...edge }) => {
      const { upstream } = edge;
      if (key === undefined || upstream === undefined) return { keys: [] };
      const own = coordinate(key, dimension) ?? key;
      const mapped = inner?.resolve({ ...innerEdge(edge, dimension), key: own, loadingContext }) ?? { keys: [own] };
      if (typeof mapped === "string") return "nothing";
      if (upstream.kind !== "multi") return mapped;
      const entries = dimensionsIn(upstream).map(([name, definition]): [string, readonly string[]] => [
        name,
        (name === dimension ? mapped.keys : definition.keys(loadingContext)).map(String),
      ]);
      return { keys: combinations(entries), arity: "many" };
    },
  });
}

/** The edge between the single keys of one side and the dimension of the other. */
function innerEdge(edge: PartitionEdge, dimension: string): PartitionEdge {
  const side = (definition: PartitionsDefinition | undefined): PartitionsDefinition | undefined =>
    definition?.kind === "multi" ? dimensionOf(definition, dimension) : definition;
  return { ...edge, downstream: side(edge.downstream), upstream: side(edge.upstream) };
}

function innerProblem(edge: PartitionEdge, dimension: string, inner: PartitionMapping | undefined): string | undefined {
  if (inner === undefined) return undefined;
  if (inner.arity === "maybe") return `cannot use ${inner.kind}, which may have no partition; declare PartitionMapping.multi({…})`;
  const wrong = inner.problem(innerEdge(edge, dimension));
  return wrong === undefined ? undefined : `for the dimension ${JSON.stringify(dimension)}: ${inner.kind} ${wrong}`;
}

/** Returns the dimensions of a definition, sorted by name. */
function dimensionsIn(definition: MultiPartitions): readonly (readonly [string, DimensionPartitions])[] {
  return Object.entries(definition.dimensions).sort(([left], [right]) => compareUtf8(left, right));
}

/** Returns the edge of one dimension. A downstream asset without the dimension has no partitions there. */
function dimensionEdge(edge: PartitionEdge, join: Join): PartitionEdge {
  return { downstream: dimensionOf(edge.downstream, join.from), upstream: join.upstream, owner: edge.owner, input: edge.input };
}

function dimensionOf(definition: PartitionsDefinition | undefined, name: string): DimensionPartitions | undefined {
  return definition?.kind === "multi" && Object.hasOwn(definition.dimensions, name) ? definition.dimensions[name] : undefined;
}

function coordinate(key: PartitionKey | undefined, name: string): PartitionKey | undefined {
  const value = key?.kind === "multi" && Object.hasOwn(key.dimensions, name) ? key.dimensions[name]?.[0] : undefined;
  return value === undefined ? undefined : PartitionKey.single(value);
}

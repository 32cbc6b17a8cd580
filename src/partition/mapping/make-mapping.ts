/** What all partition mappings share: their types, the checks of their results, and the check of an input's mapping. */
import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { type PartitionKey, type PartitionKeyInput, partitionKeyOf } from "../partition-key.ts";
import type { PartitionMap } from "../partition-map.ts";
import { keyKindOf, type PartitionLoadingContext, type PartitionsDefinition, sameDefinition } from "../partitions-definition.ts";

/** How many partitions of the upstream asset one partition of the downstream asset loads. */
export type Arity = "one" | "maybe" | "many";

/** The type of an input by the arity of its mapping: `T`, `T | undefined` or a {@link PartitionMap}. */
export type Shaped<T, A extends Arity> = A extends "many" ? PartitionMap<T> : A extends "maybe" ? T | undefined : T;

/** The arity of a mapping's type. Without a mapping it is "one". */
export type ArityOf<Mapping> = Mapping extends PartitionMapping<infer A> ? A : "one";

/** An input of an asset: the partitions on both sides, and the names of both assets for messages. */
export interface PartitionEdge {
  /** The partitions of the asset that loads; `undefined` when it has none. */
  readonly downstream: PartitionsDefinition | undefined;
  /** The partitions of the asset that is loaded; `undefined` when it has none. */
  readonly upstream: PartitionsDefinition | undefined;
  /** The name of the asset that loads. */
  readonly owner: string;
  /** The name of the asset that is loaded. */
  readonly input: string;
}

/** An input and its mapping, if it has one. */
export interface DeclaredEdge extends PartitionEdge {
  /** The declared mapping. */
  readonly mapping?: PartitionMapping | undefined;
}

/** An input, and the partition of the downstream asset that is materialized. */
export interface MappingRequest extends PartitionEdge {
  /** A key that stands for one partition; `undefined` when the downstream asset has no partitions. */
  readonly key: PartitionKey | undefined;
  /** What definitions need to enumerate their partitions. */
  readonly loadingContext: PartitionLoadingContext;
}

/** The partitions to load, and the shape in which the input receives them: "many" is always a map, even for one key. */
export interface MappedKeys {
  /** The partitions to load. */
  readonly keys: readonly PartitionKey[];
  /** The shape in which the input receives them. */
  readonly arity: Arity;
}

/**
 * What an input loads: these partitions, the value of an asset without partitions, or nothing. Nothing is passed as
 * `undefined`.
 */
export type Mapped = MappedKeys | "unpartitioned" | "nothing";

/** Maps a partition of the downstream asset to the partitions of the upstream asset that it loads. */
export interface PartitionMapping<A extends Arity = Arity> {
  /** The name of its factory. */
  readonly kind: string;
  /** How many partitions it maps one to. */
  readonly arity: A;
  /** Returns why the mapping does not fit the edge, as the end of a sentence; `undefined` when it fits. */
  problem(edge: PartitionEdge): string | undefined;
  /**
   * Returns what the input loads. Every key is a partition of the upstream asset.
   *
   * @throws `PartitionError` naming both assets when the mapping does not fit, or maps to a key that is not a partition
   */
  resolve(request: MappingRequest): Mapped;
}

/** Returns whether a value is a mapping. */
export function isMapping(value: unknown): value is PartitionMapping {
  return typeof value === "object" && value !== null && typeof (value as Partial<PartitionMapping>).resolve === "function";
}

/** One kind of mapping. {@link makeMapping} adds the checks that all kinds share. */
export interface MappingRules<A extends Arity> {
  readonly kind: string;
  /** How many partitions it maps one to. */
  readonly arity: A;
  readonly problem: (edge: PartitionEdge) => string | undefined;
  /** Called when there is no problem. The keys are then checked against the upstream definition; text is parsed as its keys. */
  readonly map: (request: MappingRequest) => UncheckedKeys | "unpartitioned" | "nothing";
}

/** The keys that a rule maps to. */
export interface UncheckedKeys {
  readonly keys: readonly PartitionKeyInput[];
  /** The arity, where it depends on the edge. */
  readonly arity?: Arity;
  /** Whether the keys come from the upstream definition, so that they need no check. */
  readonly known?: boolean;
}

const brand: unique symbol = Symbol.for("edgewater/partition-mapping") as never;

/** Makes a mapping whose results are always partitions of the upstream asset. */
export function makeMapping<A extends Arity>(rules: MappingRules<A>): PartitionMapping<A> {
  const { kind, arity, problem } = rules;
  const resolve = (request: MappingRequest): Mapped => {
    const { key, upstream, owner, input } = request;
    const reason =
      problem(request) ?? (key !== undefined && key.size !== 1 ? `takes one partition at a time, not ${quote(key)}` : undefined);
    if (reason !== undefined) throw mappingError(kind, reason, owner, input);
    const mapped = map(request);
    if (typeof mapped === "string") return mapped;
    const keys = mapped.known ? (mapped.keys as readonly PartitionKey[]) : mapped.keys.map((each) => checked(each, upstream, request));
    return { keys, arity: mapped.arity ?? arity };
  };
  const map = (request: MappingRequest): ReturnType<typeof rules.map> => {
    try {
      return rules.map(request);
    } catch (cause) {
      if (!isEdgewaterError(cause, "PartitionError") || cause.asset !== undefined) throw cause;
      throw mappingError(kind, `fails: ${cause.message}`, request.owner, request.input, cause);
    }
  };
  const checked = (each: PartitionKeyInput, upstream: PartitionsDefinition | undefined, request: MappingRequest): PartitionKey => {
    const { key, loadingContext, owner, input } = request;
    if (upstream?.has(each, loadingContext)) return partitionKeyOf(each, keyKindOf(upstream));
    const from = key === undefined ? "selects" : `maps ${quote(key)} to`;
    const has = upstream === undefined ? "no partitions" : upstream.describe(loadingContext);
    const reason = `${from} ${quote(each)}, which is not a partition of ${JSON.stringify(input)}, which has ${has}`;
    throw mappingError(kind, reason, owner, input);
  };
  return Object.freeze(Object.defineProperty({ kind, arity, problem, resolve }, brand, { value: true }));
}

/** Returns whether `value` is a partition mapping, also one of another bundle or realm. */
export function isPartitionMapping(value: unknown): value is PartitionMapping {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * Checks the mapping of an input. Without a mapping both assets must have the same partitions, or the upstream asset none.
 *
 * @throws `PartitionError` that says which mapping to declare
 */
export function checkEdge(edge: DeclaredEdge): void {
  const { mapping, downstream, upstream, owner, input } = edge;
  if (mapping !== undefined) {
    const reason = mapping.problem(edge);
    if (reason !== undefined) throw mappingError(mapping.kind, reason, owner, input);
    return;
  }
  if (upstream === undefined || sameDefinition(downstream, upstream)) return;
  const reason =
    downstream === undefined
      ? `${JSON.stringify(input)} has partitions and ${JSON.stringify(owner)} has none; declare PartitionMapping.all() or .specific([…])`
      : `${JSON.stringify(owner)} and ${JSON.stringify(input)} have different partitions; declare PartitionMapping.identity() when their keys are the same, .timeWindow(…), .all() or another`;
  const message = `The input ${JSON.stringify(input)} of ${JSON.stringify(owner)} needs a partition mapping: ${reason}`;
  throw new EdgewaterError("PartitionError", message, { asset: owner });
}

/** The error of a mapping on the edge from `input` to `owner`. */
export function mappingError(
  kind: string,
  reason: string,
  owner: string,
  input: string,
  cause?: unknown,
): EdgewaterError<"PartitionError"> {
  const edge = `the input ${JSON.stringify(input)} of ${JSON.stringify(owner)}`;
  return new EdgewaterError("PartitionError", `PartitionMapping.${kind} on ${edge} ${reason}`, { asset: owner, cause });
}

/** The problem of a mapping to partitions when the input has none. */
export function needsUpstream({ upstream, input }: PartitionEdge): string | undefined {
  return upstream === undefined ? `has nothing to select: ${JSON.stringify(input)} has no partitions; declare no mapping` : undefined;
}

/** The problem of a mapping from a partition when the asset has none. */
export function needsDownstream({ downstream, owner }: PartitionEdge): string | undefined {
  if (downstream !== undefined) return undefined;
  return `has no partition to map: ${JSON.stringify(owner)} has no partitions; declare PartitionMapping.all() or .specific([…])`;
}

function quote(key: PartitionKeyInput): string {
  return JSON.stringify(String(key));
}

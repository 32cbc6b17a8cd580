import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { type PartitionKey, type PartitionKeyInput, partitionKeyOf } from "../partition-key.ts";
import { type PartitionsDefinition, shapeOf } from "../partitions-definition.ts";
import type { Arity, Mapped, MappingRequest, PartitionEdge, PartitionMapping } from "./types.ts";

/** What a kind of mapping says of itself; {@link makeMapping} adds the checks that all kinds share. */
export interface MappingRules<A extends Arity> {
  readonly kind: string;
  readonly arity: A;
  readonly problem: (edge: PartitionEdge) => string | undefined;
  /** Called when there is no problem. Keys are then checked against the upstream definition, text is read in its shape. */
  readonly map: (request: MappingRequest) => Chosen | "unpartitioned" | "nothing";
}

/** The keys that a rule leads to. */
export interface Chosen {
  readonly keys: readonly PartitionKeyInput[];
  /** Where the edge decides it. */
  readonly arity?: Arity;
  /** Keys that came from the upstream definition need no check. */
  readonly known?: boolean;
}

const brand: unique symbol = Symbol.for("edgewater/partition-mapping") as never;

/** Makes a mapping whose results are always partitions of the upstream asset. */
export function makeMapping<A extends Arity>(rules: MappingRules<A>): PartitionMapping<A> {
  const { kind, arity, problem } = rules;
  const resolve = (request: MappingRequest): Mapped => {
    const { key, upstream, owner, input } = request;
    const wrong =
      problem(request) ?? (key !== undefined && key.size !== 1 ? `takes one partition at a time, not ${quote(key)}` : undefined);
    if (wrong !== undefined) throw mappingError(kind, wrong, owner, input);
    const mapped = attempt(request);
    if (typeof mapped === "string") return mapped;
    const keys = mapped.known ? (mapped.keys as readonly PartitionKey[]) : mapped.keys.map((each) => checked(each, upstream, request));
    return { keys, arity: mapped.arity ?? arity };
  };
  const attempt = (request: MappingRequest): ReturnType<typeof rules.map> => {
    try {
      return rules.map(request);
    } catch (cause) {
      if (!isEdgewaterError(cause, "PartitionError") || cause.asset !== undefined) throw cause;
      throw mappingError(kind, `fails: ${cause.message}`, request.owner, request.input, cause);
    }
  };
  const checked = (each: PartitionKeyInput, upstream: PartitionsDefinition | undefined, request: MappingRequest): PartitionKey => {
    const { key, loadingContext, owner, input } = request;
    if (upstream?.has(each, loadingContext)) return partitionKeyOf(each, shapeOf(upstream));
    const from = key === undefined ? "leads to" : `maps ${quote(key)} to`;
    const has = upstream === undefined ? "no partitions" : upstream.describe(loadingContext);
    throw mappingError(
      kind,
      `${from} ${quote(each)}, which is not a partition of ${JSON.stringify(input)}, which has ${has}`,
      owner,
      input,
    );
  };
  return Object.freeze(Object.defineProperty({ kind, arity, problem, resolve }, brand, { value: true }));
}

/** Tells whether `value` is a mapping of partitions, also across bundles and realms. */
export function isPartitionMapping(value: unknown): value is PartitionMapping {
  return typeof value === "object" && value !== null && brand in value;
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

function quote(key: PartitionKeyInput): string {
  return JSON.stringify(String(key));
}

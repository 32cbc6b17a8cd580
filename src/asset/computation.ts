import type { BaseIOHandler } from "../io-handler/base.ts";
import type { TypeHint } from "../io-handler/type-hint.ts";
import type { Metadata } from "../metadata/metadata-value.ts";
import type { PartitionMapping } from "../partition/mapping/partition-mapping.ts";
import type { PartitionsDefinition } from "../partition/partitions-definition.ts";
import type { RetryPolicy } from "../retry.ts";
import type { Collect } from "./collect.ts";
import type { AssetContext, Definition } from "./types.ts";

const brand = Symbol.for("edgewater/definition");

/** How one input is loaded. */
export interface InputSpec {
  /** The name under which the function gets it. */
  readonly name: string;
  /** What is loaded; undefined for the computation's own earlier value. */
  readonly source: Definition | undefined;
  /** Whether the upstream was given as it is, without saying how it is loaded. */
  readonly isBare: boolean;
  readonly partitionMapping: PartitionMapping | undefined;
  readonly typeHint: TypeHint | undefined;
  readonly ioHandler: BaseIOHandler | undefined;
  readonly metadata: Metadata;
  /** What a map of partitions does where a value was never written. */
  readonly missing: "throw" | "skip";
}

/** One function, what it takes and what it makes: what a step of a run runs. */
export interface Computation {
  readonly kind: "asset" | "task" | "multi" | "external";
  readonly name: string;
  /** One, or the several of a multi-asset. */
  readonly outputs: readonly Definition[];
  readonly inputs: readonly InputSpec[];
  readonly partitions: PartitionsDefinition | undefined;
  /** Whether one step makes several partitions. */
  readonly isBatch: boolean;
  readonly retry: RetryPolicy | undefined;
  /** Takes what the function returned apart into its outputs. */
  readonly collect: Collect;
  /** Undefined for an external asset that cannot be observed. */
  readonly compute: ((inputs: Readonly<Record<string, unknown>>, context: AssetContext) => unknown) | undefined;
}

/** Marks what stands for a computation: an asset, a task, a multi-asset, or one of its outputs. */
export function standsFor<Value extends object>(value: Value, computation: Computation): Value {
  return Object.freeze(Object.defineProperty(value, brand, { value: computation }));
}

/** The computation that a declared asset, task or multi-asset stands for; undefined for anything else. Holds across bundles. */
export function computationOf(value: unknown): Computation | undefined {
  if (typeof value !== "object" || value === null || !(brand in value)) return undefined;
  return (value as Record<symbol, Computation>)[brand];
}

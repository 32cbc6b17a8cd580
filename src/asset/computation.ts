import type { BaseIOHandler } from "../io-handler/base.ts";
import type { TypeHint } from "../io-handler/type-hint.ts";
import type { Metadata } from "../metadata/metadata-value.ts";
import type { PartitionMapping } from "../partition/mapping/partition-mapping.ts";
import type { PartitionsDefinition } from "../partition/partitions-definition.ts";
import type { RetryPolicy } from "../retry.ts";
import type { SplitOutputs } from "./outputs.ts";
import type { AssetContext, AssetExecutor, Definition } from "./types.ts";

const brand = Symbol.for("edgewater/definition");

/** How one input is loaded. */
export interface InputSpec {
  /** The name of the input in the function. */
  readonly name: string;
  /** The asset or task that is loaded; `undefined` for the earlier value of the computation itself. */
  readonly source: Definition | undefined;
  /** Whether the upstream asset was passed without `input()`. */
  readonly isBare: boolean;
  /** The partitions that are loaded; `undefined` for those with the same keys. */
  readonly partitionMapping: PartitionMapping | undefined;
  /** The schema or class that the value must match. */
  readonly typeHint: TypeHint | undefined;
  /** The handler that loads the value; `undefined` for the one of the upstream asset. */
  readonly ioHandler: BaseIOHandler | undefined;
  /** Metadata for the handler, merged over the static metadata of the upstream asset. */
  readonly metadata: Metadata;
  /** What a map of partitions does with a missing value. */
  readonly missing: "throw" | "skip";
}

/** A function with its inputs and outputs. A step of a run executes one. */
export interface Computation {
  /** What it was declared as. */
  readonly kind: "asset" | "task" | "multi" | "external";
  /** The name. */
  readonly name: string;
  /** The only output, or the outputs of a multi-asset. */
  readonly outputs: readonly Definition[];
  /** How each input is loaded. */
  readonly inputs: readonly InputSpec[];
  /** The partitions of all outputs. */
  readonly partitions: PartitionsDefinition | undefined;
  /** Whether one step materializes several partitions. */
  readonly isBatch: boolean;
  /** The retries of the step. */
  readonly retry: RetryPolicy | undefined;
  /** The time that one attempt of the step has, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Whether its step is skipped when nothing has changed. */
  readonly skipUnchanged: boolean;
  /** Where the step runs; `undefined` for the executor of the repository. */
  readonly executor: AssetExecutor | undefined;
  /** Splits what the function returned into its outputs. */
  readonly splitOutputs: SplitOutputs;
  /** The function; `undefined` for an external asset that cannot be observed. */
  readonly compute: ((inputs: Readonly<Record<string, unknown>>, context: AssetContext) => unknown) | undefined;
}

/** Freezes a definition (an asset, a task, a multi-asset or one of its outputs) and attaches its computation. */
export function bindComputation<Value extends object>(value: Value, computation: Computation): Value {
  return Object.freeze(Object.defineProperty(value, brand, { value: computation }));
}

/** Returns the computation of a definition, also one of another bundle; `undefined` for any other value. */
export function computationOf(value: unknown): Computation | undefined {
  if (typeof value !== "object" || value === null || !(brand in value)) return undefined;
  return (value as Record<symbol, Computation>)[brand];
}

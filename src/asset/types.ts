import type { Condition } from "../automation/types.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import type { Log } from "../io-handler/contexts.ts";
import type { TypeHint } from "../io-handler/type-hint.ts";
import type { Metadata, MetadataInput } from "../metadata/metadata-value.ts";
import type { PartitionMapping } from "../partition/mapping/partition-mapping.ts";
import type { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionMap } from "../partition/partition-map.ts";
import type { PartitionsDefinition } from "../partition/partitions-definition.ts";
import type { RetryPolicy } from "../retry.ts";
import type { Materialization, Observation, Output } from "./result.ts";

/** The second argument of the function of an asset or a task. */
export interface AssetContext {
  /** The name of the asset, task or multi-asset. */
  readonly assetName: string;
  /** The id of the run. */
  readonly runId: string;
  /** The partitions to compute; `undefined` without partitions. */
  readonly partition: PartitionContext | undefined;
  /**
   * The key of the only partition, as text.
   *
   * @throws `PartitionError` without partitions, and for a batch of several partitions
   */
  readonly partitionKey: string;
  /** The names of the requested outputs of a multi-asset; for an asset or a task, its name. */
  readonly outputSelection: readonly string[];
  /** Aborted when the run is. */
  readonly signal: AbortSignal;
  /** The log of the repository. */
  readonly log: Log;
  /**
   * Adds metadata to the materialization. Adds nothing if it throws.
   *
   * @throws `MetadataError` naming the key whose value cannot be coerced
   */
  readonly addOutputMetadata: (record: Readonly<Record<string, MetadataInput>>) => void;
  /** Sets the data version of the output; by default it is the digest of its bytes. */
  readonly registerDataVersion: (version: string) => void;
  /**
   * Tells how far the function is: `done` of `total`, in any unit. It is a progress event, and not recorded.
   *
   * @throws `SettingsError` unless both are finite numbers from 0 on, and `done` is at most `total`
   *
   * @example
   * ```ts
   * asset({ name: "tiles" }, async (_, context) => {
   *   for (const [index, url] of urls.entries()) {
   *     await fetchTile(url);
   *     context.progress(index + 1, urls.length);
   *   }
   * });
   * ```
   */
  readonly progress: (done: number, total: number) => void;
}

/** An asset or task that can be loaded; `Value` is the type of its value. */
export interface Source<out Value = unknown, out Name extends string = string> {
  /** What it is: an asset, a task, or an external asset. */
  readonly kind: "asset" | "task" | "external";
  /** The name. */
  readonly name: Name;
  /** Only for inference; absent at run time. */
  readonly "~value"?: () => Value;
}

/** The declaration of an asset or a task. */
export interface Definition<out Value = unknown, out Name extends string = string> extends Source<Value, Name> {
  /** The handler; `undefined` for the default of the repository. */
  readonly ioHandler: BaseIOHandler | undefined;
  /** Static metadata, which the handler receives. */
  readonly metadata: Metadata;
  /** The schema or class that the value must match. */
  readonly typeHint: TypeHint | undefined;
  /** The partitions; `undefined` when it has none. */
  readonly partitions: PartitionsDefinition | undefined;
  /** Tags for people and tools. */
  readonly tags: Readonly<Record<string, string>>;
  /** The technologies that compute or hold it, such as `duckdb`. */
  readonly kinds: readonly string[];
  /** The group in which tools show it. */
  readonly group: string | undefined;
  /** The version of the function. */
  readonly codeVersion: string | undefined;
  /** When it should run; see `repository.evaluate()`. */
  readonly automationCondition: Condition | undefined;
}

/** A named data artefact and the function that computes it. */
export interface Asset<out Value = unknown, out Name extends string = string> extends Definition<Value, Name> {
  /** Always "asset". */
  readonly kind: "asset";
}

/** A named function whose output is not an asset. */
export interface Task<out Value = unknown, out Name extends string = string> extends Definition<Value, Name> {
  /** Always "task". */
  readonly kind: "task";
}

/** A data artefact that another program writes. It can be loaded and observed, and is never written here. */
export interface ExternalAsset<out Value = unknown, out Name extends string = string> extends Definition<Value, Name> {
  /** Always "external". */
  readonly kind: "external";
}

/** Several assets that one function computes. */
export interface MultiAsset<out Outputs extends Readonly<Record<string, Asset>> = Readonly<Record<string, Asset>>> {
  /** Always "multi". */
  readonly kind: "multi";
  /** The name of the function. */
  readonly name: string;
  /** The assets, by name. */
  readonly outputs: Outputs;
}

/** An upstream asset or task and how it is loaded. Made by `input()`. */
export interface Input<out Value = unknown, out IsMapped extends boolean = boolean> {
  /** Always "input". */
  readonly kind: "input";
  /** The asset or task that is loaded. */
  readonly upstream: Definition;
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
  /** Only for inference; absent at run time. */
  readonly "~value"?: () => Value;
  /** Only for inference; absent at run time. */
  readonly "~mapped"?: IsMapped;
}

/** The earlier value of the asset itself. Made by `selfInput()`. */
export interface SelfInput<Value = unknown> {
  /** Always "self". */
  readonly kind: "self";
  /** The partition that is loaded; `undefined` for the one that is made. */
  readonly partitionMapping: PartitionMapping | undefined;
  /** The schema or class that the value must match. */
  readonly typeHint: TypeHint | undefined;
  /** Only for inference; absent at run time. */
  readonly "~value"?: () => Value | undefined;
  /** Only for inference; absent at run time. */
  readonly "~own"?: (value: Value) => Value;
}

/** A declared input. */
// biome-ignore lint/suspicious/noExplicitAny: a self input is invariant in its value
export type AnyInput = Definition | Input | SelfInput<any>;

/** The inputs of an asset or a task, by their names in the function. */
export type Inputs = Readonly<Record<string, AnyInput>>;

/** The types of the values of inputs. */
export type ValuesOf<Deps extends Inputs> = { readonly [Name in keyof Deps]: ValueOf<Deps[Name]> };

/** The types of the values of inputs in a batch: inputs with the same key are maps. */
export type BatchValuesOf<Deps extends Inputs> = {
  readonly [Name in keyof Deps]: Deps[Name] extends Definition<infer Value>
    ? PartitionMap<Value>
    : Deps[Name] extends Input<infer Value, true>
      ? Value extends PartitionMap<unknown>
        ? Value
        : PartitionMap<Value>
      : ValueOf<Deps[Name]>;
};

type ValueOf<From> = From extends { readonly "~value"?: () => infer Value } ? Value : never;

/** The type that a handler can write: the one that it declares, else the one that its `handleOutput` takes. */
export type AcceptedBy<Handler> = Handler extends { readonly "~types"?: { readonly accepts: infer Accepts } }
  ? IsAny<Accepts> extends true
    ? TakenBy<Handler>
    : Accepts
  : unknown;

type TakenBy<Handler> = Handler extends { handleOutput: (context: never, value: infer Value) => unknown }
  ? IsAny<Value> extends true
    ? unknown
    : Value
  : unknown;

/**
 * The type that a value has after a handler has loaded it: the type that the handler declares, else the one that its
 * `loadInput` returns, else the type of the value.
 */
export type LoadedAs<Handler, Value> = Handler extends { readonly "~types"?: { readonly loads: infer Loads } }
  ? unknown extends Loads
    ? GivenBy<Handler, Value>
    : Loads
  : Value;

type GivenBy<Handler, Value> = Handler extends { loadInput: (context: never) => infer Returned }
  ? unknown extends Awaited<Returned>
    ? Value
    : [Awaited<Returned>] extends [ReturnType<() => void>]
      ? Value
      : Awaited<Returned>
  : Value;

type IsAny<Type> = 0 extends 1 & Type ? true : false;

/** The type that a function must return because of its `selfInput()`. */
export type OwnValue<Deps> = [SelfOf<Deps>] extends [never] ? unknown : SelfOf<Deps> extends { own: infer Value } ? Value : unknown;

type SelfOf<Deps> = { [Name in keyof Deps]: Deps[Name] extends SelfInput<infer Value> ? { own: Value } : never }[keyof Deps];

/** A value, or a result in place of it. */
export type Returns<Value> = Value | Output<Value> | Materialization | Observation;

/** The type of the value in a return type. */
export type Unwrapped<Returned> =
  Returned extends Output<infer Value> ? Value : Returned extends Materialization | Observation ? never : Returned;

/** The options that describe one output. */
export interface DescriptionOptions<Handler extends BaseIOHandler> {
  /** Writes and loads the value; the default of the repository if absent. */
  readonly ioHandler?: Handler | undefined;
  /** Static metadata, which the handler receives. */
  readonly metadata?: Readonly<Record<string, MetadataInput>> | undefined;
  /** The schema or class that the value must match. It is checked before the value is written. */
  readonly typeHint?: TypeHint | undefined;
  /** Tags for people and tools. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The technologies that compute or hold it, such as `duckdb`. */
  readonly kinds?: readonly string[] | undefined;
  /** The group in which tools show it. */
  readonly group?: string | undefined;
  /** The version of the function. A new version marks values of earlier versions as stale. */
  readonly codeVersion?: string | undefined;
  /** When it should run, such as `condition.eager()`; see `repository.evaluate()`. Not for tasks. */
  readonly automationCondition?: Condition | undefined;
}

/** The partitions of an asset whose function computes one per call. */
export type PartitionsOption = PartitionsDefinition | { readonly definition: PartitionsDefinition; readonly batch?: false };

/** The partitions of an asset whose function computes several per call. */
export interface BatchPartitionsOption {
  /** The definition of the partitions. */
  readonly definition: PartitionsDefinition;
  /** One call computes several partitions. */
  readonly batch: true;
}

/** An executor, as assets name it: `inProcess()`, `parallel({ start })` or another `Executor`. */
export interface AssetExecutor {
  /** Name for error messages. */
  readonly name: string;
  /** See `Executor`. */
  readonly execute: (execution: never) => Promise<ReadonlyMap<string, unknown>>;
}

/** Options of an asset or a task. */
export interface DefinitionOptions<Name extends string, Deps extends Inputs, Handler extends BaseIOHandler>
  extends DescriptionOptions<Handler> {
  /** The name: any text that is not empty. It needs no escaping. */
  readonly name: Name;
  /** The inputs, by their names in the function. */
  readonly inputs?: Deps | undefined;
  /** The partitions. */
  readonly partitions?: PartitionsOption | undefined;
  /** The retries of its step. */
  readonly retry?: RetryPolicy | undefined;
  /**
   * The time that its step has, in milliseconds; `Infinity` for no limit. A step that takes longer is abandoned and fails with
   * `Timeout`; each retry has this time again.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether its step is skipped when nothing has changed since it was made: neither the code version, which it must declare, nor
   * its declaration, its handler and the data versions of its inputs, and its value is still there. False unless given; a run
   * may say otherwise.
   */
  readonly skipUnchanged?: boolean | undefined;
  /** Where its step runs, such as `parallel({ start })`; the executor of the repository if absent. */
  readonly executor?: AssetExecutor | undefined;
}

/** Options of an asset whose function computes several partitions per call. */
export interface BatchOptions<Name extends string, Deps extends Inputs, Handler extends BaseIOHandler>
  extends Omit<DefinitionOptions<Name, Deps, Handler>, "partitions"> {
  /** The partitions. */
  readonly partitions: BatchPartitionsOption;
}

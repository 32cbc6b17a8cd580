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

/** What a function of an asset or a task is told, and where it says more about its output than the value does. */
export interface AssetContext {
  /** The asset or task that is being made; of a multi-asset, its own name. */
  readonly assetName: string;
  readonly runId: string;
  /** The partitions that are being made; undefined without partitions. */
  readonly partition: PartitionContext | undefined;
  /**
   * The key of the one partition that is being made, as text.
   *
   * @throws `PartitionError` without partitions, and for a batch of several
   */
  readonly partitionKey: string;
  /** Which outputs of a multi-asset are wanted; of anything else, its name. */
  readonly outputSelection: readonly string[];
  /** Aborted when the run is. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /**
   * Adds metadata to the materialization, all of it or nothing.
   *
   * @throws `MetadataError` naming the key whose value no kind of metadata holds
   */
  readonly addOutputMetadata: (record: Readonly<Record<string, MetadataInput>>) => void;
  /** Names the content of the output, in place of the digest of its bytes. */
  readonly registerDataVersion: (version: string) => void;
}

/** What can be loaded, by the value that it loads as. */
export interface Source<out Value = unknown, out Name extends string = string> {
  readonly kind: "asset" | "task" | "external";
  readonly name: Name;
  /** Only for inference; never there at run time. */
  readonly "~value"?: () => Value;
}

/** What is known of an asset or a task before anything runs. */
export interface Definition<out Value = unknown, out Name extends string = string> extends Source<Value, Name> {
  readonly ioHandler: BaseIOHandler | undefined;
  /** Static metadata, told to the handler. */
  readonly metadata: Metadata;
  readonly typeHint: TypeHint | undefined;
  readonly partitions: PartitionsDefinition | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly kinds: readonly string[];
  readonly group: string | undefined;
  readonly codeVersion: string | undefined;
  /** When it should run, see `repository.evaluate()`. */
  readonly automationCondition: Condition | undefined;
}

/** A named data artefact and the function that makes it. */
export interface Asset<out Value = unknown, out Name extends string = string> extends Definition<Value, Name> {
  readonly kind: "asset";
}

/** A named function whose output is not an asset of its own. */
export interface Task<out Value = unknown, out Name extends string = string> extends Definition<Value, Name> {
  readonly kind: "task";
}

/** A data artefact that something else makes: it can be loaded and observed, and is never written. */
export interface ExternalAsset<out Value = unknown, out Name extends string = string> extends Definition<Value, Name> {
  readonly kind: "external";
}

/** Several assets that one function makes. */
export interface MultiAsset<out Outputs extends Readonly<Record<string, Asset>> = Readonly<Record<string, Asset>>> {
  readonly kind: "multi";
  readonly name: string;
  readonly outputs: Outputs;
}

/** An upstream, and how it is loaded. */
export interface Input<out Value = unknown, out IsMapped extends boolean = boolean> {
  readonly kind: "input";
  readonly upstream: Definition;
  readonly partitionMapping: PartitionMapping | undefined;
  readonly typeHint: TypeHint | undefined;
  readonly ioHandler: BaseIOHandler | undefined;
  readonly metadata: Metadata;
  readonly missing: "throw" | "skip";
  /** Only for inference; never there at run time. */
  readonly "~value"?: () => Value;
  readonly "~mapped"?: IsMapped;
}

/** The asset's own earlier value. */
export interface SelfInput<Value = unknown> {
  readonly kind: "self";
  readonly typeHint: TypeHint | undefined;
  /** Only for inference; never there at run time. */
  readonly "~value"?: () => Value | undefined;
  readonly "~own"?: (value: Value) => Value;
}

/** What may be declared as an input. */
// biome-ignore lint/suspicious/noExplicitAny: a self input is invariant in its value
export type AnyInput = Definition | Input | SelfInput<any>;

/** The inputs of an asset or a task, by the name under which its function gets them. */
export type Inputs = Readonly<Record<string, AnyInput>>;

/** The values that a function gets for its inputs. */
export type ValuesOf<Chosen extends Inputs> = { readonly [Name in keyof Chosen]: ValueOf<Chosen[Name]> };

/** The values that a function gets that makes several partitions at once: an input by the same key is a map. */
export type BatchValuesOf<Chosen extends Inputs> = {
  readonly [Name in keyof Chosen]: Chosen[Name] extends Definition<infer Value>
    ? PartitionMap<Value>
    : Chosen[Name] extends Input<infer Value, true>
      ? Value extends PartitionMap<unknown>
        ? Value
        : PartitionMap<Value>
      : ValueOf<Chosen[Name]>;
};

type ValueOf<From> = From extends { readonly "~value"?: () => infer Value } ? Value : never;

/** What a handler can write. */
export type AcceptedBy<Handler> = Handler extends { readonly "~types"?: { readonly accepts: infer Accepts } }
  ? 0 extends 1 & Accepts
    ? unknown
    : Accepts
  : unknown;

/** What a value comes back as through a handler: what the handler says it loads, else what was written. */
export type LoadedAs<Handler, Value> = Handler extends { readonly "~types"?: { readonly loads: infer Loads } }
  ? unknown extends Loads
    ? Value
    : Loads
  : Value;

/** What a function's own earlier value is, which it must then return. */
export type OwnValue<Chosen> = [SelfOf<Chosen>] extends [never] ? unknown : SelfOf<Chosen> extends { own: infer Value } ? Value : unknown;

type SelfOf<Chosen> = { [Name in keyof Chosen]: Chosen[Name] extends SelfInput<infer Value> ? { own: Value } : never }[keyof Chosen];

/** A value, or a value with something said of it, or only something said. */
export type Returns<Value> = Value | Output<Value> | Materialization | Observation;

/** The value in what a function returns. */
export type Unwrapped<Returned> =
  Returned extends Output<infer Value> ? Value : Returned extends Materialization | Observation ? never : Returned;

/** What is said of an asset or a task when it is declared. */
export interface DescriptionOptions<Handler extends BaseIOHandler> {
  /** Writes and reads the value; the repository's default unless given. */
  readonly ioHandler?: Handler | undefined;
  /** Static metadata, told to the handler. */
  readonly metadata?: Readonly<Record<string, MetadataInput>> | undefined;
  /** What the value must be: checked before it is written. */
  readonly typeHint?: TypeHint | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** What it is made with, such as `duckdb`. */
  readonly kinds?: readonly string[] | undefined;
  readonly group?: string | undefined;
  /** Names the function: another one means that values made before are out of date. */
  readonly codeVersion?: string | undefined;
  /** When it should run, such as `condition.eager()`: `repository.evaluate()` says so. Of assets only. */
  readonly automationCondition?: Condition | undefined;
}

/** The partitions of an asset whose function makes one at a time. */
export type PartitionsOption = PartitionsDefinition | { readonly definition: PartitionsDefinition; readonly batch?: false };

/** The partitions of an asset whose function makes several at once. */
export interface BatchPartitionsOption {
  readonly definition: PartitionsDefinition;
  readonly batch: true;
}

/** How an asset or a task is declared. */
export interface DefinitionOptions<Name extends string, Chosen extends Inputs, Handler extends BaseIOHandler>
  extends DescriptionOptions<Handler> {
  /** Any text that is not empty; it needs no escaping. */
  readonly name: Name;
  readonly inputs?: Chosen | undefined;
  readonly partitions?: PartitionsOption | undefined;
  readonly retry?: RetryPolicy | undefined;
}

/** How an asset is declared whose function makes several partitions at once. */
export interface BatchOptions<Name extends string, Chosen extends Inputs, Handler extends BaseIOHandler>
  extends Omit<DefinitionOptions<Name, Chosen, Handler>, "partitions"> {
  readonly partitions: BatchPartitionsOption;
}

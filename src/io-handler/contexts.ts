/** The contexts that an IO handler is called with, and the log that they carry. */

import { coerceMetadata, type Metadata, type MetadataInput } from "../metadata/metadata-value.ts";
import {
  aName,
  anObject,
  anyValue,
  aPlainObject,
  aSignal,
  aString,
  checkOptions,
  type OptionKind,
  type OptionKinds,
  required,
  withMethods,
} from "../options.ts";
import type { PartitionContext } from "../partition/partition-context.ts";
import type { TypeHint } from "./type-hint.ts";

/** The log of handlers and assets. Silent unless the repository is given one. */
export interface Log {
  /** Logs details for debugging. */
  readonly debug: (message: string, ...details: readonly unknown[]) => void;
  /** Logs what happened. */
  readonly info: (message: string, ...details: readonly unknown[]) => void;
  /** Logs a problem that does not stop the work. */
  readonly warn: (message: string, ...details: readonly unknown[]) => void;
  /** Logs a failure. */
  readonly error: (message: string, ...details: readonly unknown[]) => void;
}

const ignore = (): void => {};

/** A log that drops every message. */
export const silentLog: Log = Object.freeze({ debug: ignore, info: ignore, warn: ignore, error: ignore });

/** Options of {@link OutputContext}. */
export interface OutputContextOptions {
  /** The name of the asset or task. */
  readonly assetName: string;
  /** Static metadata of the asset. */
  readonly assetMetadata?: Readonly<Record<string, MetadataInput>> | undefined;
  /** The partition that is written. */
  readonly partition?: PartitionContext | undefined;
  /** The type hint of the asset. */
  readonly typeHint?: TypeHint | undefined;
  /** Metadata that the asset has added to this output. */
  readonly outputMetadata?: Readonly<Record<string, MetadataInput>> | undefined;
  /** Data version that the asset has given this output. */
  readonly assetDataVersion?: string | undefined;
  /** The id of the run. */
  readonly runId?: string | undefined;
  /** Aborts the write. */
  readonly signal?: AbortSignal | undefined;
  /** The log; silent by default. */
  readonly log?: Log | undefined;
}

/** The kind of a log. */
export const aLog: OptionKind = /* @__PURE__ */ withMethods("a log", "debug", "info", "warn", "error");

const outputKinds: OptionKinds<OutputContextOptions> = {
  assetName: /* @__PURE__ */ required(aName),
  assetMetadata: aPlainObject,
  partition: anObject,
  typeHint: anyValue,
  outputMetadata: aPlainObject,
  assetDataVersion: aString,
  runId: aString,
  signal: aSignal,
  log: aLog,
};

/**
 * The context of {@link BaseIOHandler.handleOutput}: which output is written, and where the handler adds metadata and a data
 * version, which are recorded on the materialization. Construct one to test a handler.
 *
 * @throws `MetadataError` for metadata that cannot be coerced
 *
 * @example
 * ```ts
 * const context = new OutputContext({ assetName: "quakes" });
 * await handler.handleOutput(context, rows);
 * context.outputMetadata; // { path: { kind: "Text", value: "quakes.superjson" }, … }
 * ```
 */
export class OutputContext {
  /** The name of the asset or task. */
  readonly assetName: string;
  /** Static metadata of the asset. */
  readonly assetMetadata: Metadata;
  /** The partition that is written; `undefined` without partitions. */
  readonly partition: PartitionContext | undefined;
  /** The type hint of the asset. */
  readonly typeHint: TypeHint | undefined;
  /** The data version that the asset has given this output; `undefined` when it has not. */
  readonly assetDataVersion: string | undefined;
  /** The id of the run; `undefined` outside a run. */
  readonly runId: string | undefined;
  /** Aborted when the run is; never aborted outside a run. */
  readonly signal: AbortSignal;
  /** The log. */
  readonly log: Log;
  #outputMetadata: Metadata;
  #dataVersion: string | undefined;
  #contentVersion: string | undefined;

  constructor(options: OutputContextOptions) {
    checkOptions("OutputContext", options, outputKinds, "DefinitionError");
    const { assetName, assetMetadata, partition, typeHint, outputMetadata, assetDataVersion, runId, signal, log } = options;
    this.assetName = assetName;
    this.assetDataVersion = assetDataVersion;
    this.assetMetadata = coerceMetadata(assetMetadata ?? {});
    this.partition = partition;
    this.typeHint = typeHint;
    this.runId = runId;
    this.signal = signal ?? new AbortController().signal;
    this.log = log ?? silentLog;
    this.#outputMetadata = coerceMetadata(outputMetadata ?? {});
  }

  /** The metadata added so far. If a key was added twice, the last value counts. */
  get outputMetadata(): Metadata {
    return this.#outputMetadata;
  }

  /**
   * Adds metadata to the materialization. Adds nothing if it throws.
   *
   * @throws `MetadataError` naming the key whose value cannot be coerced
   */
  addOutputMetadata(record: Readonly<Record<string, MetadataInput>>): void {
    this.#outputMetadata = { ...this.#outputMetadata, ...coerceMetadata(record) };
  }

  /** Sets the data version of this output, in place of the one from the asset. The last call wins. */
  registerDataVersion(version: string): void {
    this.#dataVersion = version;
  }

  /** The data version that the handler registered. */
  get dataVersion(): string | undefined {
    return this.#dataVersion;
  }

  /** Sets the digest of the written bytes. It is the data version if neither the handler nor the asset gives one. */
  registerContentVersion(version: string): void {
    this.#contentVersion = version;
  }

  /** The digest that the handler registered. */
  get contentVersion(): string | undefined {
    return this.#contentVersion;
  }
}

/** The recorded materialization of a value that is loaded. */
export interface LoadedMaterialization {
  /** Its data version. */
  readonly dataVersion: string;
  /** The metadata that the asset and its handler recorded. */
  readonly metadata: Metadata;
}

/** Options of {@link InputContext}. */
export interface InputContextOptions {
  /** The name of the asset whose value is loaded. */
  readonly assetName: string;
  /** The asset or task that takes the value as an input; `undefined` for a load outside a run. */
  readonly downstreamAsset?: string | undefined;
  /** Static metadata of the loaded asset. */
  readonly assetMetadata?: Readonly<Record<string, MetadataInput>> | undefined;
  /** The partition that is loaded. */
  readonly partition?: PartitionContext | undefined;
  /** The type hint of the input. */
  readonly typeHint?: TypeHint | undefined;
  /** The materialization that is loaded, if Storage has one. */
  readonly upstream?: LoadedMaterialization | undefined;
  /** Aborts the load. */
  readonly signal?: AbortSignal | undefined;
  /** The log; silent by default. */
  readonly log?: Log | undefined;
}

const inputKinds: OptionKinds<InputContextOptions> = {
  assetName: /* @__PURE__ */ required(aName),
  downstreamAsset: aString,
  assetMetadata: aPlainObject,
  partition: anObject,
  typeHint: anyValue,
  upstream: anObject,
  signal: aSignal,
  log: aLog,
};

/**
 * The context of {@link BaseIOHandler.loadInput}: which value is loaded, and for what. Construct one to test a handler.
 *
 * @throws `MetadataError` for metadata that cannot be coerced
 *
 * @example
 * ```ts
 * const rows = await handler.loadInput(new InputContext({ assetName: "quakes", downstreamAsset: "strong" }));
 * ```
 */
export class InputContext {
  /** The name of the asset whose value is loaded. */
  readonly assetName: string;
  /** The asset or task that takes the value as an input; `undefined` for a load outside a run. */
  readonly downstreamAsset: string | undefined;
  /** Static metadata of the loaded asset, and over it that of the input. */
  readonly assetMetadata: Metadata;
  /** The partition that is loaded; `undefined` without partitions. */
  readonly partition: PartitionContext | undefined;
  /** The type hint of the input. */
  readonly typeHint: TypeHint | undefined;
  /** The materialization that is loaded; `undefined` when Storage has none. */
  readonly upstream: LoadedMaterialization | undefined;
  /** Aborted when the run is; never aborted outside a run. */
  readonly signal: AbortSignal;
  /** The log. */
  readonly log: Log;

  constructor(options: InputContextOptions) {
    checkOptions("InputContext", options, inputKinds, "DefinitionError");
    const { assetName, downstreamAsset, assetMetadata, partition, typeHint, upstream, signal, log } = options;
    this.assetName = assetName;
    this.downstreamAsset = downstreamAsset;
    this.assetMetadata = coerceMetadata(assetMetadata ?? {});
    this.partition = partition;
    this.typeHint = typeHint;
    this.upstream = upstream;
    this.signal = signal ?? new AbortController().signal;
    this.log = log ?? silentLog;
  }
}

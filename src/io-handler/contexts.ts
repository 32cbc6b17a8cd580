/** The contexts that an IO handler is called with, and the log that they carry. */

import { callSafely } from "../errors.ts";
import { coerceMetadata, type Metadata, type MetadataInput } from "../metadata/metadata-value.ts";
import {
  aFunction,
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
  wholeNumber,
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

/** A log that ignores what the given one throws, or its promises reject with. */
export function safeLog(log: Log): Log {
  const level =
    (name: keyof Log): Log["info"] =>
    (...line) =>
      callSafely(() => log[name](...line));
  return Object.freeze({ debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") });
}

/** The object that a write replaces, as the records and the store have it. */
export interface ExpectedObject {
  /** Its etag; undefined when the store has none. */
  readonly etag: string | undefined;
  /** The id of the write that made it, if it is known. */
  readonly writeId: string | undefined;
  /** The digest of its bytes, if it is known. */
  readonly digest: string | undefined;
  /** The full key in its store, if it is known. With history, the version that the new one follows. */
  readonly path?: string | undefined;
}

/** What a handler announces before a write. */
export interface WriteAnnouncement {
  /** The full key in its store. */
  readonly path: string;
  /** The digest of the bytes; left out for a stream. */
  readonly digest?: string | undefined;
  /** The metadata that is known before the write. */
  readonly metadata?: Readonly<Record<string, MetadataInput>> | undefined;
}

/** What a handler registers after a write. */
export interface WrittenObject {
  /** The id of the write that made the object, when it is not the one of this context: the object was there already. */
  readonly writeId?: string | undefined;
  /** The full key in its store. */
  readonly path: string;
  /** The etag that the store gave it. */
  readonly etag?: string | undefined;
  /** The digest of its bytes. */
  readonly digest?: string | undefined;
}

/** Resolves to the id of a Storage: a text that no other has. Undefined when it has none, and cannot be given one. */
export type StorageId = () => Promise<string | undefined>;

const noStorage: StorageId = async () => undefined;

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
  /** The id of the write. */
  readonly writeId?: string | undefined;
  /** The object that the write replaces; `"nothing"` when there must be none. */
  readonly expected?: ExpectedObject | "nothing" | undefined;
  /** The id of the event that the write follows; 0 for the first write. */
  readonly base?: number | undefined;
  /** Resolves to the id of the Storage that records the output. */
  readonly storageId?: StorageId | undefined;
  /** Called when the handler announces the write; the write waits for it. */
  readonly onAnnounce?: ((announcement: WriteAnnouncement) => Promise<void>) | undefined;
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
  writeId: aString,
  expected: anyValue,
  base: wholeNumber(0),
  storageId: aFunction,
  onAnnounce: aFunction,
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
  /** The id of the write, to be kept with the object: `<run id>/<attempt>.<number>.<owner>`; `undefined` outside a run. */
  readonly writeId: string | undefined;
  /**
   * The object that the write replaces: a handler whose store has conditions writes only if the store still has it, and lets
   * `PreconditionFailed` through. `"nothing"` when there must be no object, `undefined` when nothing is known. A handler with
   * history replaces nothing; it may record the object again instead of writing equal bytes.
   */
  readonly expected: ExpectedObject | "nothing" | undefined;
  /**
   * The id of the event that the write follows, 0 for the first write; `undefined` outside a run. Writes of one output that follow a
   * later event are newer.
   */
  readonly base: number | undefined;
  /** Resolves to the id of the Storage that records the output; to `undefined` outside a run. */
  readonly storageId: StorageId;
  /** Aborted when the run is; never aborted outside a run. */
  readonly signal: AbortSignal;
  /** The log. */
  readonly log: Log;
  #outputMetadata: Metadata;
  #dataVersion: string | undefined;
  #contentVersion: string | undefined;
  #written: WrittenObject | undefined;
  readonly #onAnnounce: OutputContextOptions["onAnnounce"];

  constructor(options: OutputContextOptions) {
    checkOptions("OutputContext", options, outputKinds, "DefinitionError");
    const { assetName, assetMetadata, partition, typeHint, outputMetadata, assetDataVersion, runId, signal, log } = options;
    this.writeId = options.writeId;
    this.expected = options.expected;
    this.base = options.base;
    this.storageId = options.storageId ?? noStorage;
    this.#onAnnounce = options.onAnnounce;
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

  /**
   * Announces the write: the run records what it is going to write, so that a value which a killed process wrote and did not
   * record can be recorded later. A handler calls it just before the write and sets {@link IOHandler.announcesWrites}; for
   * other handlers the run does it before `handleOutput`.
   *
   * @throws what the handler must let through: the run was taken over, or another run has recorded the output
   */
  async announce(announcement: WriteAnnouncement): Promise<void> {
    await this.#onAnnounce?.(announcement);
  }

  /** Registers the object that was written, so that a later look can tell it from every other write. */
  registerWritten(written: WrittenObject): void {
    this.#written = written;
  }

  /** The object that the handler registered. */
  get written(): WrittenObject | undefined {
    return this.#written;
  }
}

/** The object of a recorded materialization, as far as its handler has registered it. */
export interface RecordedObject {
  /** The id of the write that made it. */
  readonly writeId?: string | undefined;
  /** The full key in its store. */
  readonly path?: string | undefined;
  /** The etag that the store gave it. */
  readonly etag?: string | undefined;
  /** The digest of its bytes. */
  readonly digest?: string | undefined;
}

/** The recorded materialization of a value that is loaded. */
export interface LoadedMaterialization {
  /** Its data version. */
  readonly dataVersion: string;
  /** The metadata that the asset and its handler recorded. */
  readonly metadata: Metadata;
  /** What was written, as the record says. A handler with history reads the object at this path. */
  readonly stored?: RecordedObject | undefined;
}

/** What a handler registers of an object that it has loaded, from the metadata of the object. */
export interface LoadedObject {
  /** The id of the write that made it, if the store keeps it. */
  readonly writeId?: string | undefined;
  /** The digest of its bytes. */
  readonly digest?: string | undefined;
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
  /** Resolves to the id of the Storage that records the value. */
  readonly storageId?: StorageId | undefined;
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
  storageId: aFunction,
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
  /** Resolves to the id of the Storage that records the value; to `undefined` outside a repository. */
  readonly storageId: StorageId;
  /** Aborted when the run is; never aborted outside a run. */
  readonly signal: AbortSignal;
  /** The log. */
  readonly log: Log;
  #loaded: LoadedObject | undefined;

  constructor(options: InputContextOptions) {
    checkOptions("InputContext", options, inputKinds, "DefinitionError");
    const { assetName, downstreamAsset, assetMetadata, partition, typeHint, upstream, signal, log } = options;
    this.assetName = assetName;
    this.downstreamAsset = downstreamAsset;
    this.assetMetadata = coerceMetadata(assetMetadata ?? {});
    this.partition = partition;
    this.typeHint = typeHint;
    this.upstream = upstream;
    this.storageId = options.storageId ?? noStorage;
    this.signal = signal ?? new AbortController().signal;
    this.log = log ?? silentLog;
  }
  /** Registers which object was loaded, so that the version is recorded that was really read. */
  registerLoaded(loaded: LoadedObject): void {
    this.#loaded = loaded;
  }

  /** The object that the handler registered. */
  get loaded(): LoadedObject | undefined {
    return this.#loaded;
  }
}

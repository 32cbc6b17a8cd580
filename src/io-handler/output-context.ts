import { coerceMetadata, type Metadata, type MetadataInput } from "../metadata/metadata-value.ts";
import type { PartitionContext } from "../partition/partition-context.ts";
import { type Log, silentLog } from "./log.ts";
import type { TypeHint } from "./type-hint.ts";

export interface OutputContextOptions {
  readonly assetName: string;
  /** Static metadata of the asset. */
  readonly assetMetadata?: Readonly<Record<string, MetadataInput>> | undefined;
  /** The partition that is written. */
  readonly partition?: PartitionContext | undefined;
  /** What the value is, as the asset declares it. */
  readonly typeHint?: TypeHint | undefined;
  /** What the asset itself has added to this output. */
  readonly outputMetadata?: Readonly<Record<string, MetadataInput>> | undefined;
  /** The version by which the asset itself has named this output. */
  readonly assetDataVersion?: string | undefined;
  /** The run, or undefined outside one. */
  readonly runId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
}

/**
 * What an IO handler is told about the output that it writes, and where it says what it did: the metadata it adds and
 * the version it registers are recorded on the materialization. Make one yourself to test a handler.
 *
 * @example
 * ```ts
 * const context = new OutputContext({ assetName: "quakes" });
 * await handler.handleOutput(context, rows);
 * context.outputMetadata; // { path: { kind: "Text", value: "quakes.superjson" }, … }
 * ```
 */
export class OutputContext {
  readonly assetName: string;
  readonly assetMetadata: Metadata;
  /** The partition that is written; undefined without partitions. */
  readonly partition: PartitionContext | undefined;
  readonly typeHint: TypeHint | undefined;
  /** The version by which the asset itself has named this output; undefined when it has not. */
  readonly assetDataVersion: string | undefined;
  readonly runId: string | undefined;
  /** Aborted when the run is; never aborted outside one. */
  readonly signal: AbortSignal;
  readonly log: Log;
  #outputMetadata: Metadata;
  #dataVersion: string | undefined;
  #contentVersion: string | undefined;

  constructor(options: OutputContextOptions) {
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

  /** What was added so far; a key that was added twice holds the last value. */
  get outputMetadata(): Metadata {
    return this.#outputMetadata;
  }

  /**
   * Adds metadata to the materialization of this output, all of it or nothing.
   *
   * @throws `MetadataError` naming the key whose value no kind of metadata holds
   */
  addOutputMetadata(record: Readonly<Record<string, MetadataInput>>): void {
    this.#outputMetadata = { ...this.#outputMetadata, ...coerceMetadata(record) };
  }

  /** Names the content of this output; wins over whatever the asset named it. The last call counts. */
  registerDataVersion(version: string): void {
    this.#dataVersion = version;
  }

  /** The version that the handler registered. */
  get dataVersion(): string | undefined {
    return this.#dataVersion;
  }

  /** Says what digest the written bytes have: the data version of an output that nobody else named. */
  registerContentVersion(version: string): void {
    this.#contentVersion = version;
  }

  /** The digest that the handler registered. */
  get contentVersion(): string | undefined {
    return this.#contentVersion;
  }
}

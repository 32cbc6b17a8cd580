import { coerceMetadata, type Metadata, type MetadataInput } from "../metadata/metadata-value.ts";
import type { PartitionContext } from "../partition/partition-context.ts";
import { type Log, silentLog } from "./log.ts";
import type { TypeHint } from "./type-hint.ts";

/** The materialization that is loaded, as the records know it. */
export interface LoadedMaterialization {
  readonly dataVersion: string;
  /** What the asset and its handler said when it was written. */
  readonly metadata: Metadata;
}

export interface InputContextOptions {
  /** The asset whose value is loaded. */
  readonly assetName: string;
  /** The asset or task that takes it as an input; undefined for a load from outside a run. */
  readonly downstreamAsset?: string | undefined;
  /** Static metadata of the loaded asset. */
  readonly assetMetadata?: Readonly<Record<string, MetadataInput>> | undefined;
  /** The partition that is loaded. */
  readonly partition?: PartitionContext | undefined;
  /** What the value is wanted as. */
  readonly typeHint?: TypeHint | undefined;
  readonly upstream?: LoadedMaterialization | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
}

/**
 * What an IO handler is told about the value that it loads. Make one yourself to test a handler.
 *
 * @example
 * ```ts
 * const rows = await handler.loadInput(new InputContext({ assetName: "quakes", downstreamAsset: "strong" }));
 * ```
 */
export class InputContext {
  readonly assetName: string;
  readonly downstreamAsset: string | undefined;
  readonly assetMetadata: Metadata;
  /** The partition that is loaded; undefined without partitions. */
  readonly partition: PartitionContext | undefined;
  readonly typeHint: TypeHint | undefined;
  /** The materialization that is loaded; undefined when the records do not know it. */
  readonly upstream: LoadedMaterialization | undefined;
  /** Aborted when the run is; never aborted outside one. */
  readonly signal: AbortSignal;
  readonly log: Log;

  constructor({ assetName, downstreamAsset, assetMetadata, partition, typeHint, upstream, signal, log }: InputContextOptions) {
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

import type { PartitionKey } from "../partition/partition-key.ts";
import type { NewEvent } from "./events.ts";
import type { AssetDefinition, LogRecord, RunRecord, RunStatus, TickRecord } from "./records.ts";

/** What must hold for a batch to be written. */
export type Precondition =
  /** The value under a key of the key-value store; undefined: there is none. */
  | { readonly kv: string; readonly is: Uint8Array | undefined }
  /** The id of the last materialization of an asset, or of its partition; undefined: it was never made. */
  | { readonly latest: string; readonly partition?: string | PartitionKey; readonly is: number | undefined }
  /** How a run stands; undefined: there is no such run. */
  | { readonly run: string; readonly is: RunStatus | undefined };

/** What one commit writes: everything, or nothing. */
export interface Batch {
  /** All must hold when the batch is written, or the commit fails with `PreconditionFailed`. */
  readonly preconditions?: readonly Precondition[];
  /** Runs to add, or to replace by their `runId`. */
  readonly runs?: readonly RunRecord[];
  /** Assets to add to the catalogue, or to replace. */
  readonly assets?: readonly AssetDefinition[];
  readonly events?: readonly NewEvent[];
  readonly logs?: readonly LogRecord[];
  readonly ticks?: readonly TickRecord[];
  /** Values to set; an undefined one deletes the key. */
  readonly kv?: readonly { readonly key: string; readonly value: Uint8Array | undefined }[];
  readonly dynamicPartitions?: readonly DynamicPartitionsChange[];
  /** What is no longer kept. The last that is known of an asset stays, whatever is deleted. */
  readonly deletes?: Deletes;
}

export interface DynamicPartitionsChange {
  readonly definition: string;
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

export interface Deletes {
  readonly events?: readonly number[];
  /** With their logs. */
  readonly runs?: readonly string[];
  /** From the catalogue, with all that is known of them but their events. */
  readonly assets?: readonly string[];
}

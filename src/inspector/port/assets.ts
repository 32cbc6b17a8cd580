/** Assets, why they are stale, and their partitions. */
import type { MetadataWire } from "../../metadata/metadata-json.ts";
import type { FailureRecord, StalenessCause } from "../../storage/types.ts";
import type { InspectedStatus, SignalOptions } from "./common.ts";
import type { EventView, LatestView, NodeRow, PartitionCounts } from "./snapshot.ts";

export interface AssetQuery extends SignalOptions {
  /** How many versions; 20 unless given. */
  readonly versions?: number;
  /** Only versions before this event. */
  readonly before?: number;
  /** Only versions of this partition. */
  readonly partition?: string;
}

export interface AssetView extends NodeRow {
  readonly description?: string;
  /** The metadata that the asset declares. */
  readonly declared: MetadataWire;
  /** The latest recorded metadata. */
  readonly metadata: MetadataWire;
  readonly versions: readonly VersionRow[];
  /** There are versions before the last of `versions`: ask for them with this `before`. Left out at the end. */
  readonly next?: number;
  readonly inputs: readonly LinkRow[];
  readonly usedBy: readonly LinkRow[];
  readonly stored: StoredView;
  readonly failure?: EventView;
}

export interface VersionRow {
  readonly eventId: number;
  readonly type: "Materialization" | "Observation";
  readonly at: number;
  readonly runId: string;
  readonly partition?: string;
  readonly dataVersion: string;
  readonly codeVersion?: string;
  readonly metadata: MetadataWire;
  /** The data versions of the inputs, by name, or `name[key]`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether its bytes are kept, as far as the records say: those of the newest are, older ones with a history. */
  readonly isKept: boolean;
}

/** An input, or an asset that is made from this one. */
export interface LinkRow {
  readonly name: string;
  readonly kind: NodeRow["kind"];
  readonly status: InspectedStatus;
  readonly mapping?: string;
  /** The version that was read; of `usedBy`, the version of this asset that it has read. */
  readonly read?: string;
  /** The latest version of the input, or of this asset. */
  readonly latest?: string;
  readonly isCurrent: boolean;
}

export interface StoredView {
  readonly handler: string;
  readonly path?: string;
  readonly etag?: string;
  readonly digest?: string;
  /** Whether it keeps old versions. */
  readonly hasHistory: boolean;
}

export interface WhyQuery extends SignalOptions {
  readonly partition?: string;
}

export interface Why {
  /** From the asset up to where it began. */
  readonly chain: readonly WhyLink[];
  /** Inputs that have changed and are no cause, such as one with the same bytes. */
  readonly innocent: readonly { readonly asset: string; readonly because: string }[];
  /** Whether there are more links than are told. */
  readonly isCut: boolean;
}

export interface WhyLink {
  readonly asset: string;
  readonly partition?: string;
  readonly status: InspectedStatus;
  readonly cause: StalenessCause["kind"] | "observed" | "materialized";
  /** What it was made from, or was before; `current` is what there is now. */
  readonly from?: string;
  readonly current?: string;
  readonly runId?: string;
  readonly at?: number;
  readonly eventId?: number;
  /** The reason as a sentence, without the name of the asset. */
  readonly reason: string;
}

export interface PartitionsQuery extends SignalOptions {
  /** `status`, `age`, `seconds`, or the name of numeric metadata. */
  readonly measure?: string;
}

export type PartitionShape =
  | { readonly kind: "time"; readonly starts: readonly number[]; readonly stepMs?: number; readonly timeZone: string }
  | { readonly kind: "keys" }
  | { readonly kind: "multi"; readonly dimensions: readonly [DimensionView, DimensionView] };

export interface DimensionView {
  readonly name: string;
  readonly keys: readonly string[];
}

/** All partitions in the order of their definition, as runs of equal status: small also for 100,000. */
export interface PartitionsView {
  readonly shape: PartitionShape;
  readonly total: number;
  readonly counts: PartitionCounts;
  readonly statuses: readonly (readonly [status: InspectedStatus, count: number])[];
  /** The names that `measure` can have. */
  readonly measures: readonly string[];
  /** By position; null where it is not known. */
  readonly measure?: { readonly name: string; readonly values: readonly (number | null)[] };
  /** The partitions that were recorded once and that the definition does not have any more. */
  readonly removed: number;
}

export interface PartitionRowsQuery extends SignalOptions {
  readonly from: number;
  /** Exclusive; at most 500 rows. */
  readonly to: number;
}

export interface PartitionRow {
  readonly position: number;
  readonly key: string;
  readonly status: InspectedStatus;
  readonly latest?: LatestView;
  readonly metadata: MetadataWire;
  readonly failure?: FailureRecord;
  /** The run or the backfill that makes it. */
  readonly madeBy?: string;
}

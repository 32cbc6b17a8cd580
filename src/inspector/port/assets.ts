/** Assets, why they are stale, and their partitions. */
import type { MetadataWire } from "../../metadata/metadata-json.ts";
import type { FailureRecord, StalenessCause } from "../../storage/types.ts";
import type { InspectedStatus, SignalOptions } from "./common.ts";
import type { EventView, LatestView, NodeRow, PartitionCounts } from "./snapshot.ts";

/** Which versions of an asset to list. */
export interface AssetQuery extends SignalOptions {
  /** How many versions; 20 unless given. */
  readonly versions?: number;
  /** Only versions before this event. */
  readonly before?: number;
  /** Only versions of this partition. */
  readonly partition?: string;
}

/** One asset or task, with its versions, inputs and users. */
export interface AssetView extends NodeRow {
  /** The metadata `description` that the asset declares. */
  readonly description?: string;
  /** The metadata that the asset declares. */
  readonly declared: MetadataWire;
  /** The latest recorded metadata. */
  readonly metadata: MetadataWire;
  /** The materializations and observations, newest first. */
  readonly versions: readonly VersionRow[];
  /** There are versions before the last of `versions`: ask for them with this `before`. Left out at the end. */
  readonly next?: number;
  /** What it is made from. */
  readonly inputs: readonly LinkRow[];
  /** What is made from it. */
  readonly usedBy: readonly LinkRow[];
  /** Where its value is. */
  readonly stored: StoredView;
  /** The event of its last failure, if it was not made since. */
  readonly failure?: EventView;
}

/** One materialization or observation. */
export interface VersionRow {
  /** The id of the event. */
  readonly eventId: number;
  /** What the event is. */
  readonly type: "Materialization" | "Observation";
  /** When, in milliseconds. */
  readonly at: number;
  /** The run. */
  readonly runId: string;
  /** The display form of the partition's key. */
  readonly partition?: string;
  /** Its data version. */
  readonly dataVersion: string;
  /** The code version. */
  readonly codeVersion?: string;
  /** Its metadata. */
  readonly metadata: MetadataWire;
  /** The data versions of the inputs, by name, or `name[key]`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether its bytes are kept, as far as the records say: those of the newest are, older ones with a history. */
  readonly isKept: boolean;
}

/** An input, or an asset that is made from this one. */
export interface LinkRow {
  /** The name of the asset or task. */
  readonly name: string;
  /** What it is. */
  readonly kind: NodeRow["kind"];
  /** How it is. */
  readonly status: InspectedStatus;
  /** The kind of the partition mapping; left out for the same key. */
  readonly mapping?: string;
  /** The version that was read; of `usedBy`, the version of this asset that it has read. */
  readonly read?: string;
  /** The latest version of the input, or of this asset. */
  readonly latest?: string;
  /** Whether what was read is the latest, and up to date. */
  readonly isCurrent: boolean;
}

/** Where a value is. */
export interface StoredView {
  /** The class of its handler. */
  readonly handler: string;
  /** The full key in its store. */
  readonly path?: string;
  /** The etag that the store gave it. */
  readonly etag?: string;
  /** The digest of its bytes. */
  readonly digest?: string;
  /** Whether it keeps old versions. */
  readonly hasHistory: boolean;
}

/** Which partition `why` is about. */
export interface WhyQuery extends SignalOptions {
  /** The display form of the partition's key. */
  readonly partition?: string;
}

/** Why something is stale. */
export interface Why {
  /** From the asset up to where it began. */
  readonly chain: readonly WhyLink[];
  /** Inputs that have changed and are no cause, such as one with the same bytes. */
  readonly innocent: readonly { readonly asset: string; readonly because: string }[];
  /** Whether there are more links than are told. */
  readonly isCut: boolean;
}

/** One link of a chain: something stale, or where it began. */
export interface WhyLink {
  /** The asset. */
  readonly asset: string;
  /** The display form of the partition's key. */
  readonly partition?: string;
  /** How it is. */
  readonly status: InspectedStatus;
  /** What changed: a cause of staleness, or at the end of the chain how the new version came to be. */
  readonly cause: StalenessCause["kind"] | "observed" | "materialized";
  /** What it was made from, or was before; `current` is what there is now. */
  readonly from?: string;
  /** What there is now. */
  readonly current?: string;
  /** The run. */
  readonly runId?: string;
  /** When, in milliseconds. */
  readonly at?: number;
  /** The id of the event. */
  readonly eventId?: number;
  /** The reason as a sentence, without the name of the asset. */
  readonly reason: string;
}

/** How partitions are measured. */
export interface PartitionsQuery extends SignalOptions {
  /** `status`, `age`, `seconds`, or the name of numeric metadata. */
  readonly measure?: string;
}

/** What partitions are: windows of time, combinations of two dimensions, or keys. Times are milliseconds. */
export type PartitionShape =
  | { readonly kind: "time"; readonly starts: readonly number[]; readonly stepMs?: number; readonly timeZone: string }
  | { readonly kind: "keys" }
  | { readonly kind: "multi"; readonly dimensions: readonly [DimensionView, DimensionView] };

/** One of two dimensions of partitions. */
export interface DimensionView {
  /** The name of the dimension. */
  readonly name: string;
  /** Its keys in their order; the second dimension varies fastest. */
  readonly keys: readonly string[];
}

/** All partitions in the order of their definition, as runs of equal status: small also for 100,000. */
export interface PartitionsView {
  /** What the partitions are. */
  readonly shape: PartitionShape;
  /** How many partitions the definition has. */
  readonly total: number;
  /** How many are in which status. */
  readonly counts: PartitionCounts;
  /** The statuses with how many partitions in a row have them. */
  readonly statuses: readonly (readonly [status: InspectedStatus, count: number])[];
  /** The names that `measure` can have. */
  readonly measures: readonly string[];
  /** By position; null where it is not known. */
  readonly measure?: { readonly name: string; readonly values: readonly (number | null)[] };
  /** The partitions that were recorded once and that the definition does not have any more. */
  readonly removed: number;
}

/** Which partitions to list. */
export interface PartitionRowsQuery extends SignalOptions {
  /** The position of the first one. */
  readonly from: number;
  /** Exclusive; at most 500 rows. */
  readonly to: number;
}

/** One partition. */
export interface PartitionRow {
  /** Its position in the definition. */
  readonly position: number;
  /** The display form of its key. */
  readonly key: string;
  /** How it is. */
  readonly status: InspectedStatus;
  /** Its last materialization or observation. */
  readonly latest?: LatestView;
  /** The metadata of the last one. */
  readonly metadata: MetadataWire;
  /** Why its last attempt failed, if it did. */
  readonly failure?: FailureRecord;
  /** The run or the backfill that makes it. */
  readonly madeBy?: string;
}

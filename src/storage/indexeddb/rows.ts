import { PartitionKey } from "../../partition/partition-key.ts";
import type { LatestRecord } from "../records.ts";
import type { LatestRow } from "./schema.ts";

/** What is last known of a place, as it is stored. */
export function latestRow({ partitionKey, ...record }: LatestRecord, place: string): LatestRow {
  return { ...record, place, partitionKey: partitionKey?.toJSON() };
}

/** What is stored, as what is last known of a place. */
export function latestFrom({ place: _, partitionKey, ...record }: LatestRow): LatestRecord {
  return { ...record, partitionKey: partitionKey === undefined ? undefined : PartitionKey.fromJSON(partitionKey) };
}

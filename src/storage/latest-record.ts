import { partitionId } from "./backend.ts";
import type { AnyEvent, StepEvent, StoredEvent, VerificationEvent } from "./events.ts";
import type { LatestRecord } from "./records.ts";

/**
 * The latest record of an asset or partition after an event that changes it. A materialization updates every field but the
 * failure, an observation the data version and its time, a failed step the failure, a verification what was found.
 */
export function advance(known: LatestRecord | undefined, event: LatestEvent, isAsset: boolean): LatestRecord {
  const { id, eventType, assetKey, partitionKey } = event;
  const before = known ?? emptyLatest(assetKey, isAsset ? undefined : partitionKey);
  if (eventType === "StepFailure") return { ...before, lastFailureId: id };
  if (eventType === "Verification") return { ...before, lastFound: event.found };
  const seen = { ...before, lastEventId: id, lastTimestamp: event.timestamp, lastDataVersion: event.dataVersion };
  if (eventType === "Observation") return seen;
  return {
    ...seen,
    firstId: before.firstId ?? id,
    lastMaterializationId: id,
    lastRunId: event.runId,
    lastMaterializationCodeVersion: event.codeVersion,
    lastInputDataVersions: event.inputDataVersions,
    lastStored: event.stored,
    lastFingerprint: event.fingerprint,
    lastFound: undefined,
  };
}

/** An event that changes a latest record. */
export type LatestEvent = StoredEvent | (StepEvent & { readonly eventType: "StepFailure" }) | VerificationEvent;

/** Whether an event changes a latest record. */
export function changesLatest(event: AnyEvent): event is LatestEvent {
  const { eventType } = event;
  return eventType === "Materialization" || eventType === "Observation" || eventType === "StepFailure" || eventType === "Verification";
}

/** The partition ids of the latest records that an event changes: of its partition, and of its asset. */
export function changedPlaces({ eventType, partitionKey }: LatestEvent): readonly string[] {
  const own = partitionId(partitionKey);
  // An asset is not missing because one of its partitions is.
  return own === "" || eventType === "Verification" ? [own] : ["", own];
}

/** The latest record of an asset or partition without events. */
export function emptyLatest(assetKey: string, partitionKey?: LatestRecord["partitionKey"]): LatestRecord {
  return {
    assetKey,
    partitionKey,
    firstId: undefined,
    lastEventId: undefined,
    lastMaterializationId: undefined,
    lastFailureId: undefined,
    lastRunId: undefined,
    lastTimestamp: undefined,
    lastDataVersion: undefined,
    lastMaterializationCodeVersion: undefined,
    lastInputDataVersions: {},
    lastStored: undefined,
    lastFingerprint: undefined,
    lastFound: undefined,
  };
}

/** Sorts partitions by their first materialization; those without one come last, in the order of their keys. */
export function byFirstMaterialization(records: readonly LatestRecord[]): readonly LatestRecord[] {
  const first = ({ firstId = Number.MAX_SAFE_INTEGER }: LatestRecord): number => firstId;
  return records.toSorted((left, right) => first(left) - first(right) || (String(left.partitionKey) < String(right.partitionKey) ? -1 : 1));
}

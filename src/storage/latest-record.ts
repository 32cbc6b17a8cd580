import type { AnyEvent } from "./events.ts";
import type { LatestRecord } from "./records.ts";

/**
 * The latest record of an asset or partition after an event. A materialization updates every field but the failure, an
 * observation the data version and its time, a failed step the failure.
 */
export function advance(known: LatestRecord | undefined, event: AnyEvent, isAsset: boolean): LatestRecord {
  const { id, eventType, assetKey, partitionKey } = event;
  const before = known ?? emptyLatest(assetKey, isAsset ? undefined : partitionKey);
  if (eventType === "StepFailure") return { ...before, lastFailureId: id };
  const seen = { ...before, lastEventId: id, lastTimestamp: event.timestamp, lastDataVersion: event.dataVersion };
  if (eventType === "Observation") return seen;
  return {
    ...seen,
    firstId: before.firstId ?? id,
    lastMaterializationId: id,
    lastRunId: event.runId,
    lastMaterializationCodeVersion: event.codeVersion,
    lastInputDataVersions: event.inputDataVersions,
  };
}

/** Whether an event changes a latest record. */
export function changesLatest({ eventType }: Pick<AnyEvent, "eventType">): boolean {
  return eventType === "Materialization" || eventType === "Observation" || eventType === "StepFailure";
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
  };
}

/** Sorts partitions by their first materialization; those without one come last, in the order of their keys. */
export function byFirstMaterialization(records: readonly LatestRecord[]): readonly LatestRecord[] {
  const first = ({ firstId = Number.MAX_SAFE_INTEGER }: LatestRecord): number => firstId;
  return records.toSorted((left, right) => first(left) - first(right) || (String(left.partitionKey) < String(right.partitionKey) ? -1 : 1));
}

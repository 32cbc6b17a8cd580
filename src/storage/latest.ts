import type { AnyEvent } from "./events.ts";
import type { LatestRecord } from "./records.ts";

/**
 * What is last known at a place after an event: a materialization says all of it, an observation which data there is,
 * a failure only that it failed.
 */
export function advance(known: LatestRecord | undefined, event: AnyEvent, isAsset: boolean): LatestRecord {
  const { id, eventType, assetKey, partitionKey } = event;
  const before = known ?? nothingKnown(assetKey, isAsset ? undefined : partitionKey);
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

/** Whether an event changes what is last known. */
export function isLasting({ eventType }: Pick<AnyEvent, "eventType">): boolean {
  return eventType === "Materialization" || eventType === "Observation" || eventType === "StepFailure";
}

/** What is known of an asset that nothing has happened to. */
export function nothingKnown(assetKey: string, partitionKey?: LatestRecord["partitionKey"]): LatestRecord {
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

/** Partitions in the order of their first materialization; those that were never made come last, by their keys. */
export function inOrderOfWriting(records: readonly LatestRecord[]): readonly LatestRecord[] {
  const first = ({ firstId = Number.MAX_SAFE_INTEGER }: LatestRecord): number => firstId;
  return records.toSorted((left, right) => first(left) - first(right) || (String(left.partitionKey) < String(right.partitionKey) ? -1 : 1));
}

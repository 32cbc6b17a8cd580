/** What was tried since an evaluation, and whether it was tried with what is new. */
import { inputName } from "../storage/input-name.ts";
import type { AnyEvent, Storage } from "../storage/types.ts";
import type { AssetState } from "./state.ts";
import type { AssetSnapshot } from "./types.ts";

/** The id of the last event that made a partition: of an external asset that is an observation. */
export function madeId({ latest, isExternal }: AssetSnapshot, partition: string): number {
  const { lastMaterializationId, lastEventId } = latest(partition) ?? {};
  return (isExternal ? lastEventId : lastMaterializationId) ?? 0;
}

/** Whether the last attempt to make a partition has failed. */
export function failedId(snapshot: AssetSnapshot, partition: string): number | undefined {
  const { lastFailureId = 0 } = snapshot.latest(partition) ?? {};
  return lastFailureId > madeId(snapshot, partition) ? lastFailureId : undefined;
}

/** Whether a partition was made from the latest versions of all its inputs, and by the latest code. */
export function isMadeFromLatest(snapshot: AssetSnapshot, partition: string): boolean {
  const { lastInputDataVersions = {}, lastMaterializationId = 0, lastMaterializationCodeVersion } = snapshot.latest(partition) ?? {};
  if (snapshot.isExternal) return true;
  if (snapshot.codeVersion !== undefined && snapshot.codeVersion !== lastMaterializationCodeVersion) return false;
  return areLatest(snapshot, partition, lastInputDataVersions, lastMaterializationId);
}

/** Whether loaded data versions are the latest of the inputs; of an input that was not loaded, whether it had no event since. */
function areLatest({ dependencies }: AssetSnapshot, partition: string, loaded: Readonly<Record<string, string>>, id: number): boolean {
  return dependencies.every(({ snapshot: upstream, upstreamPartitions }) =>
    (upstreamPartitions(partition) ?? []).every((upstreamPartition) => {
      const { lastDataVersion, lastEventId = 0 } = upstream.latest(upstreamPartition) ?? {};
      const version = loaded[inputName(upstream.asset, upstreamPartition === "" ? undefined : upstreamPartition)];
      return version === undefined ? lastEventId < id : version === lastDataVersion;
    }),
  );
}

/** The last failures of an asset. */
export interface Failures {
  /** Whether the last attempt failed with the latest inputs; false for one that was aborted, which says nothing of them. */
  readonly isOfLatest: (snapshot: AssetSnapshot, partition: string) => boolean;
  /** Whether the last failure is that of an attempt that was aborted. */
  readonly wasAborted: (partition: string) => boolean;
}

const noFailures: Failures = { isOfLatest: () => false, wasAborted: () => false };

/** Reads the failures of an asset since its previous evaluation, or since its open requests. */
export async function readFailures(snapshot: AssetSnapshot, state: AssetState | undefined, storage: Storage): Promise<Failures> {
  const since = Math.min(state?.lastEventId ?? Number.POSITIVE_INFINITY, ...(state?.requests ?? []).map(({ lastEventId }) => lastEventId));
  const failed = snapshot.partitions.filter((partition) => (failedId(snapshot, partition) ?? 0) > since);
  if (failed.length === 0) return noFailures;
  // Newest first. A retried step records one failure, so few events are read in vain.
  const events: readonly AnyEvent[] = await storage.getEventsForAsset(snapshot.asset, {
    types: ["StepFailure"],
    limit: 2 * failed.length + 100,
  });
  const byPartition = new Map<string, AnyEvent>();
  for (const event of events.toReversed()) byPartition.set(event.partitionKey === undefined ? "" : String(event.partitionKey), event);
  const wasAborted = (partition: string): boolean => {
    const event = byPartition.get(partition);
    return event?.eventType === "StepFailure" && event.failure?.code === "Aborted";
  };
  return {
    wasAborted,
    isOfLatest: (on, partition) => {
      const event = byPartition.get(partition);
      if (event?.eventType !== "StepFailure" || wasAborted(partition)) return false;
      return areLatest(on, partition, event.inputDataVersions, event.id);
    },
  };
}

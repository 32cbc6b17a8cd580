/** What was tried since an evaluation, and whether it was tried with what is new. */
import { inputName } from "../storage/input-name.ts";
import type { StepEvent, Storage, StoredEvent } from "../storage/types.ts";
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

/** The last attempts to make the partitions of an asset, since its previous evaluation or its open requests. */
export interface Attempts {
  /** Whether a partition was made from the latest versions of all its inputs, and by the latest code, and is still there. */
  readonly isMadeFromLatest: (partition: string) => boolean;
  /** Whether the last attempt failed with the latest inputs; false for one that was aborted, which says nothing of them. */
  readonly hasFailedWithLatest: (partition: string) => boolean;
  /** Whether the last failure is that of an attempt that was aborted. */
  readonly wasAborted: (partition: string) => boolean;
}

/** One attempt: the id of its event, and the data versions that it has loaded, by the names of the inputs. */
interface Attempt {
  readonly id: number;
  readonly loaded: Readonly<Record<string, string>>;
}

/** Reads the last attempts of an asset. */
export async function readAttempts(snapshot: AssetSnapshot, state: AssetState | undefined, storage: Storage): Promise<Attempts> {
  const since = Math.min(state?.lastEventId ?? Number.POSITIVE_INFINITY, ...(state?.requests ?? []).map(({ lastEventId }) => lastEventId));
  const failures = await readFailures(snapshot, since, storage);
  const wasAborted = (partition: string): boolean => failures.get(partition)?.failure?.code === "Aborted";
  const failedAttempt = (partition: string): Attempt | undefined => {
    const event = failures.get(partition);
    return event === undefined || wasAborted(partition) ? undefined : { id: event.id, loaded: event.inputDataVersions };
  };
  const madeAttempt = (partition: string): Attempt => {
    const { lastInputDataVersions: loaded = {}, lastMaterializationId: id = 0 } = snapshot.latest(partition) ?? {};
    return { id, loaded };
  };
  const attempts = snapshot.isExternal
    ? []
    : snapshot.partitions.flatMap((partition) => {
        if (madeId(snapshot, partition) <= since && !failures.has(partition)) return [];
        return [[partition, failedAttempt(partition) ?? madeAttempt(partition)] as const];
      });
  const versionBefore = await readVersionsBefore(snapshot, attempts, storage);
  /** Whether what an attempt has loaded is the latest; of an input that it has not loaded, whether nothing is new since. */
  const isOfLatest = (partition: string, { id, loaded }: Attempt): boolean =>
    snapshot.dependencies.every(({ snapshot: upstream, upstreamPartitions }) =>
      (upstreamPartitions(partition) ?? []).every((upstreamPartition) => {
        const { lastDataVersion, lastEventId = 0 } = upstream.latest(upstreamPartition) ?? {};
        const version = loaded[nameOf(upstream, upstreamPartition)];
        if (version !== undefined) return version === lastDataVersion;
        return lastEventId < id || (upstream.isExternal && versionBefore(upstream, upstreamPartition, id) === lastDataVersion);
      }),
    );
  return {
    isMadeFromLatest: (partition) => {
      if (snapshot.isExternal) return true;
      const { codeVersion } = snapshot;
      const { lastMaterializationCodeVersion, lastFound } = snapshot.latest(partition) ?? {};
      // Wiped or lost since: it is to be made again.
      if (lastFound === "Missing") return false;
      if (codeVersion !== undefined && codeVersion !== lastMaterializationCodeVersion) return false;
      return isOfLatest(partition, madeAttempt(partition));
    },
    hasFailedWithLatest: (partition) => {
      const attempt = failedAttempt(partition);
      return attempt !== undefined && isOfLatest(partition, attempt);
    },
    wasAborted,
  };
}

function nameOf({ asset }: AssetSnapshot, partition: string): string {
  return inputName(asset, partition === "" ? undefined : partition);
}

/** The last failures of partitions whose last attempt has failed since an event, by partition. */
async function readFailures(snapshot: AssetSnapshot, since: number, storage: Storage): Promise<ReadonlyMap<string, StepEvent>> {
  const failed = snapshot.partitions.filter((partition) => (failedId(snapshot, partition) ?? 0) > since);
  const byPartition = new Map<string, StepEvent>();
  if (failed.length === 0) return byPartition;
  // Newest first. A retried step records one failure, so few events are read in vain.
  const events = await storage.getEventsForAsset(snapshot.asset, { types: ["StepFailure"], limit: 2 * failed.length + 100 });
  for (const event of events.toReversed())
    if (event.eventType === "StepFailure") byPartition.set(event.partitionKey === undefined ? "" : String(event.partitionKey), event);
  return byPartition;
}

/** How many external partitions are read at the same time. */
const concurrency = 16;

/**
 * Reads which data versions external inputs had before attempts that have not loaded them. An external asset is observed again and
 * again, and an observation with the same version is nothing new.
 */
async function readVersionsBefore(
  { dependencies }: AssetSnapshot,
  attempts: readonly (readonly [partition: string, Attempt])[],
  storage: Storage,
): Promise<(upstream: AssetSnapshot, partition: string, id: number) => string | undefined> {
  /** The external partitions to read, with the earliest attempt. */
  const wanted = new Map<string, { readonly asset: string; readonly partition: string; readonly id: number }>();
  for (const { snapshot: upstream, upstreamPartitions } of dependencies) {
    if (!upstream.isExternal) continue;
    for (const [made, { id, loaded }] of attempts) {
      for (const partition of upstreamPartitions(made) ?? []) {
        const name = nameOf(upstream, partition);
        if (loaded[name] !== undefined || (upstream.latest(partition)?.lastEventId ?? 0) < id) continue;
        wanted.set(name, { asset: upstream.asset, partition, id: Math.min(id, wanted.get(name)?.id ?? id) });
      }
    }
  }
  const events = new Map<string, readonly StoredEvent[]>();
  const all = [...wanted];
  for (let start = 0; start < all.length; start += concurrency) {
    const group = all.slice(start, start + concurrency).map(async ([name, { asset, partition, id }]) => {
      events.set(name, await eventsBackTo(id, asset, partition, storage));
    });
    await Promise.all(group);
  }
  return (upstream, partition, id) => events.get(nameOf(upstream, partition))?.find((event) => event.id < id)?.dataVersion;
}

/** The newest events of an external asset or partition, newest first, up to one that is older than an id. */
async function eventsBackTo(id: number, asset: string, partition: string, storage: Storage): Promise<readonly StoredEvent[]> {
  for (let limit = 10; ; limit *= 10) {
    const events = await storage.getEventsForAsset(asset, { ...(partition !== "" && { partition }), limit });
    if (events.length < limit || (events.at(-1)?.id ?? 0) < id) return events;
  }
}

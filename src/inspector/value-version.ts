/** Which recorded value is meant, and where it is. */
import { oneKey } from "../repository/keys.ts";
import { handlerOf, type Output } from "../run/look.ts";
import type { StoredEvent } from "../storage/types.ts";
import { Refusal } from "./refusal.ts";
import type { Subject } from "./subject.ts";

/** A recorded value. */
export interface ValueVersion {
  readonly output: Output;
  /** The event that recorded it. */
  readonly event: StoredEvent;
  /** The newest event of the same asset or partition. */
  readonly newest: StoredEvent;
  /** Whether it is one of the versions that a history keeps, and not the newest. */
  readonly isByHistory: boolean;
}

/** Which value: the newest, or that of an event. */
export interface VersionQuery {
  readonly partition?: string;
  readonly version?: number;
}

/**
 * Finds a recorded value.
 *
 * @throws `Refusal` for a value that was never made or was replaced, `NotFound` and `PartitionError` for an unknown asset or partition
 */
export async function valueVersion(subject: Subject, name: string, { partition, version }: VersionQuery): Promise<ValueVersion> {
  const { definition } = subject.node(name);
  const output: Output = { definition, key: oneKey(definition, partition, await subject.context.loadingContext()) };
  const newest = await newestOf(output, subject);
  const event = version === undefined ? newest : await eventAt(output, version, subject);
  if (event === undefined || newest === undefined)
    throw new Refusal("gone", version === undefined ? "It was never made." : "No version has this event.");
  const isOld = newest.id !== event.id;
  const handler = handlerOf(output, subject.context);
  // Equal versions have equal bytes, and the newest of them is there.
  if (isOld && handler.history === undefined && newest.dataVersion !== event.dataVersion)
    throw new Refusal("gone", `The value was replaced by later ones: its ${handler.constructor.name} keeps no history.`);
  return { output, event, newest, isByHistory: isOld && handler.history !== undefined };
}

async function newestOf({ definition, key }: Output, { storage }: Subject): Promise<StoredEvent | undefined> {
  const { name, kind } = definition;
  if (kind !== "external") return storage.getLatestMaterialization(name, key);
  return (await storage.getEventsForAsset(name, { ...(key && { partition: key }), limit: 1 }))[0];
}

async function eventAt({ definition, key }: Output, id: number, { storage }: Subject): Promise<StoredEvent | undefined> {
  const partition = key && { partition: key };
  return (await storage.getEventsForAsset(definition.name, { ...partition, after: id - 1, before: id + 1, limit: 1 }))[0];
}

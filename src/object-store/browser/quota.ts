import { EdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";

/** What the origin uses of what it may use, both in bytes and as far as the browser tells. */
export interface SpaceEstimate {
  readonly usage: number | undefined;
  readonly quota: number | undefined;
}

/** The space of this origin. Browsers round it, and all that the origin stores counts, not one store alone. */
export async function estimate(): Promise<SpaceEstimate> {
  const { usage, quota } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
  return { usage, quota };
}

/**
 * Asks the browser not to throw the origin's data away when the disk fills up. Some browsers ask their user; workers
 * can only tell whether it was granted before. False where there is no such thing.
 */
export async function persist(): Promise<boolean> {
  const storage = globalThis.navigator?.storage;
  return (await storage?.persisted?.()) || (await storage?.persist?.()) || false;
}

/**
 * Does the work, and says what there was room for when the browser refuses it for want of space.
 *
 * @throws `QuotaExceeded`, and whatever the work throws
 */
export async function withinQuota<Value>(call: Call, needed: () => number, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if ((cause as { name?: string } | null)?.name !== "QuotaExceededError") throw cause;
    throw await quotaExceeded(call, needed(), cause);
  }
}

async function quotaExceeded({ store, verb, key }: Call, needed: number, cause: unknown): Promise<EdgewaterError> {
  const { usage, quota } = await estimate().catch(() => ({ usage: undefined, quota: undefined }));
  const left = usage === undefined || quota === undefined ? needed : Math.max(0, quota - usage);
  // So that pages learn nothing of the disk, Chromium always tells of 10 GiB that are left.
  const free = left < needed ? left : undefined;
  const room = free === undefined ? "" : `, and ${free} of the origin's ${quota} are free`;
  const message = `Cannot ${verb} ${JSON.stringify(key)} in ${store}: it needs ${needed} bytes${room}. Delete something, or write less`;
  return new EdgewaterError("QuotaExceeded", message, { store, key, quota: { needed, free }, cause });
}

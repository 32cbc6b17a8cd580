import { EdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";

/** How much space the origin uses and may use. Undefined where the browser does not report it. */
export interface SpaceEstimate {
  /** Bytes that the origin uses, in all its stores together. */
  readonly usage: number | undefined;
  /** Bytes that the origin may use. */
  readonly quota: number | undefined;
}

/** Estimates the space of this origin, over everything that it stores. Browsers round the numbers. */
export async function estimate(): Promise<SpaceEstimate> {
  const { usage, quota } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
  return { usage, quota };
}

/**
 * Asks the browser not to evict the origin's data when the disk is full, and returns whether it agreed. Some browsers
 * ask the user. A worker can only find out whether it was granted before. False where the browser cannot do it.
 */
export async function persist(): Promise<boolean> {
  const storage = globalThis.navigator?.storage;
  return (await storage?.persisted?.()) || (await storage?.persist?.()) || false;
}

/**
 * Runs a write, and adds the needed and the free bytes to the error if the browser refuses it for lack of space.
 *
 * @throws `QuotaExceeded`, and any error of the write
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
  // To hide the size of the disk from pages, Chromium always reports 10 GiB of free space.
  const free = left < needed ? left : undefined;
  const room = free === undefined ? "" : `, and ${free} of the origin's ${quota} are free`;
  const message = `Cannot ${verb} ${JSON.stringify(key)} in ${store}: it needs ${needed} bytes${room}. Delete something, or write less`;
  return new EdgewaterError("QuotaExceeded", message, {
    store,
    key,
    quota: { needed, free, ...(free !== undefined && { total: quota }) },
    cause,
  });
}

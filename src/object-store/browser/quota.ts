import { EdgewaterError } from "../../errors.ts";
import { originStorage } from "../../runtime/origin-storage.ts";
import type { Call } from "../call.ts";

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
  const { usage, quota } = await originStorage();
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

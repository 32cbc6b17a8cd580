/** How a browser keeps what an origin has stored, in all its stores and databases together. */
export interface OriginStorage {
  /**
   * Whether the browser has promised not to evict it when the disk is full. Undefined where there is no such storage, as in Node and
   * Workers, and where the browser does not tell.
   */
  readonly persisted: boolean | undefined;
  /** Bytes that the origin uses. Undefined where it is not known; browsers round the numbers. */
  readonly usage: number | undefined;
  /** Bytes that the origin may use. Undefined where it is not known. */
  readonly quota: number | undefined;
}

/** Describes the storage of this origin, without asking for anything. */
export async function originStorage(): Promise<OriginStorage> {
  const storage = globalThis.navigator?.storage;
  const [persisted, estimate] = await Promise.all([
    storage?.persisted?.().catch(() => undefined),
    storage?.estimate?.().catch(() => undefined),
  ]);
  return { persisted, usage: estimate?.usage, quota: estimate?.quota };
}

/** Whether this runtime can be asked to keep what an origin stores. A worker can only find out what was granted. */
export function canPersist(): boolean {
  return typeof globalThis.navigator?.storage?.persist === "function";
}

/**
 * Asks the browser not to evict what this origin has stored when the disk is full, and tells what it answered and how much room
 * there is. Chromium decides by itself, Firefox asks the user. Call it once, best after the user has saved something. Never rejects:
 * where there is nothing to ask, as in Node and Workers, `persisted` is undefined.
 *
 * @example
 * ```ts
 * import { persist } from "edgewater";
 *
 * const { persisted, usage, quota } = await persist();
 * if (persisted === false) showHint("The browser may delete this data. Keep a copy.");
 * ```
 */
export async function persist(): Promise<OriginStorage> {
  const { persisted } = await originStorage();
  if (persisted !== true && canPersist()) {
    const isGranted = await navigator.storage.persist().catch(() => undefined);
    return { ...(await originStorage()), ...(isGranted !== undefined && { persisted: isGranted }) };
  }
  return originStorage();
}

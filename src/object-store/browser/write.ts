/**
 * What the writes of the two browser stores share: random etags, and the lock that tells active writers from crashed ones.
 *
 * @module
 */

import { toHex } from "../../encoding/hex.ts";

/** Number of random bytes in an etag. */
export const idBytes = 16;

/** Returns the random bytes of a new etag. `crypto.randomUUID` is missing on pages that are not secure contexts. */
export function newId(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(idBytes));
}

/** The etag of these bytes: their hexadecimal digits in quotes. */
export function etagOf(id: Uint8Array): string {
  return `"${toHex(id)}"`;
}

/**
 * The writers that are in the middle of a write, across all tabs and workers of the origin. Each holds a shared Web Lock,
 * which ends with its holder. So what unfinished writes left behind can be removed once nobody holds the lock.
 */
export class ActiveWriters {
  readonly #lock: string;
  #count = 0;
  #entered: Promise<() => void> | undefined;

  /** @param lock the name of the lock: one for each database or folder */
  constructor(lock: string) {
    this.#lock = lock;
  }

  /** Runs a write as one of the active writers. */
  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#count++ === 0) this.#entered = enter(this.#lock);
    const entered = this.#entered;
    try {
      await entered;
      return await work();
    } finally {
      if (--this.#count === 0) (await entered?.catch(() => undefined))?.();
    }
  }

  /**
   * Runs a cleanup if no writer is active, and returns whether it ran. No writer starts before it is done. Without Web
   * Locks it never runs, because active writers cannot be detected.
   */
  async runIfIdle(work: () => Promise<void>): Promise<boolean> {
    if (!globalThis.navigator?.locks) return false;
    return navigator.locks.request(this.#lock, { ifAvailable: true }, async (lock) => {
      if (lock === null) return false;
      await work();
      return true;
    });
  }
}

/** Takes the shared lock, and resolves with the function that releases it. */
function enter(lock: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    if (!globalThis.navigator?.locks) return resolve(() => undefined);
    navigator.locks.request(lock, { mode: "shared" }, () => new Promise<void>((leave) => resolve(leave))).catch(reject);
  });
}

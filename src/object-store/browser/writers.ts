/**
 * Who is in the middle of a write, among all tabs and workers of the origin. It tells what somebody has not published yet
 * from what a crash has left: a lock ends with whoever held it.
 */
export class Writers {
  readonly #lock: string;
  #count = 0;
  #entered: Promise<() => void> | undefined;

  /** @param lock name of the lock, one for each place that is written to */
  constructor(lock: string) {
    this.#lock = lock;
  }

  /** Does the work as one of the writers. */
  async during<Value>(work: () => Promise<Value>): Promise<Value> {
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
   * Tidies up if nobody is writing, and tells whether it did. Nobody begins to write before it is done. Without locks
   * nobody can tell, and nothing is done.
   */
  async tidyUp(work: () => Promise<void>): Promise<boolean> {
    if (!globalThis.navigator?.locks) return false;
    return navigator.locks.request(this.#lock, { ifAvailable: true }, async (lock) => {
      if (lock === null) return false;
      await work();
      return true;
    });
  }
}

/** Resolves with what leaves again, once this one is among the writers. */
function enter(lock: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    if (!globalThis.navigator?.locks) return resolve(() => undefined);
    navigator.locks.request(lock, { mode: "shared" }, () => new Promise<void>((leave) => resolve(leave))).catch(reject);
  });
}

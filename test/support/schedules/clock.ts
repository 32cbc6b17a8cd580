/**
 * What a schedule takes from the runtime: timers become steps, time only passes when a timer fires, and digests are counted, so
 * that a schedule knows when every process waits for it.
 */

/** A timer that has not fired. */
export interface Timer {
  readonly fire: () => void;
  readonly ms: number;
}

const real = {
  setTimeout: globalThis.setTimeout.bind(globalThis),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
  now: performance.now.bind(performance),
  digest: crypto.subtle.digest.bind(crypto.subtle),
};

const { setImmediate } = globalThis as { readonly setImmediate?: (work: () => void) => void };

/** Lets everything run that waits for nothing else. In browsers a timer would wait 4 ms. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate !== undefined) return setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** How long a process may be busy. One that has not ended then waits for nothing. */
const mostTurns = 5000;

/** The timers and the digests of one schedule. Schedules run one after the other. */
export class Clock {
  /** In the order in which they were set. */
  readonly timers = new Set<Timer>();
  /** Whether timers are real: while a call is done by a real store. */
  isReal = false;
  #passed = 0;
  #digests = 0;
  #hasDigested = false;

  install(): void {
    const set = (work: () => void, ms = 0, ...given: unknown[]): unknown => {
      // A client of HTTP passes arguments, this library none.
      if (this.isReal || given.length > 0) return real.setTimeout(work, ms, ...given);
      const timer = { fire: work, ms, unref: () => timer, ref: () => timer, refresh: () => timer };
      this.timers.add(timer);
      return timer;
    };
    const clear = (timer: unknown): void => {
      if (!this.timers.delete(timer as Timer)) real.clearTimeout(timer as number);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    performance.now = () => real.now() + this.#passed;
    crypto.subtle.digest = async (...given) => {
      this.#digests++;
      try {
        return await real.digest(...given);
      } finally {
        this.#digests--;
        this.#hasDigested = true;
      }
    };
  }

  restore(): void {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    performance.now = real.now;
    crypto.subtle.digest = real.digest;
  }

  /** Waits until nothing runs any more without a step of the schedule: a process that is busy may wait for a lock of the runtime. */
  async settle(isBusy: () => boolean = () => false): Promise<void> {
    for (let turns = 0; turns < mostTurns; ) {
      this.#hasDigested = false;
      await turn();
      // A digest ends whenever another thread has made it.
      if (this.#digests > 0 || this.#hasDigested) continue;
      const isWaiting = [...this.timers].some(({ ms }) => ms <= 60_000);
      if (isWaiting || !isBusy()) return;
      turns++;
    }
  }

  fire(timer: Timer): void {
    this.timers.delete(timer);
    this.#passed += timer.ms;
    timer.fire();
  }
}

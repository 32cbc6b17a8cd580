/** The longest time of a timer, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** How often a lease is renewed in its time. */
export const beatsPerLease = 4;

/** Renews a lease at an interval, unless commits renew it. */
export class Heartbeat {
  readonly #interval: number;
  readonly #beat: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  #isRunning = false;

  /**
   * @param intervalMs milliseconds from one renewal to the next
   * @param beat renews the lease; must not reject
   */
  constructor(intervalMs: number, beat: () => Promise<void>) {
    this.#interval = Math.min(intervalMs, longestTimer);
    this.#beat = beat;
  }

  /** Starts the timer, with a lease that was taken just now. */
  start(): void {
    this.#isRunning = true;
    this.renewed();
    this.#later();
  }

  /** The lease was renewed just now. */
  renewed(): void {
    this.#last = performance.now();
  }

  stop(): void {
    this.#isRunning = false;
    clearTimeout(this.#timer);
  }

  #later(): void {
    const beat = async (): Promise<void> => {
      if (performance.now() - this.#last >= this.#interval / 2) await this.#beat();
      if (this.#isRunning) this.#later();
    };
    this.#timer = setTimeout(beat, this.#interval);
    // In Node a timer keeps the process running; a run that waits for something else does not need it.
    (this.#timer as { readonly unref?: () => void }).unref?.();
  }
}

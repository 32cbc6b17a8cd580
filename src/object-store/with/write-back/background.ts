/** Least and greatest wait before failed uploads are tried again, in milliseconds. */
const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/**
 * Runs one kind of work again and again, one at a time: when it is asked for, and, while it reports that something is left, after a
 * growing wait or as soon as the browser is online again.
 */
export class Background {
  readonly #work: (signal: AbortSignal) => Promise<boolean>;
  readonly #over = new AbortController();
  #running: Promise<void> | undefined;
  #isAsked = false;
  #waitMs = firstWaitMs;
  #endWait: (() => void) | undefined;

  /** @param work resolves to whether something is left that may succeed later */
  constructor(work: (signal: AbortSignal) => Promise<boolean>) {
    this.#work = work;
  }

  /** Asks for a run. One that is running already is followed by another. */
  ask(): void {
    if (this.#over.signal.aborted) return;
    this.#isAsked = true;
    this.#endWait?.();
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends the work, and waits for the run that is not over. */
  async close(): Promise<void> {
    this.#over.abort();
    this.#endWait?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isAsked && !this.#over.signal.aborted) {
      this.#isAsked = false;
      // What fails is kept by the work itself, and tried again.
      const isLeft = await this.#work(this.#over.signal).catch(() => true);
      if (!isLeft) this.#waitMs = firstWaitMs;
      else this.#askLater();
    }
  }

  #askLater(): void {
    this.#endWait?.();
    // A window or a worker; Node has no such events.
    const events = globalThis as Partial<EventTarget>;
    const end = (): void => {
      clearTimeout(timer);
      events.removeEventListener?.("online", again);
      this.#endWait = undefined;
    };
    const again = (): void => {
      end();
      this.ask();
    };
    const timer = setTimeout(again, this.#waitMs);
    // A process may end meanwhile: what is left stays in the near store.
    (timer as { readonly unref?: () => void }).unref?.();
    events.addEventListener?.("online", again);
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
    this.#endWait = end;
  }
}

/** Runs at most so many pieces of work at the same time, in the order in which they came. */
export class Semaphore {
  readonly #most: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** The first one that waits; those before it have been let in. */
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs a piece of work as soon as it may. */
  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#running === this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Gives the place to the next one that waits. */
  #leave(): void {
    const next = this.#waiting[this.#next];
    if (next === undefined) {
      this.#running--;
      this.#waiting.length = 0;
      this.#next = 0;
    } else {
      this.#next++;
      next();
    }
  }
}

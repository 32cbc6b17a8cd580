import type { ConnectionState, EventBatch } from "./inspection.ts";

/** How many batches wait for a listener; then it is behind, and reads the records itself. */
const longestQueue = 64;

/** One listener of a feed: what waits for it. */
export class Listener {
  /** The id of the last event that it was given or is to be given. */
  cursor: number;
  /** Whether the queue was too long, so that it lacks events. */
  isBehind = false;
  #queue: (EventBatch | ConnectionState)[] = [];
  #isEnded = false;
  #wake: () => void = () => {};

  constructor(cursor: number) {
    this.cursor = cursor;
  }

  /** Adds a batch without the events that it has been given already, or a state of the connection. */
  push(told: EventBatch | ConnectionState): void {
    if (this.isBehind) return;
    if (this.#queue.length >= longestQueue) {
      this.isBehind = true;
      this.#queue = [];
    } else if ("events" in told) {
      this.#queue.push({ ...told, events: told.events.filter(({ id }) => id > this.cursor) });
    } else this.#queue.push(told);
    this.#wake();
  }

  /** Ends it after what is in the queue. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** Waits for something, and takes it; undefined at the end, when it is behind, and after an abort. */
  async next(signal: AbortSignal): Promise<EventBatch | ConnectionState | undefined> {
    while (!signal.aborted) {
      const told = this.#queue.shift();
      if (told !== undefined) return told;
      if (this.#isEnded || this.isBehind) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          signal.removeEventListener("abort", this.#wake);
          resolve();
        };
        signal.addEventListener("abort", this.#wake, { once: true });
      });
    }
    return undefined;
  }

  /** Whether nothing comes any more. */
  get isEnded(): boolean {
    return this.#isEnded;
  }
}

/**
 * Operations in flight, for what can be closed.
 *
 * @module
 */
import { EdgewaterError } from "./errors.ts";

/** Counts the operations of something that can be closed: closing waits for them, and a closed one refuses new ones. */
export class Operations {
  readonly #owner: string;
  readonly #store: string | undefined;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /**
   * @param owner what is closed, as the subject of the error message
   * @param store the store that the error names
   */
  constructor(owner: string, store?: string) {
    this.#owner = owner;
    this.#store = store;
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Runs one operation.
   *
   * @throws `Closed` after `close` was called, and what the operation throws
   */
  async run<Value>(operation: () => Promise<Value>): Promise<Value> {
    if (this.#closing !== undefined) throw new EdgewaterError("Closed", `${this.#owner} is closed`, { store: this.#store });
    const running = operation();
    this.#inFlight.add(running);
    try {
      return await running;
    } finally {
      this.#inFlight.delete(running);
    }
  }

  /** Waits for the operations in flight, then calls `finish`. A second call waits for the first. */
  close(finish: () => Promise<void>): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#inFlight).then(finish);
    return this.#closing;
  }
}

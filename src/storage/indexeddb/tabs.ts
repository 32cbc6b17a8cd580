/**
 * Tells the other tabs and workers with the same database of commits. A message says only that there was one: each tab reads the
 * database itself, so a lost message costs time and no event.
 */
export class Tabs {
  readonly #name: string;
  readonly #listeners = new Set<() => void>();
  #channel: BroadcastChannel | undefined;

  constructor(database: string) {
    this.#name = `edgewater/storage/${database}`;
  }

  tell(): void {
    this.#open().postMessage("commit");
  }

  /** Calls `wake` after each commit elsewhere, until the returned function is called. */
  onCommit(wake: () => void): () => void {
    this.#open();
    this.#listeners.add(wake);
    return () => void this.#listeners.delete(wake);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  #open(): BroadcastChannel {
    if (this.#channel === undefined) {
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.onmessage = () => {
        for (const wake of this.#listeners) wake();
      };
    }
    return this.#channel;
  }
}

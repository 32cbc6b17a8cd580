import type { OnProgress } from "../run/run-environment.ts";

/** Who listens to the progress of every run of a repository, beside the callers of its methods. */
export class LiveProgress {
  readonly #listeners = new Set<OnProgress>();

  /** Adds a listener, which must not throw; returns what removes it. */
  listen(listener: OnProgress): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether somebody listens. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Tells the listeners, and the caller of a method, whose promise is returned. */
  with(onProgress: OnProgress | undefined): OnProgress {
    return (event) => {
      for (const listener of this.#listeners) listener(event);
      return onProgress?.(event);
    };
  }
}

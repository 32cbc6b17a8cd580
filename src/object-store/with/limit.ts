import { abortedError, type ErrorDetails, throwIfAborted } from "../../errors.ts";
import { anyValue, checkNumber, checkValue, required } from "../../options.ts";
import type { Named } from "../types.ts";
import { observedObject } from "./observe.ts";
import { type AnyVerbs, checkStore, type Wrapped, wrap } from "./wrap.ts";

/**
 * Limits how many calls of a store run at once. Further calls wait in the order in which they were made; an aborted signal
 * ends the wait.
 *
 * - A `get` counts until its body was read or cancelled, because it holds a connection until then. If nobody starts to
 *   read the body before the next task, it no longer counts, so a body that is never read does not block other calls.
 * - A `list` counts while it fetches, not between its entries.
 *
 * @throws `SettingsError` if the limit is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { withLimit } from "edgewater/with";
 *
 * const store = withLimit(new HTTPStore("https://example.com/data"), 6);
 * ```
 */
export function withLimit<Store extends Named>(store: Store, limit: number): Wrapped<Store> {
  checkStore("withLimit", store);
  checkValue("withLimit", "limit", limit, required(anyValue));
  checkNumber(`withLimit(${store.name})`, "limit", limit, { least: 1 });
  const semaphore = new Semaphore(limit);
  return wrap(store, (inner) => limited(inner, store.name, semaphore));
}

function limited(inner: AnyVerbs, store: string, semaphore: Semaphore): AnyVerbs {
  const run = async <Value>(key: string, signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> => {
    const release = await semaphore.acquire(signal, { store, key });
    try {
      return await work();
    } finally {
      release();
    }
  };
  return {
    put: (key, body, options) => run(key, options?.signal, () => inner.put(key, body, options)),
    get: async (key, options) => {
      const release = await semaphore.acquire(options?.signal, { store, key });
      try {
        const opened = await inner.get(key, options);
        const timer = setTimeout(release);
        return observedObject(opened, opened.meta, { onStart: () => clearTimeout(timer), onEnd: release });
      } catch (error) {
        release();
        throw error;
      }
    },
    head: (key, options) => run(key, options?.signal, () => inner.head(key, options)),
    delete: (keys, options) => run([keys].flat().join(", "), options?.signal, () => inner.delete(keys, options)),
    list: async function* (prefix = "", options = {}) {
      const entries = inner.list(prefix, options)[Symbol.asyncIterator]();
      try {
        while (true) {
          const { done, value } = await run(prefix, options.signal, () => entries.next());
          if (done) return;
          yield value;
        }
      } finally {
        await entries.return?.();
      }
    },
    copy: (from, to, options) => run(to, options?.signal, () => inner.copy(from, to, options)),
    signedUrl: (key, options) => run(key, options?.signal, () => inner.signedUrl(key, options)),
  };
}

/** Allows a number of holders at once; the others wait in the order in which they came. */
class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.#free = limit;
  }

  /**
   * Waits until a place is free, and returns the function that releases it. Releasing twice has no effect.
   *
   * @throws `Aborted` if the signal is aborted before
   */
  async acquire(signal: AbortSignal | undefined, target: ErrorDetails): Promise<() => void> {
    throwIfAborted(signal, target);
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal, target);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const [next] = this.#waiting;
      if (next) next();
      else this.#free++;
    };
  }

  #wait(signal: AbortSignal | undefined, target: ErrorDetails): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        stopWaiting();
        resolve();
      };
      const abort = (): void => {
        stopWaiting();
        if (signal) reject(abortedError(signal, target));
      };
      const stopWaiting = (): void => {
        this.#waiting.delete(start);
        signal?.removeEventListener("abort", abort);
      };
      this.#waiting.add(start);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }
}

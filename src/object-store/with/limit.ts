import { abortedError, type ErrorDetails, throwIfAborted } from "../../errors.ts";
import type { Named } from "../types.ts";
import { watchedObject } from "./body.ts";
import { type AnyVerbs, type Wrapped, wrap } from "./wrapped.ts";

/**
 * A store of which no more than `limit` calls run at once; the others wait for their turn in the order in which they
 * came, and an aborted signal ends the wait.
 *
 * - A `get` counts until its body has been read or cancelled, because until then it holds a connection. One whose body
 *   nobody has begun to read by the next task counts no longer, so that nobody waits for a body that is not wanted.
 * - A `list` counts while it fetches, and not between the entries.
 *
 * @throws `RangeError` for a limit that is no whole number from 1 on
 *
 * @example
 * ```ts
 * import { withLimit } from "edgewater/with";
 *
 * const store = withLimit(new HTTPStore("https://example.com/data"), 6);
 * ```
 */
export function withLimit<Store extends Named>(store: Store, limit: number): Wrapped<Store> {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`A limit is a whole number from 1 on, not ${limit}`);
  const turns = new Turns(limit);
  return wrap(store, (inner) => limited(inner, store.name, turns));
}

function limited(inner: AnyVerbs, store: string, turns: Turns): AnyVerbs {
  const run = async <Value>(key: string, signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> => {
    const leave = await turns.enter(signal, { store, key });
    try {
      return await work();
    } finally {
      leave();
    }
  };
  return {
    put: (key, body, options) => run(key, options?.signal, () => inner.put(key, body, options)),
    get: async (key, options) => {
      const leave = await turns.enter(options?.signal, { store, key });
      try {
        const opened = await inner.get(key, options);
        const timer = setTimeout(leave);
        return watchedObject(opened, opened.meta, { onStart: () => clearTimeout(timer), onEnd: leave });
      } catch (error) {
        leave();
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

class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Waits for a turn. What it gives ends the turn; only the first time counts. */
  async enter(signal: AbortSignal | undefined, target: ErrorDetails): Promise<() => void> {
    throwIfAborted(signal, target);
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal, target);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const [next] = this.#waiting;
      if (next) next();
      else this.#free++;
    };
  }

  #turn(signal: AbortSignal | undefined, target: ErrorDetails): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        leave();
        resolve();
      };
      const abort = (): void => {
        leave();
        if (signal) reject(abortedError(signal, target));
      };
      const leave = (): void => {
        this.#waiting.delete(begin);
        signal?.removeEventListener("abort", abort);
      };
      this.#waiting.add(begin);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }
}

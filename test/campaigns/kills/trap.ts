/** Calls of a Storage and a store, counted. At a given number this process or tab is killed or frozen. */

/** At which call, and whether before it, while it is under way, or after it. */
export interface Trap {
  readonly at: number;
  readonly when: "before" | "during" | "after";
}

/** Counts the calls of all objects that it wraps. */
export class Calls {
  #count = 0;
  readonly #trap: Trap | undefined;
  readonly #spring: () => Promise<void>;

  /** @param spring kills this process; when it is frozen, resolves after it continues */
  constructor(trap: Trap | undefined, spring: () => Promise<void>) {
    this.#trap = trap;
    this.#spring = spring;
  }

  /** The object with counted methods. */
  wrap<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (_, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        const isCounted = typeof name === "string" && !uncounted.has(name);
        return (...given: unknown[]) => (isCounted ? this.#call(() => value.apply(target, given)) : value.apply(target, given));
      },
    });
  }

  async #call(call: () => unknown): Promise<unknown> {
    const { at, when } = this.#trap ?? {};
    // Slow calls let others come in between.
    if (Math.random() < 0.2) await new Promise((resolve) => setTimeout(resolve, Math.random() * 25));
    if (++this.#count !== at) return call();
    if (when === "before") await this.#spring();
    const called = Promise.resolve(call());
    if (when === "after") await Promise.allSettled([called]);
    if (when !== "before") await Promise.all([this.#spring(), Promise.allSettled([called])]);
    return called;
  }
}

/** These return no promise, or end the object. */
const uncounted: ReadonlySet<string> = new Set(["then", "close", "subscribe", "export", "list", "toString"]);

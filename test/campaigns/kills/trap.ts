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

  #call(call: () => unknown): unknown {
    const { at, when } = this.#trap ?? {};
    if (++this.#count !== at) return call();
    if (when === "before") return this.#spring().then(call);
    const called = call();
    if (when === "during") return this.#spring().then(() => called);
    return Promise.resolve(called).then(async (result) => {
      await this.#spring();
      return result;
    });
  }
}

/** These return no promise, or end the object. */
const uncounted: ReadonlySet<string> = new Set(["then", "close", "subscribe", "export", "list", "toString"]);

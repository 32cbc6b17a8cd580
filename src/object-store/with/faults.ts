import { EdgewaterError, throwIfAborted } from "../../errors.ts";
import { sleep } from "../../retry.ts";
import type { Named, PutMode } from "../types.ts";
import { watchedObject } from "./body.ts";
import { type AnyVerbs, type Wrapped, wrap } from "./wrapped.ts";

/**
 * What goes wrong with one call.
 *
 * | fault | what happens |
 * |-|-|
 * | `before` | `Unavailable`, and nothing is done |
 * | `after` | it is done, and then `Unavailable`, as if the answer was lost; of a conditional write with `outcome: "unknown"`, of a list as `before` |
 * | `{ delayMs }` | it is done some milliseconds later |
 * | `{ breakOff }` | the body of a `get` breaks off with `Unavailable` after so many bytes |
 */
export type Fault = "before" | "after" | { readonly delayMs: number } | { readonly breakOff: number };

/** A call that may go wrong. */
export interface FaultyCall {
  readonly verb: keyof AnyVerbs;
  /** The key, the prefix of a list, the target of a copy, the first of several keys. */
  readonly key: string;
  /** Which call of the store it is, from 1. */
  readonly number: number;
}

/** Decides what goes wrong with a call; undefined for nothing. */
export type ChooseFault = (call: FaultyCall) => Fault | undefined;

/**
 * A store that fails as it is told: for tests of what is built on a store, and of how it copes.
 *
 * @example
 * ```ts
 * import { withFaults } from "edgewater/testing";
 *
 * const store = withFaults(new MemoryStore(), ({ verb, number }) => (verb === "put" && number === 2 ? "after" : undefined));
 * ```
 */
export function withFaults<Store extends Named>(store: Store, choose: ChooseFault): Wrapped<Store> {
  let number = 0;
  return wrap(store, (inner) => faulty(inner, store.name, (verb, key) => choose({ verb, key, number: ++number })));
}

/** How random faults are chosen. */
export interface RandomFaultsOptions {
  /** Equal seeds give equal faults to equal calls in equal order. */
  readonly seed: number;
  /** How many calls of a hundred go wrong: 10 unless given. */
  readonly percent?: number;
  /** Of these kinds, one as often as another: `before` and `after` unless given. */
  readonly kinds?: readonly Fault[];
}

/**
 * Chooses faults at random, and the same ones again for the same seed.
 *
 * @example
 * ```ts
 * const store = withFaults(new MemoryStore(), randomFaults({ seed: 7, percent: 20, kinds: ["before", { delayMs: 1 }] }));
 * ```
 */
export function randomFaults({ seed, percent = 10, kinds = ["before", "after"] }: RandomFaultsOptions): ChooseFault {
  const next = randomOf(seed);
  return () => {
    const [isFaulty, kind] = [next() * 100 < percent, kinds[Math.floor(next() * kinds.length)]];
    return isFaulty ? kind : undefined;
  };
}

/** Marsaglia's xorshift32: numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function faulty(inner: AnyVerbs, store: string, choose: (verb: keyof AnyVerbs, key: string) => Fault | undefined): AnyVerbs {
  const run = async <Value>(call: Running, work: () => Promise<Value>): Promise<Value> => {
    const { verb, key, fault, options = {} } = call;
    const { signal, mode = "overwrite" } = options;
    throwIfAborted(signal, { store, key });
    if (fault === "before") throw failed(verb, store, key);
    if (typeof fault === "object" && "delayMs" in fault) await sleep(fault.delayMs, { store, key, signal });
    const value = await work();
    if (fault === "after") throw failed(verb, store, key, mode === "overwrite" ? undefined : "unknown");
    return value;
  };
  const running = (verb: keyof AnyVerbs, key: string, options?: Running["options"]): Running => ({
    verb,
    key,
    fault: choose(verb, key),
    options,
  });
  return {
    put: (key, body, options) => run(running("put", key, options), () => inner.put(key, body, options)),
    get: async (key, options) => {
      const call = running("get", key, { signal: options?.signal });
      const opened = await run(call, () => inner.get(key, options));
      if (typeof call.fault !== "object" || !("breakOff" in call.fault)) return opened;
      let rest = call.fault.breakOff;
      const onChunk = ({ byteLength }: Uint8Array): void => {
        rest -= byteLength;
        if (rest < 0) throw failed("read", store, key);
      };
      return watchedObject(opened, opened.meta, { onChunk });
    },
    head: (key, options) => run(running("head", key, options), () => inner.head(key, options)),
    delete: (keys, options) => run(running("delete", [keys].flat()[0] ?? "", options), () => inner.delete(keys, options)),
    list: async function* (prefix = "", options = {}) {
      await run(running("list", prefix, { signal: options.signal }), async () => undefined);
      yield* inner.list(prefix, options);
    },
    copy: (from, to, options) => run(running("copy", to, options), () => inner.copy(from, to, options)),
    signedUrl: (key, options) => run(running("signedUrl", key, { signal: options?.signal }), () => inner.signedUrl(key, options)),
  };
}

interface Running {
  readonly verb: keyof AnyVerbs;
  readonly key: string;
  readonly fault: Fault | undefined;
  readonly options?: { readonly signal?: AbortSignal | undefined; readonly mode?: PutMode | undefined } | undefined;
}

function failed(verb: string, store: string, key: string, outcome?: "unknown"): EdgewaterError {
  return new EdgewaterError("Unavailable", `Cannot ${verb} ${JSON.stringify(key)} in ${store}: a fault of the test`, {
    store,
    key,
    outcome,
  });
}

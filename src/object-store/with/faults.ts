import { EdgewaterError, throwIfAborted } from "../../errors.ts";
import { aFunction, aNumber, anArray, anyValue, checkNumber, checkOptions, checkValue, type OptionKinds, required } from "../../options.ts";
import { sleep } from "../../retry.ts";
import type { Named, PutMode } from "../types.ts";
import { observedObject } from "./observe.ts";
import { type AnyVerbs, checkStore, type Wrapped, wrap } from "./wrap.ts";

/**
 * How one call fails.
 *
 * | fault | effect |
 * |-|-|
 * | `before` | the call does nothing and fails with `Unavailable` |
 * | `after` | the call is done and then fails with `Unavailable`, as if the response was lost; a conditional write with `outcome: "unknown"`; a list as with `before` |
 * | `{ delayMs }` | the call starts that many milliseconds later |
 * | `{ breakOff }` | the body of a `get` fails with `Unavailable` after that many bytes |
 */
export type Fault = "before" | "after" | { readonly delayMs: number } | { readonly breakOff: number };

/** A call that may fail. */
export interface FaultyCall {
  /** The method that is called. */
  readonly verb: keyof AnyVerbs;
  /** The key; the prefix of a list, the target of a copy, the first key of a delete. */
  readonly key: string;
  /** The number of the call to this store, counted from 1. */
  readonly number: number;
}

/** Chooses the fault of a call; undefined for none. */
export type ChooseFault = (call: FaultyCall) => Fault | undefined;

/**
 * Injects faults into the calls of a store, for tests of code that uses a store.
 *
 * @example
 * ```ts
 * import { withFaults } from "edgewater/testing";
 *
 * const store = withFaults(new MemoryStore(), ({ verb, number }) => (verb === "put" && number === 2 ? "after" : undefined));
 * ```
 */
export function withFaults<Store extends Named>(store: Store, choose: ChooseFault): Wrapped<Store> {
  checkStore("withFaults", store);
  checkValue("withFaults", "choose", choose, required(aFunction));
  let number = 0;
  return wrap(store, (inner) => faulty(inner, store.name, (verb, key) => choose({ verb, key, number: ++number })));
}

/** Options of {@link randomFaults}. */
export interface RandomFaultsOptions {
  /** The same seed chooses the same faults for the same calls in the same order. */
  readonly seed: number;
  /** How many percent of the calls fail. Default: 10. */
  readonly percent?: number;
  /** The faults to choose from, all with the same probability. Default: `before` and `after`. */
  readonly kinds?: readonly Fault[];
}

const randomFaultsKinds: OptionKinds<RandomFaultsOptions> = { seed: required(aNumber), percent: anyValue, kinds: anArray };

/**
 * Chooses random faults from a seed.
 *
 * @throws `SettingsError` if `percent` is not from 0 to 100
 *
 * @example
 * ```ts
 * const store = withFaults(new MemoryStore(), randomFaults({ seed: 7, percent: 20, kinds: ["before", { delayMs: 1 }] }));
 * ```
 */
export function randomFaults(options: RandomFaultsOptions): ChooseFault {
  checkOptions("randomFaults", options, randomFaultsKinds);
  const { seed, percent = 10, kinds = ["before", "after"] } = options;
  checkNumber("randomFaults", "percent", percent, { least: 0, most: 100, fractions: true });
  const next = randomOf(seed);
  return () => {
    const [isFaulty, kind] = [next() * 100 < percent, kinds[Math.floor(next() * kinds.length)]];
    return isFaulty ? kind : undefined;
  };
}

/** Pseudo-random numbers from 0 to 1 (Marsaglia, "Xorshift RNGs", 32 bits). */
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
  const run = async <Value>(call: FaultyRun, work: () => Promise<Value>): Promise<Value> => {
    const { verb, key, fault, options = {} } = call;
    const { signal, mode = "overwrite" } = options;
    throwIfAborted(signal, { store, key });
    if (fault === "before") throw failed(verb, store, key);
    if (typeof fault === "object" && "delayMs" in fault) await sleep(fault.delayMs, { store, key, signal });
    const value = await work();
    if (fault === "after") throw failed(verb, store, key, mode === "overwrite" ? undefined : "unknown");
    return value;
  };
  const running = (verb: keyof AnyVerbs, key: string, options?: FaultyRun["options"]): FaultyRun => ({
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
      return observedObject(opened, opened.meta, { onChunk });
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

interface FaultyRun {
  readonly verb: keyof AnyVerbs;
  readonly key: string;
  readonly fault: Fault | undefined;
  readonly options?: { readonly signal?: AbortSignal | undefined; readonly mode?: PutMode | undefined } | undefined;
}

function failed(verb: string, store: string, key: string, outcome?: "unknown"): EdgewaterError {
  return new EdgewaterError("Unavailable", `Cannot ${verb} ${JSON.stringify(key)} in ${store}: a fault that the test injected`, {
    store,
    key,
    outcome,
  });
}

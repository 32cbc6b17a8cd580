/** A wrapper keeps every promise of the store that it wraps, alone and one over another. */
import { type FullObjectStore, MemoryStore } from "edgewater";
import { certify } from "edgewater/testing";
import { randomFaults, withCache, withFaults, withLimit, withPrefix, withRetry, withTrace } from "edgewater/with";
import { describe, it } from "vitest";

const sound = (): MemoryStore => new MemoryStore();
/** Faults that a retry can always make good, also while others write. */
const curable = randomFaults({ seed: 4, percent: 15, kinds: ["before", { delayMs: 0 }] });
const often = { maxRetries: 49, delayMs: 0 };

const stores: Readonly<Record<string, () => FullObjectStore>> = {
  withPrefix: () => withPrefix(sound(), "tenants/grün 7"),
  "withPrefix of nothing": () => withPrefix(sound(), ""),
  withRetry: () => withRetry(sound()),
  "withRetry over faults": () => withRetry(withFaults(sound(), curable), often),
  "withLimit of 1": () => withLimit(sound(), 1),
  "withLimit of 3": () => withLimit(sound(), 3),
  withCache: () => withCache(sound(), sound()),
  "withCache that is small": () => withCache(sound(), sound(), { maxObjectBytes: 100_000, maxBytes: 150_000 }),
  "withCache that fails": () => withCache(sound(), withFaults(sound(), randomFaults({ seed: 5, percent: 40 }))),
  withTrace: () => withTrace(sound(), () => () => undefined),
  "withTrace that throws": () =>
    withTrace(sound(), () => {
      throw new Error("not the store's");
    }),
  "withFaults without any": () => withFaults(sound(), () => undefined),
  "all of them": () => {
    const source = withRetry(withFaults(withPrefix(withPrefix(sound(), "a"), "b/c"), curable), often);
    return withTrace(withLimit(withCache(source, withPrefix(sound(), "cache")), 2), () => () => undefined);
  },
};

const all = { conditions: true, attributes: true, ranges: true, streams: true, pages: true, levels: true, pageObjects: 50 } as const;

describe.each(Object.entries(stores))("%s", (_, make) => {
  it.each(certify(make, { ...all, copies: true, conditionalCopies: true }))("$name", ({ run }) => run());
});

const aging = () => withCache(sound(), sound(), { maxAgeMs: 60_000 });
describe.each(certify(aging, { ...all, copies: true, conditionalCopies: true, consistent: false }))(
  "withCache of an age",
  ({ name, run }) => {
    it(name, run);
  },
);

/** Wrappers conform like the store that they wrap, alone and combined. */
import { type FullObjectStore, MemoryStore, type ObjectStore } from "edgewater";
import { certify, objectStoreCases } from "edgewater/testing";
import { randomFaults, withCache, withFaults, withLimit, withPrefix, withRetry, withTrace } from "edgewater/with";
import { describe, it } from "vitest";

const sound = (): MemoryStore => new MemoryStore();
/** Faults that retries always overcome, also with concurrent writers. */
const retriable = randomFaults({ seed: 4, percent: 15, kinds: ["before", { delayMs: 0 }] });
const patient = { maxRetries: 49, delayMs: 0 };

const stores: Readonly<Record<string, () => FullObjectStore>> = {
  withPrefix: () => withPrefix(sound(), "tenants/grün 7"),
  "withPrefix of an empty prefix": () => withPrefix(sound(), ""),
  withRetry: () => withRetry(sound()),
  "withRetry over faults": () => withRetry(withFaults(sound(), retriable), patient),
  "withLimit of 1": () => withLimit(sound(), 1),
  "withLimit of 3": () => withLimit(sound(), 3),
  withCache: () => withCache(sound(), sound()),
  "withCache of a small size": () => withCache(sound(), sound(), { maxObjectBytes: 100_000, maxBytes: 150_000 }),
  "withCache over a failing cache": () => withCache(sound(), withFaults(sound(), randomFaults({ seed: 5, percent: 40 }))),
  withTrace: () => withTrace(sound(), () => () => undefined),
  "withTrace with a trace that throws": () =>
    withTrace(sound(), () => {
      throw new Error("thrown by the trace");
    }),
  "withFaults without faults": () => withFaults(sound(), () => undefined),
  "all wrappers together": () => {
    const source = withRetry(withFaults(withPrefix(withPrefix(sound(), "a"), "b/c"), retriable), patient);
    return withTrace(withLimit(withCache(source, withPrefix(sound(), "cache")), 2), () => () => undefined);
  },
};

const all = {
  conditions: true,
  attributes: true,
  ranges: true,
  streams: true,
  pagination: true,
  delimiter: true,
  pageObjects: 50,
} as const;

describe.each(Object.entries(stores))("%s", (_, make) => {
  it.each(certify(make, { ...all, copies: true, conditionalCopies: true }))("$name", ({ run }) => run());
});

const aging = () => withCache(sound(), sound(), { maxAgeMs: 60_000 });
describe.each(certify(aging, { ...all, copies: true, conditionalCopies: true, consistent: false }))(
  "withCache with maxAgeMs",
  ({ name, run }) => {
    it(name, run);
  },
);

const writeBack = () => withCache(sound(), sound(), { mode: "write-back" });
describe.each(certify(writeBack, { ...all, conditions: false, copies: true, conditionalCopies: false, consistent: false }))(
  "withCache with write-back",
  ({ name, run }) => {
    it(name, run);
  },
);

// What others write to the far store may come later; what is written here may not.
it.each(objectStoreCases({ pageObjects: 50 }))("withCache with write-back, without other writers: $name", ({ run }) =>
  run(writeBack() as unknown as ObjectStore),
);

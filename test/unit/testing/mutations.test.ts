/** The suite itself is tested here: it lets a sound store pass, and finds what is wrong with every broken one. */
import type { FullObjectStore } from "edgewater";
import { certify } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { broken, brokenStores } from "./broken-stores.ts";

/** The names of the promises that a store breaks. */
async function brokenPromises(make: () => FullObjectStore): Promise<string[]> {
  const all = certify(make, {
    conditions: true,
    attributes: true,
    ranges: true,
    streams: true,
    pages: true,
    levels: true,
    copies: true,
    conditionalCopies: true,
  });
  const found: string[] = [];
  for (const { name, run } of all) {
    await run().catch((error: unknown) => {
      expect((error as Error).message).not.toBe("");
      found.push(name);
    });
  }
  return found;
}

describe("the conformance suite", () => {
  it("lets a sound store pass", async () => {
    expect(await brokenPromises(() => broken(() => ({})))).toEqual([]);
  });

  it.each(brokenStores)("finds that a store %s", async (_, seenBy, make) => {
    expect(await brokenPromises(() => broken(make))).toContain(seenBy);
  });

  it("disposes of every store that it was given, also when a promise is broken", async () => {
    let open = 0;
    const make = async () => {
      open++;
      return { ...broken(() => ({ head: () => Promise.reject(new Error("no")) })), [Symbol.asyncDispose]: async () => void open-- };
    };
    const all = {
      attributes: true,
      ranges: true,
      streams: true,
      pages: true,
      levels: true,
      copies: true,
      conditionalCopies: true,
    } as const;
    const outcomes = await Promise.allSettled(certify(make, { ...all, conditions: true, pageObjects: 10 }).map(({ run }) => run()));
    expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
    expect(open).toBe(0);
  });
});

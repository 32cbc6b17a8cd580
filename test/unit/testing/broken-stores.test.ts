/** Tests the conformance suite itself: a correct store passes, and every broken store fails. */
import type { FullObjectStore } from "edgewater";
import { certify } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { broken, brokenStores } from "./broken-stores.ts";

/** The names of the cases that fail for a store, of all or of those with this name. */
async function failingCases(make: () => FullObjectStore, only?: string): Promise<string[]> {
  const all = certify(make, {
    conditions: true,
    attributes: true,
    ranges: true,
    streams: true,
    pagination: true,
    delimiter: true,
    copies: true,
    conditionalCopies: true,
    pageObjects: 50,
  });
  const found: string[] = [];
  for (const { name, run } of all) {
    if (only !== undefined && name !== only) continue;
    await run().catch((error: unknown) => {
      expect((error as Error).message).not.toBe("");
      found.push(name);
    });
  }
  return found;
}

describe("the conformance suite", () => {
  it("passes a correct store", async () => {
    expect(await failingCases(() => broken(() => ({})))).toEqual([]);
  });

  it.each(brokenStores)("finds a store that %s", async (_, foundBy, make) => {
    expect(await failingCases(() => broken(make), foundBy)).toEqual([foundBy]);
  });

  it("disposes of every store, also after a failing case", async () => {
    let open = 0;
    const make = async () => {
      open++;
      return { ...broken(() => ({ head: () => Promise.reject(new Error("no")) })), [Symbol.asyncDispose]: async () => void open-- };
    };
    const all = {
      attributes: true,
      ranges: true,
      streams: true,
      pagination: true,
      delimiter: true,
      copies: true,
      conditionalCopies: true,
    } as const;
    const outcomes = await Promise.allSettled(certify(make, { ...all, conditions: true, pageObjects: 10 }).map(({ run }) => run()));
    expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
    expect(open).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import expected from "./corpus.json" with { type: "json" };
import { corpus, corpusSerializer, digests } from "./corpus.ts";
import { same } from "./same.ts";

describe("the corpus", () => {
  it("has the same bytes on every runtime and in every version", async () => expect(await digests()).toEqual(expected));

  it.each(Object.entries(corpus))("%s comes back the same", async (_, make) => {
    expect(same(make(), corpusSerializer.decode(await corpusSerializer.encode(make())))).toBe(true);
  });
});

/** What a run does with very many partitions. On one runtime: it takes seconds. */
import { asset, input, Repository, staticPartitions } from "edgewater";
import { expect, it } from "vitest";
import { breadth } from "../support/breadth.ts";

it("skips a batch of 130,000 partitions behind a failure, and records one that fails", { tags: [breadth] }, async () => {
  const keys = Array.from({ length: 130_000 }, (_, index) => `p${index}`);
  const partitions = { definition: staticPartitions(keys), batch: true } as const;
  const bad = asset({ name: "bad" }, (): number => {
    throw new Error("no");
  });
  const skipped = asset({ name: "skipped", partitions, inputs: { bad: input(bad) } }, () => new Map<string, number>());
  const failing = asset({ name: "failing", partitions }, () => new Map<string, number>());
  await using repository = await Repository.open({ assets: [bad, skipped, failing] });
  const range = { from: "p0", to: "p129999" };
  const result = await repository.materialize({ partitionRange: range, raiseOnError: false });
  expect(result.skippedAssets).toEqual(["skipped"]);
  expect(result.failedAssets).toHaveLength(130_001);
  expect(String(result.failedAssets[1]?.error).length).toBeLessThan(1000);
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleChild } from "../kills/processes.ts";
import { killBackfill } from "./campaign.ts";

let program: Awaited<ReturnType<typeof bundleChild>>;
beforeAll(async () => {
  program = await bundleChild(import.meta.dirname);
});
afterAll(() => program[Symbol.asyncDispose]());

// test/campaigns/backfill/main.ts kills a backfill of 10,000 partitions ten times.
describe("a backfill whose process is killed", () => {
  it("makes each of 200 partitions once, although it is killed three times", async () => {
    const outcome = await killBackfill(program.file, { partitions: 200, kills: 3, drivers: 1, partitionsPerRun: 20 });
    expect(outcome).toMatchObject({ kills: 3, problems: [] });
  });
});

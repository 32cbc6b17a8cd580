import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { bundleChild } from "../kills/processes.ts";
import { killBackfill } from "./campaign.ts";

let program: Awaited<ReturnType<typeof bundleChild>>;
beforeAll(async () => {
  program = await bundleChild(import.meta.dirname);
});
afterAll(() => program[Symbol.asyncDispose]());

// test/campaigns/backfill/main.ts kills a backfill of 10,000 partitions ten times.
describe("a backfill whose process is killed", () => {
  it("makes each of its partitions once, although it is killed again and again", async () => {
    const kills = rounds(1, 3);
    const outcome = await killBackfill(program.file, { partitions: rounds(80, 200), kills, drivers: 1, partitionsPerRun: 20 });
    expect(outcome).toMatchObject({ kills, problems: [] });
  });
});

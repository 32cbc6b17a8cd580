import { Repository } from "edgewater";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { failCalls } from "./faults.ts";
import { judge } from "./judge.ts";
import { openPlace } from "./place.ts";
import { bundleChild, Child, killProcesses, newFolder, type Outcome } from "./processes.ts";

let program: Awaited<ReturnType<typeof bundleChild>>;
beforeAll(async () => {
  program = await bundleChild();
});
afterAll(() => program[Symbol.asyncDispose]());

// test/campaigns/kills/main.ts kills 1,000 times, also over services and in a browser.
describe("processes that make the same graph", () => {
  it("leave what undisturbed runs leave when they are killed and frozen at random moments", async () => {
    const outcome: Outcome = { kills: 0, ends: {}, problems: [] };
    await using folder = await newFolder();
    const kills = rounds(6, 20);
    await killProcesses(program.file, folder.place, kills, Math.random, outcome);
    expect(outcome).toMatchObject({ kills, problems: [] });
  });

  it("resume a killed run at once, and make each of its outputs once", async () => {
    await using folder = await newFolder();
    const { place } = folder;
    const acknowledged = new Set<number>();
    const killed = new Child(program.file, { place, trap: { at: 30, when: "before" }, freezes: false, force: false }, acknowledged);
    await killed.ended();
    const resume = { place, freezes: false, killedRun: killed.runId, force: false };
    const both = [new Child(program.file, resume, acknowledged), new Child(program.file, resume, acknowledged)];
    for (const each of both) {
      await each.until(({ told }) => told === "end");
      each.kill();
      await each.ended();
    }
    const codes = both.map(({ told }) => told.find((each) => each.told === "end")?.code ?? "none");
    expect(codes).toContain("Success");
    for (const code of codes) expect(["Success", "InProgress", "PreconditionFailed"]).toContain(code);
    const { storage, store } = await openPlace(place);
    expect(await judge({ storage, store, acknowledged })).toEqual([]);
    await storage.close();
  });

  it("stop with TakenOver when their run is canceled from another process", async () => {
    await using folder = await newFolder();
    const { storage, store } = await openPlace(folder.place);
    const child = new Child(program.file, { place: folder.place, freezes: false, force: false }, new Set());
    await using repository = await Repository.open({ assets: [], storage });
    let canceled: string | undefined;
    while (canceled === undefined) {
      const known = child.runId;
      await child.until((each) => each.told === "run" && each.runId !== known);
      const runId = child.runId ?? "";
      // A run that has just ended cannot be canceled.
      canceled = await repository.cancel(runId).then(
        () => runId,
        () => undefined,
      );
    }
    await child.until((each) => each.told === "end" && each.code === "TakenOver");
    child.kill();
    await child.ended();
    expect(await storage.getRun(canceled)).toMatchObject({ status: "Canceled" });
    expect(await judge({ storage, store, acknowledged: new Set() })).toEqual([]);
    await storage.close();
  });
});

describe("repositories that make the same graph while calls fail and lose their answers", () => {
  it.each(["etags and metadata", "metadata", "nothing"] as const)(
    "leave what undisturbed runs leave in a store that keeps %s",
    async (keeps) => {
      const outcome: Outcome = { kills: 0, ends: {}, problems: [] };
      for (let round = 0; round < rounds(3, 20); round++) await failCalls(keeps, Math.random, outcome);
      expect(outcome.problems).toEqual([]);
    },
  );
});

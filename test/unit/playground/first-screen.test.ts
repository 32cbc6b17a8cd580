import {
  asset,
  dailyPartitions,
  externalAsset,
  InMemoryIOHandler,
  MemoryStore,
  Observation,
  Repository,
  Storage,
  SuperJsonIOHandler,
} from "edgewater";
import { inspect } from "edgewater/inspector";
import { describe, expect, it } from "vitest";
import { openFirstScreen } from "../../../playground/first-screen.ts";
import { Once } from "../../../playground/once.ts";
import type { Inspection, Snapshot } from "../../../src/inspector/inspection.ts";

const title = { name: "Earthquakes", where: "here" };
const feed = externalAsset({ name: "feed", ioHandler: new InMemoryIOHandler() }, async () => Observation({ dataVersion: "1" }));
const days = asset({ name: "days", partitions: dailyPartitions({ start: "2018-01-01", end: "2018-01-04" }) }, () => 1);
const total = asset({ name: "total", inputs: {} }, () => 2);
const definitions = [feed, days, total];

async function opened(): Promise<{ repository: Repository; inspection: Inspection; storage: Storage }> {
  const storage = Storage.memory();
  const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore(), history: { head: false } });
  const repository = await Repository.open({ assets: definitions, storage, ioHandler });
  return { repository, inspection: inspect(repository, title), storage };
}

const shown = ({ now: _, ...snapshot }: Snapshot) => snapshot;

describe("openFirstScreen", () => {
  it("tells what the inspection of the repository tells, before anything was made and after", async () => {
    const { repository, inspection, storage } = await opened();
    const first = await openFirstScreen(definitions, storage, title, async () => inspection);
    expect(shown(await first.snapshot())).toEqual(shown(await inspection.snapshot()));
    await repository.materialize({ selection: [total] });
    const snapshot = shown(await first.snapshot());
    expect(snapshot.nodes.map(({ status }) => status)).toEqual(["Missing", "Missing", "UpToDate"]);
    expect(snapshot).toEqual(shown(await inspection.snapshot()));
  });

  it("opens the repository for the first call that needs it, and not before", async () => {
    const { inspection, storage } = await opened();
    let count = 0;
    const repository = new Once(async () => {
      count += 1;
      return inspection;
    });
    const first = await openFirstScreen(definitions, storage, title, () => repository.get());
    await first.snapshot();
    expect(count).toBe(0);
    const [plan] = await Promise.all([first.plan({ type: "materialize", selection: ["total"] }), first.asset("total")]);
    expect(plan.total).toBe(1);
    expect(count).toBe(1);
  });
});

describe("Once", () => {
  it("does its work once, and again after a failure", async () => {
    const answers = [new Error("no answer"), 1, 2];
    const work = new Once(async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    });
    expect(work.begun).toBe(undefined);
    await expect(work.get()).rejects.toThrow("no answer");
    expect(work.begun).toBe(undefined);
    expect(await Promise.all([work.get(), work.get()])).toEqual([1, 1]);
    expect(await work.begun).toBe(1);
  });
});

/** What a repository offers, over steps that are made by another repository. */
import { type Asset, asset, dailyPartitions, input, Repository, SuperJsonIOHandler } from "edgewater";
import { expect, it } from "vitest";
import { remote, type Transport } from "../../../src/executors/remote.ts";
import { reachedStorage, reachedStore } from "../../support/reached.ts";

const partitions = dailyPartitions({ start: "2024-01-01", end: "2024-01-11" });

/** A repository whose steps are sent as JSON to another one with the same assets. */
async function world(assets: readonly Asset[], history = false) {
  const storage = reachedStorage();
  const sent: string[] = [];
  const open = { assets, storage, ioHandler: new SuperJsonIOHandler({ store: reachedStore(), history }) };
  const worker = await Repository.open(open);
  const send: Transport = async (request) => {
    sent.push(request.step);
    return worker.runStep(JSON.parse(JSON.stringify(request)));
  };
  const executor = remote("elsewhere", send, { reach: "machine", maxConcurrency: 2 });
  const repository = await Repository.open({ ...open, executor });
  return { repository, sent };
}

it("what has not changed is skipped before it is sent, unless the run says otherwise", async () => {
  let calls = 0;
  const top = asset({ name: "top", codeVersion: "1", skipUnchanged: true }, () => ++calls);
  const below = asset({ name: "below", codeVersion: "1", skipUnchanged: true, inputs: { top } }, ({ top }) => top + 1);
  const { repository, sent } = await world([top, below]);
  expect(await repository.materialize()).toMatchObject({ success: true });
  const again = await repository.materialize();
  expect(again).toMatchObject({ success: true, materializedAssets: ["top", "below"] });
  expect(again.decisions).toMatchObject([
    { step: "top", isSkipped: true },
    { step: "below", isSkipped: true },
  ]);
  expect([calls, sent.length]).toEqual([1, 2]);
  const forced = await repository.materialize({ skipUnchanged: false });
  expect(forced).toMatchObject({ success: true });
  expect([calls, sent.length, await repository.load(below)]).toEqual([2, 4, 3]);
  await repository.close();
});

it("a backfill is made in workers, each partition once", async () => {
  const calls = new Map<string, number>();
  const daily = asset({ name: "daily", partitions }, (_, { partition }) => {
    const key = String(partition?.key);
    calls.set(key, (calls.get(key) ?? 0) + 1);
    return key;
  });
  const copy = asset({ name: "copy", partitions, inputs: { daily: input(daily) } }, ({ daily }) => daily);
  const { repository, sent } = await world([daily, copy]);
  const result = await repository.backfill({ partitionKeys: "all", partitionsPerRun: 3 });
  expect(result).toMatchObject({ success: true, counts: { total: 20, made: 20 } });
  expect([...calls.values()]).toEqual(Array.from({ length: 10 }, () => 1));
  expect(sent).toHaveLength(20);
  await repository.close();
});

it("versions that workers write are kept, loaded and brought back", async () => {
  let value = 0;
  const counter = asset({ name: "counter" }, () => ++value);
  const { repository } = await world([counter], true);
  const [first] = (await repository.materialize()).events;
  await repository.materialize();
  expect([await repository.load(counter), await repository.load(counter, { at: first?.dataVersion ?? "" })]).toEqual([2, 1]);
  await repository.rollback(counter, { to: first?.runId ?? "" });
  expect(await repository.load(counter)).toBe(1);
  await repository.close();
});

it("a worker whose onProgress throws or rejects makes its step all the same", async () => {
  const one = asset({ name: "one" }, () => 1);
  const open = { assets: [one], storage: reachedStorage(), ioHandler: new SuperJsonIOHandler({ store: reachedStore() }) };
  await using worker = await Repository.open(open);
  for (const onProgress of [() => Promise.reject(new Error("no")), () => JSON.parse("{")]) {
    const executor = remote("elsewhere", (request) => worker.runStep(request, { onProgress }), { reach: "machine", maxConcurrency: 1 });
    await using repository = await Repository.open({ ...open, executor });
    expect(await repository.materialize()).toMatchObject({ success: true });
  }
});

/** Steps over a transport: how many are under way, what an abort does to those that wait, and what one costs. */
import { type Asset, asset, Repository, Storage, type StoredEvent, SuperJsonIOHandler } from "edgewater";
import { expect, it } from "vitest";
import { remote, type Transport } from "../../../src/executors/remote.ts";
import { reachedStorage, reachedStore } from "../../support/reached.ts";

/** Two repositories over one place: one sends the steps that the other makes. */
async function world(assets: readonly Asset[], transport: (make: Transport) => Transport = (make) => make, size = 1) {
  const memory = Storage.memory();
  const open = { assets, storage: reachedStorage(memory), ioHandler: new SuperJsonIOHandler({ store: reachedStore() }) };
  const worker = await Repository.open(open);
  const executor = remote(
    "elsewhere",
    transport((request) => worker.runStep(request)),
    { reach: "machine", maxConcurrency: size },
  );
  return { memory, worker, executor, repository: await Repository.open({ ...open, executor }) };
}

const four = Array.from({ length: 4 }, (_, index) => asset({ name: `a${index}` }, () => index));

it("sends the next step while the outcome of the one before is read, and no more than may be under way", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let underWay = 0;
  const most: number[] = [];
  const { memory, repository } = await world(four, (make) => async (...given) => {
    most.push(++underWay);
    if (most.length === 2) resolve();
    const outcome = await make(...given);
    underWay--;
    return outcome;
  });
  const { getEventsForAsset } = memory;
  // The outcome of the first step cannot be read before the second one was sent.
  Object.assign(memory, {
    getEventsForAsset: async (...given: Parameters<typeof getEventsForAsset>): Promise<readonly StoredEvent[]> => {
      await promise;
      return getEventsForAsset.apply(memory, given);
    },
  });
  expect(await repository.materialize()).toMatchObject({ success: true });
  expect(most).toEqual([1, 1, 1, 1]);
  await repository.close();
});

it("keeps to its limit also for assets that have it as their own executor", async () => {
  let [underWay, most] = [0, 0];
  const { worker, executor, memory } = await world(four, (make) => async (...given) => {
    most = Math.max(most, ++underWay);
    const outcome = await make(...given);
    underWay--;
    return outcome;
  });
  const own = four.map(({ name }) => asset({ name, executor }, () => 1));
  const ioHandler = new SuperJsonIOHandler({ store: reachedStore() });
  await using repository = await Repository.open({ assets: own, storage: reachedStorage(memory), ioHandler });
  expect(await repository.materialize()).toMatchObject({ success: true });
  expect(most).toBe(1);
  await worker.close();
});

it("skips what waits for its turn when the run is aborted", async () => {
  const controller = new AbortController();
  const { repository, memory } = await world(four, (make) => async (request, options) => {
    controller.abort();
    return make(request, options);
  });
  const result = await repository.materialize({ signal: controller.signal, raiseOnError: false });
  expect(result.skippedAssets).toEqual(["a1", "a2", "a3"]);
  const types = (await memory.getEventsForRun(result.runId, { types: "all" })).map(({ eventType, assetKey }) => `${eventType} ${assetKey}`);
  expect(types.filter((each) => /a[123]$/.test(each))).toEqual(["StepSkipped a1", "StepSkipped a2", "StepSkipped a3"]);
  await repository.close();
});

it("costs three reads beyond those of a step here: the claim, the latest records and the outcome", async () => {
  const [one] = four as [Asset];
  const { memory, repository } = await world([one]);
  await repository.materialize();
  const calls: string[] = [];
  for (const name of ["commit", "getLatestRecords", "getEventsForAsset", "getEventsForRun", "kvGet", "getLeases", "getRun"] as const) {
    const call = memory[name] as (...given: unknown[]) => unknown;
    Object.assign(memory, {
      [name]: (...given: unknown[]) => {
        calls.push(name);
        return call.apply(memory, given);
      },
    });
  }
  await repository.materialize();
  // Run: begin, latest records, end. Step: claim with start, announcement, output with success.
  expect(calls.toSorted()).toEqual([
    ...Array.from({ length: 2 + 3 }, () => "commit"),
    "getEventsForAsset",
    ...Array.from({ length: 1 + 1 }, () => "getLatestRecords"),
    "getLeases",
  ]);
  await repository.close();
});

it("stops a step that is taken back, records nothing for it, and makes it with a later delivery", async () => {
  const called = Promise.withResolvers<void>();
  let calls = 0;
  const slow = asset({ name: "slow" }, async (_, { signal }) => {
    if (++calls > 1) return calls;
    called.resolve();
    return new Promise<number>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  const { worker, repository, memory } = await world([slow], () => async (request) => {
    const controller = new AbortController();
    const first = worker.runStep(request, { abandon: controller.signal });
    await called.promise;
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: "TakenOver", message: expect.stringMatching(/has taken it back$/) });
    const refused = worker.runStep({ ...request, attempt: 2 }, { abandon: AbortSignal.abort() });
    await expect(refused).rejects.toMatchObject({ code: "TakenOver" });
    return worker.runStep({ ...request, attempt: 2 });
  });
  const { success, runId } = await repository.materialize();
  expect([success, await repository.load(slow)]).toEqual([true, 2]);
  const events = await memory.getEventsForRun(runId, { types: "all" });
  expect(events.map(({ eventType }) => eventType).filter((type) => type === "StepFailure")).toEqual([]);
  await repository.close();
});

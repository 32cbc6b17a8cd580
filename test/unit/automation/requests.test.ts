import {
  asset,
  type Batch,
  condition,
  dynamicPartitions,
  InMemoryIOHandler,
  MemoryStore,
  multiAsset,
  Repository,
  Storage,
  SuperJsonIOHandler,
  staticPartitions,
} from "edgewater";
import { describe, expect, it } from "vitest";
import { hooked, killedAt, records } from "../repository/hooked-storage.ts";

const minute = 60_000;
const at = (minutes: number): Date => new Date(Date.UTC(2030, 0, 1) + minutes * minute);
const requestsOf = async (repository: Repository, minutes = 0) => (await repository.evaluate({ now: at(minutes) })).requests;
const code = (code: string): unknown => expect.objectContaining({ code });

/** Two repositories with an eager asset made from another one. */
async function pair(storage: Storage = Storage.memory(), other: Storage = storage) {
  const ioHandler = new InMemoryIOHandler();
  const made: string[] = [];
  const open = async (name: string, storage: Storage) => {
    const a = asset({ name: "a" }, () => made.length);
    const b = asset({ name: "b", inputs: { a }, automationCondition: condition.eager() }, () => made.push(name));
    return Repository.open({ assets: [a, b], storage, ioHandler });
  };
  const [first, second] = [await open("first", storage), await open("second", other)];
  await first.materialize({ selection: ["a"] });
  return { first, second, made };
}

describe("a request", () => {
  it("is returned once, and its run is made once", async () => {
    const { first, second, made } = await pair();
    const [request] = await requestsOf(first);
    expect(await requestsOf(second)).toEqual([]);
    const { events } = await second.materialize(request);
    expect(await first.materialize(request)).toMatchObject({ runId: request?.runId, success: true, events });
    expect(made).toEqual(["second"]);
    expect(await requestsOf(first, 60)).toEqual([]);
  });

  it("is returned again with the same id when nobody has begun it in time", async () => {
    const { first, second, made } = await pair();
    const requests = await requestsOf(first);
    expect(await requestsOf(second, 1.9)).toEqual([]);
    expect(await requestsOf(second, 2)).toEqual(requests);
    expect(await requestsOf(second, 2.1)).toEqual([]);
    // The first one was only slow.
    const [request] = requests;
    const { events } = await first.materialize(request);
    expect(await second.materialize(request)).toMatchObject({ runId: request?.runId, success: true, events });
    expect(await requestsOf(second, 60)).toEqual([]);
    expect(made).toEqual(["first"]);
  });

  it("has the time that the caller gives", async () => {
    const { first, second } = await pair();
    const { requests } = await first.evaluate({ now: at(0), startWithinMs: 10 * minute });
    expect(await requestsOf(second, 9)).toEqual([]);
    expect(await requestsOf(second, 10)).toEqual(requests);
  });

  it("is returned again with the same id when there is something new", async () => {
    const { first } = await pair();
    const requests = await requestsOf(first);
    await first.materialize({ selection: ["a"] });
    expect(await requestsOf(first)).toEqual(requests);
    expect(await requestsOf(first)).toEqual([]);
  });

  it("is over when its asset was made in another run", async () => {
    const { first } = await pair();
    await requestsOf(first);
    await first.materialize({ selection: ["b"] });
    expect(await requestsOf(first, 60)).toEqual([]);
  });

  it("is asked for again when its run was made from an input that has changed meanwhile", async () => {
    const { first } = await pair();
    const [request] = await requestsOf(first);
    const storage = hooked(first.storage, async (batch, commit) => {
      if (records(batch, "b") && (await first.storage.getEventsForAsset("a")).length === 1) await first.materialize({ selection: ["a"] });
      return commit(batch);
    });
    const a = asset({ name: "a" }, () => 1);
    const b = asset({ name: "b", inputs: { a }, automationCondition: condition.eager() }, () => 1);
    const slow = await Repository.open({ assets: [a, b], storage, ioHandler: first.ioHandlerForOutput("a") });
    await slow.materialize(request);
    const [again, ...others] = await requestsOf(first);
    expect(again).toMatchObject({ selection: ["b"] });
    expect(again?.runId).not.toBe(request?.runId);
    expect(others).toEqual([]);
    await first.materialize(again);
    expect(await requestsOf(first, 60)).toEqual([]);
  });

  it("whose process has ended is to be resumed, and what it has written is recorded and not made again", async () => {
    const storage = Storage.memory();
    const { first, second, made } = await pair(
      storage,
      killedAt(storage, (batch: Batch) => records(batch, "b")),
    );
    const [request] = await requestsOf(first);
    const killed = await second.materialize({ ...request, leaseMs: 1, raiseOnError: false }).catch((error: unknown) => error);
    expect(killed).toMatchObject({ message: "killed" });
    await expect.poll(async () => (await storage.getRun(request?.runId as string))?.status).toBe("Interrupted");
    const [resumed] = await requestsOf(first, 2);
    expect(resumed).toEqual({ selection: ["b"], resume: request?.runId });
    expect(await requestsOf(first, 3)).toEqual([]);
    expect(await first.materialize(resumed)).toMatchObject({ success: true, runId: request?.runId });
    expect(made).toEqual(["second"]);
    expect(await requestsOf(first, 60)).toEqual([]);
  });

  it("of an asset that another repository has left out is to be resumed, and what was written is not made again", async () => {
    const storage = Storage.memory();
    const ioHandler = new InMemoryIOHandler();
    const eager = { automationCondition: condition.eager() };
    const died = Promise.withResolvers<true>();
    const made: string[] = [];
    const a = asset({ name: "a", ...eager }, () => died.promise);
    const b = asset({ name: "b", ...eager }, () => made.push("b"));
    await using first = await Repository.open({ assets: [a, b], storage, ioHandler });
    await using second = await Repository.open({ assets: [a], storage, ioHandler });
    const dying = killedAt(storage, (batch) => {
      if (records(batch, "b")) died.resolve(true);
      return records(batch, "b");
    });
    const killed = await Repository.open({ assets: [a, b], storage: dying, ioHandler });
    const [request] = await requestsOf(first);
    expect(request?.selection).toEqual(["a", "b"]);
    await killed.materialize({ ...request, leaseMs: 1, raiseOnError: false }).catch(() => undefined);
    await expect.poll(async () => (await storage.getRun(request?.runId as string))?.status).toBe("Interrupted");
    const [resumed] = await requestsOf(second, 2);
    expect(resumed).toEqual({ selection: ["a"], resume: request?.runId });
    await second.materialize(resumed);
    const [rest, ...others] = await requestsOf(first, 2);
    expect([rest, others]).toEqual([{ selection: ["b"], resume: request?.runId }, []]);
    await first.materialize(rest);
    expect(made).toEqual(["b"]);
    expect(await requestsOf(first, 60)).toEqual([]);
  });

  it("of an asset is not returned again while another repository has got that of its input in the same run", async () => {
    const storage = Storage.memory();
    const ioHandler = new InMemoryIOHandler();
    const eager = { automationCondition: condition.eager() };
    const source = asset({ name: "source" }, () => 1);
    const a = asset({ name: "a", inputs: { source }, ...eager }, () => 1);
    const b = asset({ name: "b", inputs: { a }, ...eager }, () => 1);
    await using first = await Repository.open({ assets: [source, a, b], storage, ioHandler });
    await using second = await Repository.open({ assets: [source, a], storage, ioHandler });
    await first.materialize();
    await requestsOf(first);
    await first.materialize({ selection: [source] });
    const [request] = await requestsOf(first);
    expect(request).toMatchObject({ selection: ["a", "b"] });
    expect(await requestsOf(second, 2)).toEqual([{ selection: ["a"], runId: request?.runId }]);
    // Alone it would be made from the old version of its input.
    expect(await requestsOf(first, 2)).toEqual([]);
    expect(await requestsOf(first, 4)).toEqual([request]);
    await first.materialize(request);
    expect(await requestsOf(first, 60)).toEqual([]);
  });

  it("whose run was aborted is to be resumed, and one whose run was canceled elsewhere is over", async () => {
    const storage = Storage.memory();
    let gate = Promise.withResolvers<void>();
    const a = asset({ name: "a", automationCondition: condition.eager() }, () => gate.promise);
    await using repository = await Repository.open({ assets: [a], storage });
    const [request] = await requestsOf(repository);
    const runId = request?.runId as string;
    const isStarted = () => expect.poll(async () => (await storage.getRun(runId))?.status).toBe("Started");
    const aborting = new AbortController();
    const running = repository.materialize({ ...request, signal: aborting.signal, raiseOnError: false });
    await isStarted();
    aborting.abort();
    gate.resolve();
    await running;
    const [again] = await requestsOf(repository);
    expect(again).toEqual({ selection: ["a"], resume: runId });
    // Once: a process that has got it may only be slow.
    expect(await requestsOf(repository, 1.9)).toEqual([]);
    expect(await requestsOf(repository, 2)).toEqual([again]);
    gate = Promise.withResolvers();
    const resumed = repository.materialize(again);
    await isStarted();
    await repository.cancel(runId);
    gate.resolve();
    await expect(resumed).rejects.toThrow(code("TakenOver"));
    expect(await requestsOf(repository, 60)).toEqual([]);
  });

  it("whose run was aborted when its value was written is to be resumed, and the value is recorded and not made again", async () => {
    const storage = Storage.memory();
    const aborting = new AbortController();
    const { first, second, made } = await pair(
      storage,
      hooked(storage, async (batch, commit) => {
        if (!aborting.signal.aborted && records(batch, "b")) aborting.abort();
        if (records(batch, "b")) throw new Error("no connection");
        return commit(batch);
      }),
    );
    const [request] = await requestsOf(first);
    await second.materialize({ ...request, signal: aborting.signal, raiseOnError: false });
    expect((await storage.getRun(request?.runId as string))?.status).toBe("Canceled");
    const [again] = await requestsOf(first);
    expect(again).toEqual({ selection: ["b"], resume: request?.runId });
    await first.materialize(again);
    expect(made).toEqual(["second"]);
    expect(await requestsOf(first, 60)).toEqual([]);
  });

  it("whose run was aborted while it was resumed is to be resumed again", async () => {
    const storage = Storage.memory();
    const { first, second, made } = await pair(
      storage,
      killedAt(storage, (batch) => records(batch, "b")),
    );
    const [request] = await requestsOf(first);
    const runId = request?.runId as string;
    await second.materialize({ ...request, leaseMs: 1, raiseOnError: false }).catch(() => undefined);
    await expect.poll(async () => (await storage.getRun(runId))?.status).toBe("Interrupted");
    const [resumed] = await requestsOf(first, 2);
    const aborting = new AbortController();
    const watched = hooked(storage, async (batch, commit) => {
      const stored = await commit(batch);
      if (batch.events?.some(({ eventType }) => eventType === "RunStart")) aborting.abort();
      return stored;
    });
    const a = asset({ name: "a" }, () => 1);
    const b = asset({ name: "b", inputs: { a }, automationCondition: condition.eager() }, () => made.push("third"));
    const third = await Repository.open({ assets: [a, b], storage: watched, ioHandler: new InMemoryIOHandler() });
    await expect(third.materialize({ ...resumed, signal: aborting.signal })).rejects.toThrow(code("Aborted"));
    await expect.poll(async () => (await storage.getRun(runId))?.status).toBe("Canceled");
    expect(await requestsOf(first, 3)).toEqual([resumed]);
    await first.materialize(resumed);
    expect(made).toEqual(["second"]);
    expect(await requestsOf(first, 60)).toEqual([]);
  });

  it("of an asset that was skipped behind a failure is asked for again alone", async () => {
    let isRaining = true;
    const u = asset({ name: "u" }, () => 1);
    const v = asset({ name: "v" }, () => 1);
    const eager = { automationCondition: condition.eager() };
    const a = asset({ name: "a", inputs: { u }, ...eager }, () => {
      if (isRaining) throw new Error("it rains");
      return 1;
    });
    const b = asset({ name: "b", inputs: { a, v }, ...eager }, () => 1);
    await using repository = await Repository.open({ assets: [u, v, a, b] });
    isRaining = false;
    await repository.materialize();
    await requestsOf(repository);
    isRaining = true;
    await repository.materialize({ selection: [u, v] });
    const [both] = await requestsOf(repository);
    expect(both).toMatchObject({ selection: ["a", "b"] });
    await repository.materialize({ ...both, raiseOnError: false });
    const [alone, ...others] = await requestsOf(repository);
    expect([alone, others]).toMatchObject([{ selection: ["b"] }, []]);
    await repository.materialize(alone);
    expect(await requestsOf(repository, 60)).toEqual([]);
  });

  it("of a multi-asset that has nothing to do is over", async () => {
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const a = asset({ name: "a" }, () => 1);
    const automationCondition = condition.eager();
    const options = { name: "b", skipUnchanged: true, inputs: { a }, outputs: { x: { codeVersion: "1", automationCondition } } };
    const b = multiAsset(options, ({ a }) => ({ x: a }));
    await using repository = await Repository.open({ assets: [a, b], ioHandler });
    await repository.materialize();
    await requestsOf(repository);
    await repository.materialize({ selection: [a] });
    const [request, ...others] = await requestsOf(repository);
    expect([request?.selection, others]).toEqual([["x"], []]);
    expect(await repository.materialize(request)).toMatchObject({ success: true, events: [] });
    expect(await requestsOf(repository, 60)).toEqual([]);
  });

  it("has all partitions of which the same assets are requested", async () => {
    const partitions = staticPartitions(["eu", "us"]);
    const eager = { automationCondition: condition.eager() };
    const x = asset({ name: "x", partitions, ...eager }, () => 1);
    const y = asset({ name: "y", partitions, inputs: { x }, ...eager }, () => 1);
    await using repository = await Repository.open({ assets: [x, y] });
    await repository.materialize({ selection: [x], partitionKey: "eu" });
    const requests = await requestsOf(repository);
    expect(requests).toMatchObject([
      { selection: ["x", "y"], partitionKeys: ["us"] },
      { selection: ["y"], partitionKeys: ["eu"] },
    ]);
    for (const request of requests) await repository.materialize(request);
    expect(await requestsOf(repository, 60)).toEqual([]);
  });

  it("of a partition that is deleted holds the others not back", async () => {
    const a = asset({ name: "a", partitions: dynamicPartitions("customers"), automationCondition: condition.missing() }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    await repository.storage.addDynamicPartitions("customers", ["ada", "bob"]);
    const [request] = await requestsOf(repository);
    expect(request?.partitionKeys).toEqual(["ada", "bob"]);
    await requestsOf(repository);
    await repository.storage.deleteDynamicPartition("customers", "ada");
    expect(await requestsOf(repository, 2)).toEqual([{ ...request, partitionKeys: ["bob"] }]);
    await repository.storage.deleteDynamicPartition("customers", "bob");
    expect(await requestsOf(repository, 10)).toEqual([]);
  });

  it("cannot be begun with an id together with a run to resume", async () => {
    const { first } = await pair();
    await expect(first.materialize({ runId: "x", resume: "y" })).rejects.toThrow(code("SettingsError"));
  });
});

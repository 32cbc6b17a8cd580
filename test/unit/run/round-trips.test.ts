/** How many calls of the Storage and the store a run makes: a cost of the protocol that no measurement of time shows. */
import { asset, type Batch, MemoryStore, multiAsset, Output, Repository, Storage, SuperJsonIOHandler, staticPartitions } from "edgewater";
import { describe, expect, it } from "vitest";

const reads = [
  "getLatestRecords",
  "getLatestMaterialization",
  "getEventsForAsset",
  "getEventsForRun",
  "kvGet",
  "kvList",
  "getLeases",
  "getRun",
] as const;

/** A Storage and a store that note every call. */
function counted() {
  const calls: string[] = [];
  const commits: Batch[] = [];
  const storage = Storage.memory();
  const commit = storage.commit.bind(storage);
  Object.assign(storage, {
    commit: (batch: Batch) => {
      calls.push("commit");
      commits.push(batch);
      return commit(batch);
    },
  });
  for (const name of reads) {
    const call = (storage[name] as (...args: unknown[]) => unknown).bind(storage);
    Object.assign(storage, {
      [name]: (...args: unknown[]) => {
        calls.push("read");
        return call(...args);
      },
    });
  }
  const store = new MemoryStore();
  for (const verb of ["put", "get", "head"] as const) {
    const call = (store[verb] as (...args: unknown[]) => unknown).bind(store);
    Object.assign(store, {
      [verb]: (...args: unknown[]) => {
        calls.push(verb);
        return call(...args);
      },
    });
  }
  const take = (): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const call of calls.splice(0)) counts[call] = (counts[call] ?? 0) + 1;
    commits.length = 0;
    return counts;
  };
  return { storage, store, ioHandler: new SuperJsonIOHandler({ store }), take };
}

const one = asset({ name: "one" }, () => 1);
const two = asset({ name: "two", inputs: { one } }, ({ one }) => one + 1);

describe("a run", () => {
  it("makes two commits and one read, and for each step with one output three commits and one put", async () => {
    const { storage, ioHandler, take } = counted();
    await using repository = await Repository.open({ assets: [one, two], storage, ioHandler });
    await repository.materialize();
    take();
    await repository.materialize();
    // Each step: start, announcement, output with success. The input of the second step: one read and one get.
    expect(take()).toEqual({ commit: 2 + 2 * 3, read: 1 + 1, put: 2, get: 1 });
  });

  it("looks once at the store of an output that was never made", async () => {
    const { storage, ioHandler, take } = counted();
    await using repository = await Repository.open({ assets: [one], storage, ioHandler });
    await repository.materialize();
    expect(take()).toEqual({ commit: 2 + 3, read: 1, head: 1, put: 1 });
  });

  it("records outputs that are returned together in groups of 50 with two commits each", async () => {
    const { storage, ioHandler, take } = counted();
    const keys = Array.from({ length: 120 }, (_, index) => `p${index}`);
    const partitions = { definition: staticPartitions(keys), batch: true } as const;
    const batch = asset({ name: "batch", partitions }, (_, { partition }) => new Map(partition?.keys.map((key) => [String(key), 1])));
    await using repository = await Repository.open({ assets: [batch], storage, ioHandler });
    await repository.materialize({ partitionKeys: keys });
    take();
    await repository.materialize({ partitionKeys: keys });
    // One start, and three groups with an announcement and a record; the last record has the success of the step.
    expect(take()).toEqual({ commit: 2 + 1 + 3 * 2, read: 1, put: 120 });
  });

  it("records each yielded output by itself", async () => {
    const { storage, ioHandler, take } = counted();
    const yielding = multiAsset({ name: "yielding", outputs: { a: {}, b: {}, c: {} } }, async function* () {
      for (const name of ["a", "b", "c"] as const) yield Output(1, { name });
    });
    await using repository = await Repository.open({ assets: [yielding], storage, ioHandler });
    await repository.materialize();
    take();
    await repository.materialize();
    // One start, an announcement and a record for each output, and the success of the step.
    expect(take()).toEqual({ commit: 2 + 1 + 2 * 3 + 1, read: 1, put: 3 });
  });
});

it("a step with history makes the same commits, and one get and one put more for HEAD; equal bytes are not put again", async () => {
  const { storage, store, take } = counted();
  let made = 0;
  const changing = asset({ name: "changing" }, () => made);
  const ioHandler = new SuperJsonIOHandler({ store, history: true });
  await using repository = await Repository.open({ assets: [changing], storage, ioHandler });
  await repository.materialize();
  take();
  made++;
  await repository.materialize();
  expect(take()).toEqual({ commit: 2 + 3, read: 1, put: 2, get: 1 });
  // No announcement; a look at the object that is recorded again.
  await repository.materialize();
  expect(take()).toEqual({ commit: 2 + 2, read: 1, head: 1, put: 1, get: 1 });
  await repository.load(changing);
  expect(take()).toEqual({ read: 1, get: 1 });
});

it("a load is one read and one get", async () => {
  const { storage, ioHandler, take } = counted();
  await using repository = await Repository.open({ assets: [one], storage, ioHandler });
  await repository.materialize();
  take();
  expect(await repository.load(one)).toBe(1);
  expect(take()).toEqual({ read: 1, get: 1 });
});

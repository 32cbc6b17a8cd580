import { asset, isEdgewaterError, MemoryStore, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { expect, it } from "vitest";
import { killedAt, records } from "./hooked-storage.ts";

it("keeps the record and the events of a run that is resumed meanwhile, whenever that happens", async () => {
  let isBroken = true;
  const one = asset({ name: "one" }, () => 1);
  const two = asset({ name: "two", inputs: { one } }, ({ one }) => {
    if (isBroken) throw new Error("not yet");
    return one + 1;
  });
  let [resumed, deleted] = [0, 0];
  for (let ticks = 0; ticks < 60; ticks++) {
    await using repository = await Repository.open({ assets: [one, two], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    const { storage } = repository;
    isBroken = true;
    const { runId } = await repository.materialize({ raiseOnError: false });
    // Another run has the latest events, so nothing but the resumption keeps the first.
    await repository.materialize({ raiseOnError: false });
    isBroken = false;
    const pruning = storage.prune({ before: Date.now() + 1 });
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    if (ticks === 59) await pruning;
    const resuming = await repository.materialize({ resume: runId }).catch((error: unknown) => error);
    await pruning;
    const run = await storage.getRun(runId);
    if (isEdgewaterError(resuming)) {
      expect(["NotFound", "PreconditionFailed"]).toContain(resuming.code);
      expect(run).toBeUndefined();
      deleted++;
    } else {
      expect(run?.status).toBe("Success");
      const events = await storage.getEventsForRun(runId);
      expect(events.map(({ assetKey }) => assetKey)).toContain("two");
      resumed++;
    }
    expect(await storage.getLeases()).toEqual([]);
  }
  expect([resumed > 0, deleted > 0]).toEqual([true, true]);
});

it("keeps what a killed run has announced as long as it has a lease, and deletes it with the run's end", async () => {
  const one = asset({ name: "one" }, () => 1);
  await using storage = Storage.memory();
  const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
  await using broken = await Repository.open({ assets: [one], storage: killedAt(storage, (batch) => records(batch, "one")), ioHandler });
  await expect(broken.materialize({ raiseOnError: false })).rejects.toThrow("killed");
  await storage.prune({ before: Date.now() + 1 });
  expect(await storage.kvList("edgewater/intent/")).toHaveLength(1);
  const [run] = await storage.getRuns();
  await storage.setRunOutcome(run?.runId ?? "", "Canceled");
  await storage.prune({ before: Date.now() + 1 });
  expect(await storage.kvList("edgewater/intent/")).toEqual([]);
});

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
  // Both load their code with their first use. One begins so many ticks after the other.
  for (let ticks = -60; ticks < 60; ticks++) {
    await using repository = await Repository.open({ assets: [one, two], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    const { storage } = repository;
    isBroken = true;
    const { runId } = await repository.materialize({ raiseOnError: false });
    // Another run has the latest events, so nothing but the resumption keeps the first.
    await repository.materialize({ raiseOnError: false });
    isBroken = false;
    const prune = () => storage.prune({ before: Date.now() + 1 });
    const resume = () => repository.materialize({ resume: runId }).catch((error: unknown) => error);
    const first = ticks < 0 ? resume() : prune();
    for (let tick = 0; tick < Math.abs(ticks); tick++) await Promise.resolve();
    if (Math.abs(ticks) > 58) await first;
    const second = ticks < 0 ? prune() : resume();
    const [resumption] = await Promise.all(ticks < 0 ? [first, second] : [second, first]);
    const run = await storage.getRun(runId);
    if (isEdgewaterError(resumption)) {
      expect(["NotFound", "PreconditionFailed"]).toContain(resumption.code);
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

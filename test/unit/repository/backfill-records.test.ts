import { asset, condition, Repository, type Repository as RepositoryType, Storage, staticPartitions } from "edgewater";
import { describe, expect, it, vi } from "vitest";
import { killedAt } from "./hooked-storage.ts";

const keys = ["a", "b", "c", "d", "e", "f"];

/** A backfill that waits at its third partition until it is let go. */
function world() {
  const storage = Storage.memory();
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const reached = vi.fn();
  const many = asset(
    { name: "many", partitions: staticPartitions(keys), automationCondition: condition.not(condition.inProgress()) },
    async (_, { partitionKey }) => {
      if (partitionKey === "c") {
        reached();
        await gate;
      }
      return partitionKey;
    },
  );
  const open = (over: Storage = storage): Promise<RepositoryType> => Repository.open({ assets: [many], storage: over });
  const options = { partitionKeys: "all", partitionsPerRun: 2, maxConcurrency: 1 } as const;
  return { storage, many, open, options, reached, letGo };
}

describe("a backfill that is driven", () => {
  it("is seen by status and by automation, as long as it has something left to make", async () => {
    const { open, options, reached, letGo } = world();
    await using repository = await open();
    const ended = repository.backfill({ ...options, partitionKeys: keys.slice(0, 5) });
    await expect.poll(() => reached.mock.calls.length).toBeGreaterThan(0);
    const [backfill] = await repository.backfills.list();
    expect(backfill).toMatchObject({ status: "Started", total: 5 });
    const backfillOf = async (): Promise<Record<string, string | undefined>> => {
      const status = await repository.status({ partitions: true });
      return Object.fromEntries(status.map(({ partition = "", backfill }) => [partition, backfill]));
    };
    const own = backfill?.backfillId;
    expect(await backfillOf()).toEqual({ "": undefined, a: undefined, b: undefined, c: own, d: own, e: own, f: undefined });
    const evaluation = await repository.evaluate({ dryRun: true });
    expect(evaluation.requests).toMatchObject([{ selection: ["many"], partitionKeys: ["a", "b", "f"] }]);
    letGo();
    await ended;
    expect(Object.values(await backfillOf())).toEqual(Array.from({ length: 7 }, () => undefined));
    expect((await repository.evaluate({ dryRun: true })).requests).toMatchObject([{ partitionKeys: keys }]);
  });

  it("goes on when one of its runs is canceled, and says what was not made", async () => {
    const { open, options, reached, letGo } = world();
    await using repository = await open();
    const ended = repository.backfill(options);
    await expect.poll(() => reached.mock.calls.length).toBeGreaterThan(0);
    const [backfill] = await repository.backfills.list();
    const { runs } = await repository.backfills.get(backfill?.backfillId ?? "");
    await repository.cancel(runs[1]?.runId ?? "");
    letGo();
    const result = await ended;
    expect(result).toMatchObject({ status: "Failure", counts: { total: 6, made: 4, left: 0 } });
    expect(result.runs.map(({ status }) => status)).toEqual(["Success", "Canceled", "Success"]);
    expect(await repository.backfill({ resume: result.backfillId })).toMatchObject({ status: "Success", counts: { made: 6 } });
  });

  it("is not what materialize resumes", async () => {
    const { open, options, letGo } = world();
    letGo();
    await using repository = await open();
    await repository.backfill(options);
    const { runId } = await repository.materialize({ partitionKey: "a", resume: true });
    expect(runId).not.toContain(".");
    expect(await repository.storage.getRun(runId)).toMatchObject({ kind: "materialize" });
  });
});

describe("the record of a backfill", () => {
  it("moves with an export, and the backfill goes on there", async () => {
    const { storage, open, options, letGo, many } = world();
    letGo();
    let commits = 0;
    await using killed = await open(killedAt(storage, () => ++commits > 10));
    await expect(killed.backfill(options)).rejects.toThrow("killed");
    await using other = Storage.memory();
    await other.import(storage.export());
    await using repository = await Repository.open({ assets: [many], storage: other });
    const [interrupted] = await repository.backfills.list();
    expect(interrupted?.status).toBe("Interrupted");
    expect(await repository.backfill({ resume: true })).toMatchObject({ status: "Success", counts: { total: 6, made: 6 } });
    expect(await other.getEventsForAsset("many")).toHaveLength(6);
  });

  it("is kept by prune as long as it has not ended, with what its runs have made, and deleted afterwards", async () => {
    const { storage, open, options, letGo } = world();
    letGo();
    let commits = 0;
    await using killed = await open(killedAt(storage, () => ++commits > 12));
    await expect(killed.backfill(options)).rejects.toThrow("killed");
    await using repository = await open();
    const made = (await storage.getEventsForAsset("many")).length;
    expect(made).toBeGreaterThan(0);
    // The runs of the backfill have no latest event any more.
    await repository.materialize({ partitionKeys: "all" });
    await storage.prune({ before: Date.now() + 1 });
    const resumed = await repository.backfill({ resume: true });
    expect(resumed).toMatchObject({ status: "Success", counts: { made: 6 } });
    expect(await storage.getEventsForAsset("many", { limit: 100 })).toHaveLength(6 + 6);
    await repository.materialize({ partitionKeys: "all" });
    await storage.prune({ before: Date.now() + 1, dryRun: true });
    expect(await repository.backfills.list()).toHaveLength(1);
    await storage.prune({ before: Date.now() + 1 });
    expect(await repository.backfills.list()).toEqual([]);
    expect(await storage.kvList("edgewater/backfill")).toEqual([]);
  });

  it("is refused when what its runs make is incomplete", async () => {
    const { storage, open, options, letGo } = world();
    letGo();
    let commits = 0;
    await using killed = await open(killedAt(storage, () => ++commits > 3));
    await expect(killed.backfill(options)).rejects.toThrow("killed");
    const [first] = await storage.kvList("edgewater/backfill-run/");
    await storage.kvDelete(first?.key ?? "");
    await using repository = await open();
    await expect(repository.backfill({ resume: true })).rejects.toMatchObject({ code: "Integrity" });
    const [backfill] = await repository.backfills.list();
    await repository.backfills.cancel(backfill?.backfillId ?? "");
    expect(await storage.getLeases()).toEqual([]);
  });

  it("is left out when it was never begun: its process was killed before", async () => {
    const { storage, open, options, letGo } = world();
    letGo();
    let commits = 0;
    await using killed = await open(killedAt(storage, () => ++commits > 1));
    await expect(killed.backfill(options)).rejects.toThrow("killed");
    await using repository = await open();
    expect(await repository.backfills.list()).toEqual([]);
    expect(await storage.kvList("edgewater/backfill")).not.toEqual([]);
    await storage.prune({ before: Date.now() + 1 });
    expect(await storage.kvList("edgewater/backfill")).toEqual([]);
  });
});

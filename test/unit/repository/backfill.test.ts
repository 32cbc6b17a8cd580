import {
  asset,
  dailyPartitions,
  EdgewaterError,
  input,
  MemoryStore,
  PartitionMapping,
  Repository,
  Storage,
  type Storage as StoragePort,
  SuperJsonIOHandler,
  staticPartitions,
  task,
} from "edgewater";
import { describe, expect, it, vi } from "vitest";
import { hooked, killedAt } from "./hooked-storage.ts";

function keysOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `p${String(index).padStart(5, "0")}`);
}

/** One asset with many partitions, over one store and one Storage. */
function world(count: number) {
  const keys = keysOf(count);
  const storage = Storage.memory();
  const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
  const failing = new Set<string>();
  const compute = vi.fn((key: string) => key);
  const many = asset({ name: "many", partitions: staticPartitions(keys) }, (_, { partitionKey }) => {
    if (failing.has(partitionKey)) throw new Error(`no ${partitionKey}`);
    return compute(partitionKey);
  });
  const open = (over: StoragePort = storage): Promise<Repository> => Repository.open({ assets: [many], storage: over, ioHandler });
  /** How often each partition was recorded. */
  const recorded = async (): Promise<readonly number[]> => {
    const events = await storage.getEventsForAsset("many", { limit: 1_000_000 });
    const counts = new Map(keys.map((key) => [key, 0]));
    for (const { partitionKey } of events) counts.set(String(partitionKey), (counts.get(String(partitionKey)) ?? 0) + 1);
    return [...counts.values()];
  };
  return { keys, storage, ioHandler, failing, compute, many, open, recorded };
}

describe("backfill", () => {
  it("makes partitions in runs of their own, and says how it went", async () => {
    const { keys, many, open, storage } = world(25);
    await using repository = await open();
    const result = await repository.backfill({ selection: [many], partitionKeys: "all", partitionsPerRun: 10, tags: { why: "test" } });
    expect(result).toMatchObject({
      status: "Success",
      success: true,
      attempt: 1,
      assets: ["many"],
      total: 25,
      runCount: 3,
      counts: { total: 25, made: 25, failed: 0, skipped: 0, left: 0 },
      failures: [],
    });
    expect(result.endTime).toBeGreaterThanOrEqual(result.startTime);
    expect(result.runs.flatMap(({ outputs }) => outputs.flatMap(({ partitionKeys }) => partitionKeys))).toEqual(keys);
    for (const { runId, status } of result.runs) {
      expect(status).toBe("Success");
      expect(await storage.getRun(runId)).toMatchObject({
        kind: "backfill",
        tags: { why: "test", "edgewater/backfill": result.backfillId, "edgewater/backfill-attempt": "1" },
      });
    }
    expect(await repository.backfills.get(result.backfillId)).toEqual(result);
    expect(await repository.backfills.list()).toMatchObject([{ backfillId: result.backfillId, status: "Success" }]);
    expect(await storage.getLeases()).toEqual([]);
  });

  it("takes ranges, keys and words, and says as materialize what is missing", async () => {
    const { keys, open } = world(10);
    await using repository = await open();
    const range = await repository.backfill({ partitionRange: { from: keys[2] ?? "", to: keys[5] ?? "" } });
    expect(range.counts.made).toBe(4);
    expect((await repository.backfill({ partitionKeys: "missing" })).counts.made).toBe(6);
    expect((await repository.backfill({ selection: "missing" })).counts).toMatchObject({ total: 0, made: 0 });
    await expect(repository.backfill({})).rejects.toMatchObject({
      code: "PartitionError",
      message: expect.stringContaining("partitionKeys"),
    });
    await expect(repository.backfill({ partitionKeys: ["unknown"] })).rejects.toMatchObject({ code: "PartitionError" });
    for (const options of [{ failurePolicy: "never" }, { maxConcurrency: 0 }, { partitionsPerRun: 0.5 }, { resume: 1 }, { keys: [] }])
      await expect(repository.backfill(options as never)).rejects.toMatchObject({ code: "SettingsError" });
  });

  it("returns with dryRun what it would make, and records and makes nothing", async () => {
    const { keys, open, storage, compute } = world(5);
    await using repository = await open();
    const plan = await repository.backfill({ partitionKeys: "all", partitionsPerRun: 3, dryRun: true });
    expect(plan).toEqual({
      assets: ["many"],
      total: 5,
      runs: [
        { outputs: [{ asset: "many", partitionKeys: keys.slice(0, 3) }], after: [] },
        { outputs: [{ asset: "many", partitionKeys: keys.slice(3) }], after: [] },
      ],
    });
    expect(compute).not.toHaveBeenCalled();
    expect(await storage.getRuns()).toEqual([]);
    expect(await storage.kvList()).toEqual([]);
  });

  it("runs as many steps at the same time as it may, whatever the number of runs", async () => {
    const { open, compute, keys } = world(12);
    let [running, most] = [0, 0];
    const release: (() => void)[] = [];
    const many = asset({ name: "many", partitions: staticPartitions(keys) }, async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => release.push(resolve));
      running--;
      return 1;
    });
    await using repository = await Repository.open({ assets: [many] });
    const ended = repository.backfill({ partitionKeys: "all", partitionsPerRun: 4, maxConcurrency: 3 });
    for (let made = 0; made < 12; made += 3) {
      await expect.poll(() => release).toHaveLength(3);
      for (const each of release.splice(0)) each();
    }
    expect((await ended).counts.made).toBe(12);
    expect(most).toBe(3);
    expect(compute).not.toHaveBeenCalled();
    await using other = await open();
    await other.close();
  });
});

describe("a failure in a backfill", () => {
  it("leaves out what needs it, also in other runs, and is made again when the backfill is resumed", async () => {
    const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-11" });
    const failing = new Set(["2024-01-03"]);
    const made: string[] = [];
    const raw = asset({ name: "raw", partitions: days }, (_, { partitionKey }) => {
      if (failing.has(partitionKey)) throw new Error(`no ${partitionKey}`);
      made.push(`raw[${partitionKey}]`);
      return partitionKey;
    });
    // Each is made from the day before.
    const yesterday = input(raw, { partitionMapping: PartitionMapping.timeWindow({ offset: -1 }) });
    const change = asset(
      { name: "change", partitions: dailyPartitions({ start: "2024-01-02", end: "2024-01-11" }), inputs: { yesterday } },
      ({ yesterday }, { partitionKey }) => {
        made.push(`change[${partitionKey}]`);
        return `${yesterday} to ${partitionKey}`;
      },
    );
    const total = asset({ name: "total", inputs: { change: input(change, { partitionMapping: PartitionMapping.all() }) } }, () => {
      made.push("total");
      return 1;
    });
    const assets = [raw, change, total];
    await using repository = await Repository.open({ assets });
    const first = await repository.backfill({ partitionKeys: "all", partitionsPerRun: 4 });
    expect(first).toMatchObject({
      status: "Failure",
      success: false,
      counts: { total: 20, made: 17, failed: 1, skipped: 2, left: 0 },
      failures: [{ asset: "raw", partition: "2024-01-03", failure: { message: "no 2024-01-03" } }],
    });
    expect(made).not.toContain("total");
    expect(made).not.toContain("change[2024-01-04]");
    made.length = 0;
    failing.clear();
    const second = await repository.backfill({ resume: true });
    expect(second).toMatchObject({ backfillId: first.backfillId, status: "Success", attempt: 2, counts: { made: 20 }, failures: [] });
    expect(made).toEqual(["raw[2024-01-03]", "change[2024-01-04]", "total"]);
    expect(await repository.load(change, { partitionKey: "2024-01-04" })).toBe("2024-01-03 to 2024-01-04");
    expect(await repository.backfill({ resume: first.backfillId })).toEqual(second);
  });

  it("stops the backfill with failurePolicy: stop", async () => {
    const { keys, open, failing, recorded } = world(30);
    failing.add(keys[4] ?? "");
    await using repository = await open();
    const stopped = await repository.backfill({ partitionKeys: "all", partitionsPerRun: 3, maxConcurrency: 1, failurePolicy: "stop" });
    expect(stopped).toMatchObject({ status: "Failure", counts: { total: 30, made: 4, failed: 1, skipped: 1, left: 24 } });
    failing.clear();
    const resumed = await repository.backfill({ resume: stopped.backfillId });
    expect(resumed).toMatchObject({ status: "Success", attempt: 2, counts: { made: 30 } });
    expect(await recorded()).toEqual(keys.map(() => 1));
  });
});

describe("what a backfill makes together", () => {
  const days = staticPartitions(["mon", "tue", "wed", "thu"]);

  it("is in one run for each partition, after what all of them need, and before what needs all of them", async () => {
    const clean = task({ name: "clean" }, () => 1);
    const a = asset({ name: "a", partitions: days, inputs: { clean } }, () => 1);
    const b = asset({ name: "b", partitions: days, inputs: { a } }, () => 1);
    const total = asset({ name: "total", inputs: { b: input(b, { partitionMapping: PartitionMapping.all() }) } }, () => 1);
    await using repository = await Repository.open({ assets: [a, b, total], tasks: [clean] });
    const { runs } = await repository.backfill({ partitionKeys: "all", partitionsPerRun: 2, dryRun: true });
    const both = (partitionKeys: readonly string[]) => [
      { asset: "a", partitionKeys },
      { asset: "b", partitionKeys },
    ];
    expect(runs).toEqual([
      { outputs: [{ asset: "clean", partitionKeys: undefined }], after: [] },
      { outputs: both(["mon", "tue"]), after: [0] },
      { outputs: both(["wed", "thu"]), after: [0] },
      { outputs: [{ asset: "total", partitionKeys: undefined }], after: [1, 2] },
    ]);
    const made = await repository.backfill({ partitionKeys: "all", partitionsPerRun: 2 });
    expect(made).toMatchObject({ success: true, counts: { made: 10 } });
    expect(await repository.storage.getEventsForAsset("clean")).toHaveLength(1);
    const one = await repository.backfill({ partitionKeys: "all", dryRun: true });
    expect(one.runs).toHaveLength(1);
  });

  it("is made by one call of the function of a batch for each run", async () => {
    const sizes: number[] = [];
    const batch = asset({ name: "batch", partitions: { definition: days, batch: true } }, (_, { partition }) => {
      sizes.push(partition?.keys.length ?? 0);
      return new Map(partition?.keys.map((key) => [String(key), 1]));
    });
    await using repository = await Repository.open({ assets: [batch] });
    expect(await repository.backfill({ partitionKeys: "all", partitionsPerRun: 3 })).toMatchObject({ counts: { made: 4 } });
    expect(sizes.sort()).toEqual([1, 3]);
  });

  it("is skipped where nothing has changed, and counts as made", async () => {
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const a = asset({ name: "a", codeVersion: "1", partitions: days }, () => 1);
    const batch = asset(
      { name: "batch", codeVersion: "1", partitions: { definition: days, batch: true }, inputs: { a } },
      async ({ a }) => {
        return new Map([...(await a.toMap())].map(([key]) => [key, 1]));
      },
    );
    await using repository = await Repository.open({ assets: [a, batch], ioHandler });
    const options = { partitionKeys: "all", partitionsPerRun: 2 } as const;
    await repository.backfill(options);
    const again = await repository.backfill({ ...options, skipUnchanged: true });
    expect(again).toMatchObject({ status: "Success", counts: { total: 8, made: 8 } });
    expect(await repository.storage.getEventsForAsset("a")).toHaveLength(4);
    expect(await repository.storage.getEventsForAsset("batch")).toHaveLength(4);
  });
});

describe("a canceled backfill", () => {
  it("begins no run any more, ends those that are made, and goes on when it is resumed", async () => {
    const keys = keysOf(20);
    const storage = Storage.memory();
    let blocked: (() => void) | undefined;
    let isBlocking = true;
    const many = asset({ name: "many", partitions: staticPartitions(keys) }, async (_, { partitionKey, signal }) => {
      if (isBlocking && partitionKey === keys[7])
        await new Promise<void>((resolve) => {
          blocked = resolve;
          signal.addEventListener("abort", () => resolve());
        });
      return partitionKey;
    });
    await using repository = await Repository.open({ assets: [many], storage });
    await using other = await Repository.open({ assets: [many], storage });
    const ended = repository.backfill({ partitionKeys: "all", partitionsPerRun: 4, maxConcurrency: 1 });
    await expect.poll(() => blocked).toBeDefined();
    const [running] = await other.backfills.list();
    const backfillId = running?.backfillId ?? "";
    expect(await other.backfills.get(backfillId)).toMatchObject({ status: "Started", counts: { made: 7, left: 13 }, success: false });
    await other.backfills.cancel(backfillId);
    expect(await ended).toMatchObject({ status: "Canceled", success: false, counts: { made: 7, left: 12 } });
    await expect(other.backfills.cancel(backfillId)).rejects.toMatchObject({ code: "PreconditionFailed" });
    await expect(other.backfills.cancel("none")).rejects.toMatchObject({ code: "NotFound" });
    await expect(other.backfills.get("none")).rejects.toMatchObject({ code: "NotFound" });
    isBlocking = false;
    expect(await other.backfill({ resume: backfillId })).toMatchObject({ status: "Success", attempt: 2, counts: { made: 20 } });
    expect(await storage.getEventsForAsset("many")).toHaveLength(20);
  });

  it("is one whose signal was aborted", async () => {
    const { open, keys, recorded } = world(20);
    await using repository = await open();
    const controller = new AbortController();
    const onProgress = ({ type }: { readonly type: string }): void => {
      if (type === "step-success") controller.abort();
    };
    const options = { partitionKeys: "all", partitionsPerRun: 2, maxConcurrency: 1, signal: controller.signal, onProgress } as const;
    await expect(repository.backfill(options)).rejects.toMatchObject({ code: "Aborted" });
    expect(await repository.backfills.list()).toMatchObject([{ status: "Canceled" }]);
    expect(await repository.backfill({ resume: true, partitionKeys: "all" })).toMatchObject({ status: "Success", attempt: 2 });
    expect(await recorded()).toEqual(keys.map(() => 1));
  });
});

describe("a killed backfill", () => {
  it("is resumed, and each partition is made once, wherever it was killed", async () => {
    const { storage, open, recorded, keys } = world(100);
    for (let kills = 0; kills < 10; kills++) {
      let commits = 0;
      // At another commit each time, which has happened or has not.
      const dying = hooked(storage, async (batch, commit) => {
        commits++;
        const isLast = commits === 12 + 3 * kills;
        if (isLast && kills % 2 === 0) await commit(batch);
        if (isLast || commits > 12 + 3 * kills) throw new Error("killed");
        return commit(batch);
      });
      await using killed = await open(dying);
      await expect(killed.backfill({ resume: true, partitionKeys: "all", partitionsPerRun: 7 })).rejects.toThrow("killed");
    }
    await using repository = await open();
    const [interrupted, ...others] = await repository.backfills.list();
    expect(others).toEqual([]);
    expect(interrupted?.attempt).toBe(1);
    const resumed = await repository.backfill({ resume: true });
    expect(resumed).toMatchObject({ backfillId: interrupted?.backfillId, status: "Success", counts: { total: 100, made: 100 } });
    expect(await recorded()).toEqual(keys.map(() => 1));
    expect(await storage.getLeases()).toEqual([]);
  });

  it("goes on in the same attempt when its repository was closed", async () => {
    const { storage, open, recorded, keys } = world(30);
    const options = { resume: true, partitionKeys: "all", partitionsPerRun: 4 } as const;
    const { promise: isReached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: isLetGo, resolve: letGo } = Promise.withResolvers<void>();
    const stuck = hooked(storage, async (batch, commit) => {
      if (batch.events?.some(({ partitionKey }) => String(partitionKey) === keys[9])) {
        reach();
        await isLetGo;
      }
      return commit(batch);
    });
    const closed = await open(stuck);
    const ended = closed.backfill(options);
    await isReached;
    const closing = closed.close({ timeoutMs: 1 });
    setTimeout(letGo, 10);
    await closing;
    await expect(ended).rejects.toMatchObject({ code: "Aborted" });
    await using repository = await open();
    expect(await repository.backfill(options)).toMatchObject({ status: "Success", attempt: 1, counts: { made: 30 } });
    expect(await recorded()).toEqual(keys.map(() => 1));
  });

  it("goes on in the same attempt when its Storage has failed", async () => {
    const { storage, open, recorded, keys } = world(10);
    let hasFailed = false;
    const failing = hooked(storage, async (batch, commit) => {
      if (!hasFailed && batch.events?.some(({ eventType }) => eventType === "RunEnd")) {
        hasFailed = true;
        throw new EdgewaterError("Unavailable", "no answer");
      }
      return commit(batch);
    });
    await using unlucky = await open(failing);
    const options = { resume: true, partitionKeys: "all", partitionsPerRun: 4 } as const;
    await expect(unlucky.backfill(options)).rejects.toMatchObject({ code: "Unavailable" });
    await using repository = await open();
    expect(await repository.backfill(options)).toMatchObject({ status: "Success", attempt: 1, counts: { made: 10 } });
    expect(await recorded()).toEqual(keys.map(() => 1));
  });

  it("counts as interrupted as soon as nobody drives it, and holds no automation back", async () => {
    const { storage, open } = world(10);
    let commits = 0;
    await using killed = await open(killedAt(storage, () => ++commits > 6));
    await expect(killed.backfill({ partitionKeys: "all", leaseMs: 1 })).rejects.toThrow("killed");
    await new Promise((resolve) => setTimeout(resolve, 5));
    await using repository = await open();
    const [interrupted] = await repository.backfills.list();
    expect(interrupted?.status).toBe("Interrupted");
    expect(await repository.backfills.get(interrupted?.backfillId ?? "")).toMatchObject({ status: "Interrupted", success: false });
  });
});

describe("processes that drive one backfill", () => {
  // As over a database: answers come in another order than the calls.
  const delayed = (storage: StoragePort, ms: number): StoragePort =>
    hooked(storage, async (batch, commit) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return commit(batch);
    });

  it("make each partition once, and all return when everything is made", async () => {
    const { storage, open, recorded, keys, compute } = world(50);
    await using first = await open(delayed(storage, 1));
    await using second = await open(delayed(storage, 2));
    const options = { resume: true, partitionKeys: "all", partitionsPerRun: 3 } as const;
    // Both would begin one: the slower one joins the faster.
    const [one, two] = await Promise.all([first.backfill(options), second.backfill(options)]);
    expect(one).toMatchObject({ status: "Success", counts: { made: 50 } });
    expect(two).toEqual(one);
    expect(await first.backfills.list()).toHaveLength(1);
    expect(await recorded()).toEqual(keys.map(() => 1));
    expect(compute).toHaveBeenCalledTimes(50);
    const starts = await Promise.all((await storage.getRuns()).map(({ runId }) => storage.getEventsForRun(runId, { types: ["RunStart"] })));
    expect(starts.map(({ length }) => length)).toEqual(Array.from({ length: 17 }, () => 1));
  });

  it("resume one that has failed together, in one attempt", async () => {
    const { storage, open, recorded, keys, failing } = world(20);
    for (const key of keys) failing.add(key);
    await using first = await open(delayed(storage, 1));
    await using second = await open(delayed(storage, 1));
    const failed = await first.backfill({ partitionKeys: "all", partitionsPerRun: 2 });
    expect(failed).toMatchObject({ status: "Failure", counts: { failed: 20 } });
    expect(failed.failures).toHaveLength(20);
    failing.clear();
    const resume = { resume: failed.backfillId };
    const both = await Promise.all([first.backfill(resume), second.backfill(resume)]);
    for (const result of both) expect(result).toMatchObject({ status: "Success", attempt: 2, counts: { made: 20, failed: 0 } });
    expect(await recorded()).toEqual(keys.map(() => 1));
  });

  it("take over the runs of one that is killed", async () => {
    const { storage, open, recorded, keys } = world(40);
    let commits = 0;
    await using dying = await open(killedAt(delayed(storage, 1), () => ++commits > 30));
    await using other = await open(delayed(storage, 1));
    const options = { resume: true, partitionKeys: "all", partitionsPerRun: 5 } as const;
    const [killed, finished] = await Promise.allSettled([dying.backfill(options), other.backfill(options)]);
    expect(killed.status).toBe("rejected");
    expect(finished).toMatchObject({ value: { status: "Success", counts: { made: 40 } } });
    expect(await recorded()).toEqual(keys.map(() => 1));
  });
});

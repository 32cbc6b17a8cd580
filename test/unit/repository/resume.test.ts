import { asset, MemoryStore, Repository, Storage, SuperJsonIOHandler, staticPartitions } from "edgewater";
import { describe, expect, it } from "vitest";

/** A Storage that fails from a given materialization on, like that of a process that is killed. */
function dying(storage: Storage, isLost: (assetKey: string) => boolean): Storage {
  let isDead = false;
  return new Proxy(storage, {
    get(target, name) {
      if (name === "commit")
        return async (batch: Parameters<Storage["commit"]>[0]) => {
          isDead ||= (batch.events ?? []).some(({ eventType, assetKey }) => eventType === "Materialization" && isLost(assetKey));
          if (isDead) throw new Error("killed");
          return storage.commit(batch);
        };
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function pipeline() {
  const calls: string[] = [];
  const call = (name: string, value: number): number => {
    calls.push(name);
    return value;
  };
  const one = asset({ name: "one" }, () => call("one", 1));
  const two = asset({ name: "two", inputs: { one } }, ({ one }) => call("two", one + 1));
  const three = asset({ name: "three", inputs: { two } }, ({ two }) => call("three", two + 1));
  return { calls, one, two, three, assets: [one, two, three] };
}

async function killedAt(name: string, given: ReturnType<typeof pipeline>, storage: Storage, ioHandler: SuperJsonIOHandler): Promise<void> {
  await using repository = await Repository.open({ assets: given.assets, storage: dying(storage, (key) => key === name), ioHandler });
  await expect(repository.materialize({ raiseOnError: false })).rejects.toThrow("killed");
}

describe("a run that was killed", () => {
  it("between a write and its record leaves a value that status reports as uncommitted and resume records", async () => {
    const given = pipeline();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await killedAt("two", given, storage, ioHandler);
    expect(given.calls).toEqual(["one", "two"]);

    await using repository = await Repository.open({ assets: given.assets, storage, ioHandler });
    const [run] = await storage.getRuns();
    const before = await repository.status();
    expect(before.map(({ asset, status, uncommitted }) => [asset, status, uncommitted?.runId])).toEqual([
      ["one", "UpToDate", undefined],
      ["two", "Missing", run?.runId],
      ["three", "Missing", undefined],
    ]);

    const result = await repository.materialize({ resume: true });
    expect(result).toMatchObject({ success: true, runId: run?.runId, materializedAssets: ["one", "two", "three"] });
    expect(result.events.map(({ assetKey }) => assetKey)).toEqual(["one", "two", "three"]);
    expect(result.events).toEqual(await storage.getEventsForRun(result.runId));
    expect(given.calls).toEqual(["one", "two", "three"]);
    expect(await repository.load(given.three)).toBe(3);
    const adopted = await storage.getLatestMaterialization("two");
    expect(adopted).toMatchObject({ runId: run?.runId, dataVersion: before[1]?.uncommitted?.dataVersion });
    expect(await storage.getRuns()).toMatchObject([{ status: "Success", runId: run?.runId, startTime: run?.startTime }]);
    expect((await repository.status()).every(({ status, uncommitted }) => status === "UpToDate" && uncommitted === undefined)).toBe(true);
  });

  it("is recorded with what it is resumed for beside what it began with", async () => {
    const { assets, one } = pipeline();
    await using storage = Storage.memory();
    const dead = await Repository.open({ assets, storage: dying(storage, (key) => key === "one") });
    await expect(dead.materialize({ selection: [one] })).rejects.toThrow("killed");
    await dead.close();
    expect(await storage.getRuns()).toMatchObject([{ nodeNames: ["one"] }]);
    await using repository = await Repository.open({ assets, storage });
    const result = await repository.materialize({ resume: true, selection: assets });
    expect(result).toMatchObject({ success: true, materializedAssets: ["one", "two", "three"] });
    expect(await storage.getRuns()).toMatchObject([{ status: "Success", nodeNames: ["one", "two", "three"] }]);
  });

  it("writes an output again when another run wrote the stored value", async () => {
    const given = pipeline();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await killedAt("two", given, storage, ioHandler);
    await using elsewhere = await Repository.open({ assets: given.assets, ioHandler });
    await elsewhere.write(given.two, 20);
    await using repository = await Repository.open({ assets: given.assets, storage, ioHandler });
    await repository.materialize({ resume: true });
    expect(given.calls).toEqual(["one", "two", "two", "three"]);
    expect(await repository.load(given.two)).toBe(2);
  });

  it("keeps the data version that the asset registered", async () => {
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const named = asset({ name: "named" }, (_, context) => {
      context.registerDataVersion("of the feed");
      return 1;
    });
    await killedAt("named", { ...pipeline(), assets: [named] as never }, storage, ioHandler);
    await using repository = await Repository.open({ assets: [named], storage, ioHandler });
    await repository.materialize({ resume: true });
    expect((await storage.getLatestMaterialization("named"))?.dataVersion).toBe("of the feed");
  });

  it("makes only the partitions that are missing when it is resumed", async () => {
    const calls: string[] = [];
    let isRaining = true;
    const sales = asset({ name: "sales", partitions: staticPartitions(["eu", "us", "asia"]) }, (_, { partitionKey }) => {
      calls.push(partitionKey);
      if (partitionKey === "us" && isRaining) throw new Error("it rains");
      return partitionKey;
    });
    await using repository = await Repository.open({ assets: [sales] });
    const { runId } = await repository.materialize({ partitionKeys: ["eu", "us"], raiseOnError: false });
    isRaining = false;
    const result = await repository.materialize({ resume: runId });
    expect(result).toMatchObject({ success: true, runId });
    expect(calls).toEqual(["eu", "us", "us"]);
    expect((await repository.storage.getMaterializedPartitions("sales")).map(String)).toEqual(["eu", "us"]);
  });

  it("is not resumed when it succeeded, and an unknown run is refused", async () => {
    const given = pipeline();
    await using repository = await Repository.open({ assets: given.assets });
    const first = await repository.materialize({ resume: true });
    const second = await repository.materialize({ resume: true });
    expect(first.runId).not.toBe(second.runId);
    expect(given.calls).toHaveLength(6);
    await expect(repository.materialize({ resume: "nothing" })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("is resumed by only one of two concurrent calls", async () => {
    const given = pipeline();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await killedAt("two", given, storage, ioHandler);
    const [run] = await storage.getRuns();
    await storage.setRunOutcome(run?.runId ?? "", "Failure");
    // Both read the run before one of them resumes it.
    const haveLooked = Promise.withResolvers<void>();
    let looks = 0;
    const looking = new Proxy(storage, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== "getRuns") return typeof value === "function" ? value.bind(target) : value;
        return async (...given: Parameters<Storage["getRuns"]>) => {
          const runs = await target.getRuns(...given);
          if (++looks === 2) haveLooked.resolve();
          await haveLooked.promise;
          return runs;
        };
      },
    });
    await using repository = await Repository.open({ assets: given.assets, storage: looking, ioHandler });
    const both = await Promise.allSettled([repository.materialize({ resume: true }), repository.materialize({ resume: true })]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "PreconditionFailed" } });
  });
});

describe("the events of steps", () => {
  it("are recorded, with the log of the steps", async () => {
    let tries = 0;
    const flaky = asset({ name: "flaky", retry: { maxRetries: 2, delayMs: 0 } }, (_, { log }) => {
      log.info("trying", { number: ++tries }, new Error("inner"));
      if (tries < 2) throw new Error("not yet");
      return tries;
    });
    const broken = asset({ name: "broken" }, (): number => {
      throw new Error("for good");
    });
    await using repository = await Repository.open({ assets: [flaky, broken] });
    const { runId } = await repository.materialize({ raiseOnError: false });
    const { storage } = repository;
    const ofFlaky = await storage.getEventsForAsset("flaky", { types: "all" });
    expect(ofFlaky.map(({ eventType }) => eventType)).toEqual(["StepSuccess", "Materialization", "StepRetry", "StepStart"]);
    expect(ofFlaky[2]?.metadata).toMatchObject({ error: { value: "not yet" }, retry: { value: 1 } });
    const [failure] = await storage.getEventsForAsset("broken", { types: ["StepFailure"] });
    expect(failure).toMatchObject({ runId, metadata: { error: { value: "for good" } } });
    expect((await storage.getAssetRecord("broken"))?.lastFailureId).toBe(failure?.id);
    expect((await storage.getRunLogs(runId)).map(({ step, level, message }) => [step, level, message])).toEqual([
      ["flaky", "info", 'trying {"number":1} Error: inner'],
      ["flaky", "info", 'trying {"number":2} Error: inner'],
    ]);
  });

  it("fail a step when they cannot be recorded", async () => {
    await using storage = Storage.memory();
    const one = asset({ name: "one" }, () => 1);
    let isFull = false;
    const full = new Proxy(storage, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name === "commit")
          return async (batch: Parameters<Storage["commit"]>[0]) => {
            if (isFull && batch.events?.some(({ eventType }) => eventType === "StepSuccess")) throw new Error("the records are full");
            return storage.commit(batch);
          };
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await using repository = await Repository.open({ assets: [one], storage: full });
    isFull = true;
    const result = await repository.materialize({ raiseOnError: false });
    expect(result).toMatchObject({ success: false, failedAssets: [{ name: "one", error: { message: "the records are full" } }] });
  });
});

describe("Repository.open", () => {
  it("declares its assets", async () => {
    await using storage = Storage.memory();
    const one = asset({ name: "one", tags: { team: "sea" }, kinds: ["k"], group: "g", codeVersion: "1" }, () => 1);
    const two = asset({ name: "two", inputs: { one } }, ({ one }) => one);
    for (let round = 0; round < 2; round++) await (await Repository.open({ assets: [one, two], storage })).close();
    expect(await storage.getAssetRecord("two")).toMatchObject({ kind: "asset", dependencies: [{ assetKey: "one", mapping: undefined }] });
    expect(await storage.getAssetsByTag("team", "sea")).toMatchObject([{ assetKey: "one", kinds: ["k"], group: "g", codeVersion: "1" }]);
  });
});

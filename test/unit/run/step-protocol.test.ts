/** The rules of the step protocol, one after the other. */
import {
  asset,
  type Batch,
  dynamicPartitions,
  EdgewaterError,
  type Executor,
  InMemoryIOHandler,
  inProcess,
  input,
  MemoryStore,
  multiAsset,
  Output,
  PartitionMapping,
  type ProgressEvent,
  Repository,
  type RepositoryOptions,
  type StepOutcome,
  type StepRequest,
  Storage,
  SuperJsonIOHandler,
  staticPartitions,
} from "edgewater";
import { describe, expect, it } from "vitest";
import { durable } from "../../../src/executors/durable.ts";
import { remote, type Transport } from "../../../src/executors/remote.ts";
import { reachedStorage, reachedStore } from "../../support/reached.ts";
import { hooked } from "../repository/hooked-storage.ts";

/** A place that processes share. Each opens a repository of its own. */
function place() {
  const [storage, store] = [reachedStorage(), reachedStore()];
  const open = (assets: RepositoryOptions["assets"], options: Partial<RepositoryOptions> = {}): Promise<Repository> =>
    Repository.open({ assets, storage, ioHandler: new SuperJsonIOHandler({ store }), ...options });
  return { storage, store, open };
}

const transported = (transport: Transport): Executor => remote("a transport", transport, { reach: "anywhere", maxConcurrency: 4 });

/** An executor that sends every step to a repository, and keeps what crossed. */
function sending(worker: () => Repository, crossed: { requests: StepRequest[]; outcomes: StepOutcome[] } = { requests: [], outcomes: [] }) {
  const executor = transported(async (request) => {
    const received = JSON.parse(JSON.stringify(request)) as StepRequest;
    crossed.requests.push(received);
    const outcome = JSON.parse(JSON.stringify(await worker().runStep(received))) as StepOutcome;
    crossed.outcomes.push(outcome);
    return outcome;
  });
  return { executor, ...crossed };
}

/** A function that waits for the test. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  const wait = (): Promise<void> => {
    called.resolve();
    return promise;
  };
  return { wait, open: resolve, called: called.promise };
}

describe("a request", () => {
  it("names a step uniquely in its run, also one of several partitions", async () => {
    const { open } = place();
    const partitions = staticPartitions(["a", "b", "c", "d", "e"]);
    const each = asset({ name: "each", partitions }, () => 1);
    const batch = asset({ name: "batch", partitions: { definition: partitions, batch: true } }, (_, { partition }) => {
      return new Map(partition?.keys.map((key) => [String(key), 1]));
    });
    await using repository = await open([each, batch]);
    const { executor, requests } = sending(() => repository);
    await repository.materialize({ partitionKeys: ["a", "b", "c", "d", "e"], executor });
    expect(requests).toHaveLength(6);
    expect(new Set(requests.map(({ step }) => step)).size).toBe(6);
  });

  it("is small JSON, and so is its outcome", async () => {
    const { open } = place();
    const one = asset({ name: "one" }, () => "x".repeat(100_000));
    await using repository = await open([one]);
    const { executor, requests, outcomes } = sending(() => repository);
    const { events } = await repository.materialize({ executor, timeoutMs: 60_000, retry: { maxRetries: 1 } });
    expect(JSON.stringify(requests[0]).length).toBeLessThan(400);
    expect(JSON.stringify(outcomes[0]).length).toBeLessThan(200);
    expect(requests[0]).toMatchObject({
      protocol: 1,
      computation: "one",
      outputs: ["one"],
      attempt: 1,
      timeoutMs: 60_000,
      retry: { maxRetries: 1 },
    });
    expect(outcomes[0]).toMatchObject({ protocol: 1, status: "ended", outputs: { "3:one": events[0]?.id } });
  });

  it("keeps retries without a limit, which JSON has no number for", async () => {
    const { open } = place();
    let calls = 0;
    const one = asset({ name: "one" }, () => {
      if (++calls < 3) throw new Error("again");
      return calls;
    });
    await using repository = await open([one]);
    const retry = { maxRetries: 3, delayMs: 1, maxDelayMs: Number.POSITIVE_INFINITY, maxElapsedMs: Number.POSITIVE_INFINITY };
    const { executor } = sending(() => repository);
    expect(await repository.materialize({ executor, retry })).toMatchObject({ success: true });
    expect(calls).toBe(3);
  });

  it("that is invalid is refused, and the error names the field", async () => {
    const { open } = place();
    await using repository = await open([asset({ name: "one" }, () => 1)]);
    for (const request of [undefined, 7, {}, { protocol: 1 }, { protocol: 1, runId: "r", owner: 3 }])
      await expect(repository.runStep(request as never)).rejects.toMatchObject({ code: "SettingsError", field: expect.any(String) });
    await expect(repository.runStep({ protocol: 2 } as never)).rejects.toMatchObject({ code: "NotSupported", field: "protocol" });
    const { executor, requests } = sending(() => repository);
    await repository.materialize({ executor });
    const wrong = {
      outputs: [],
      partitionKeys: [],
      attempt: 1.5,
      plannedAt: 1e300,
      timeoutMs: -1,
      step: "3:two",
    };
    for (const [field, value] of Object.entries(wrong))
      await expect(repository.runStep({ ...requests[0], [field]: value } as never)).rejects.toMatchObject({ code: "SettingsError", field });
    const retried = { ...requests[0], retry: { maxRetries: -1 } } as never;
    await expect(repository.runStep(retried)).rejects.toMatchObject({ code: "SettingsError", field: "retry.maxRetries" });
    // A later version may add fields.
    const later = { ...requests[0], later: 1, retry: { maxRetries: 1, later: 1 } } as never;
    expect(await repository.runStep(later)).toMatchObject({ status: "ended" });
    await expect(repository.runStep({} as never, { lease: 3 } as never)).rejects.toThrow(/did you mean "leaseMs"\?/);
  });
});

describe("the plan of a run", () => {
  it("is the same for workers, whatever is added to dynamic partitions meanwhile", async () => {
    const { open, storage } = place();
    const sensors = dynamicPartitions("sensors");
    const raw = asset({ name: "raw", partitions: sensors }, (_, { partitionKey }) => partitionKey);
    const all = asset({ name: "all", inputs: { raw: input(raw, { partitionMapping: PartitionMapping.all() }) } }, async ({ raw }) => [
      ...(await raw.toMap()).keys(),
    ]);
    await storage.addDynamicPartitions("sensors", ["a", "b"]);
    await using repository = await open([raw, all]);
    const executor = transported(async (request) => {
      if (request.computation === "all") await storage.addDynamicPartitions("sensors", ["late"]);
      return repository.runStep(request);
    });
    await repository.materialize({ selection: ["all"], includeUpstream: true, executor });
    expect(await repository.load(all)).toEqual(["a", "b"]);
    expect(await storage.kvList("edgewater/plan/")).toEqual([]);
  });

  it("is the same for a replay of an engine", async () => {
    const { open, storage } = place();
    const sensors = dynamicPartitions("sensors");
    const raw = asset({ name: "raw", partitions: sensors }, (_, { partitionKey }) => partitionKey);
    const all = asset({ name: "all", inputs: { raw: input(raw, { partitionMapping: PartitionMapping.all() }) } }, () => 1);
    await storage.addDynamicPartitions("sensors", ["a", "b"]);
    await using repository = await open([raw, all]);
    const names: string[][] = [];
    const engine = (isSuspended: boolean): Executor => {
      const called: string[] = [];
      names.push(called);
      return durable("an engine", {
        step: async (name, work) => {
          called.push(name);
          const outcome = await work();
          if (isSuspended) throw new Error("suspended");
          return outcome;
        },
      });
    };
    const options = { runId: "replayed", selection: ["all"], includeUpstream: true };
    await expect(repository.materialize({ ...options, executor: engine(true) })).rejects.toThrow("suspended");
    await storage.addDynamicPartitions("sensors", ["late"]);
    await repository.materialize({ ...options, executor: engine(false) });
    expect(names[1]).toEqual([...(names[0] ?? []), "3:all"]);
    expect(await storage.kvList()).toEqual([]);
  });
});

describe("a run with an id", () => {
  it("begins once and ends once: after the end its recorded result is given", async () => {
    const { open, storage } = place();
    let calls = 0;
    const one = asset({ name: "one" }, () => ++calls);
    const bad = asset({ name: "bad" }, (): number => {
      throw new TypeError("no", { cause: new RangeError("why") });
    });
    const behind = asset({ name: "behind", inputs: { bad } }, () => 1);
    await using repository = await open([one, bad, behind]);
    const first = await repository.materialize({ runId: "mine", raiseOnError: false });
    const second = await repository.materialize({ runId: "mine", raiseOnError: false });
    expect({ ...second, failedAssets: [] }).toEqual({ ...first, failedAssets: [] });
    expect(second.failedAssets).toMatchObject([{ name: "bad", error: { message: "no", cause: { message: "why" } } }]);
    await expect(repository.materialize({ runId: "mine" })).rejects.toMatchObject({ code: "StepFailed", asset: "bad" });
    expect([calls, (await storage.getRuns()).length]).toEqual([1, 1]);
    await expect(repository.materialize({ runId: "mine", resume: true })).rejects.toMatchObject({ code: "SettingsError", field: "runId" });
  });
});

describe("the claim of a step", () => {
  it("is a lease below that of its run, ended with the step and gone with the run", async () => {
    const { open, storage } = place();
    const hold = gate();
    const one = asset({ name: "one" }, async () => hold.wait());
    await using repository = await open([one]);
    const { executor, requests } = sending(() => repository);
    const running = repository.materialize({ executor });
    await hold.called;
    const { runId, step, owner } = requests[0] as StepRequest;
    const [run, claim] = [await storage.getLeases(runId, ""), await storage.getLeases(runId, step)];
    expect([run[0]?.owner, claim[0]?.attempt, claim[0]?.step]).toEqual([owner, 1, step]);
    expect(claim[0]?.owner).not.toBe(owner);
    hold.open();
    await running;
    expect(await storage.getLeases()).toEqual([]);
  });

  it("is required of every commit, together with the owner of the run", async () => {
    const shared = place();
    const commits: Batch[] = [];
    const one = asset({ name: "one" }, () => 1);
    await using worker = await shared.open([one], {
      storage: hooked(shared.storage, (batch, commit) => {
        commits.push(batch);
        return commit(batch);
      }),
    });
    await using repository = await shared.open([one]);
    const { executor, requests } = sending(() => worker);
    commits.length = 0;
    await repository.materialize({ executor });
    const [{ runId, owner, step }] = requests as [StepRequest];
    // The claim is taken with StepStart and ended with StepSuccess.
    expect(commits.map(({ events = [] }) => events.map(({ eventType }) => eventType))).toEqual([
      ["StepStart"],
      [],
      ["Materialization", "StepSuccess"],
    ]);
    for (const { preconditions } of commits)
      expect(preconditions?.slice(0, 2)).toMatchObject([
        { lease: runId, owner },
        { lease: runId, step },
      ]);
    expect(commits.at(-1)?.leases).toMatchObject([{ step, owner: "ended" }]);
  });

  it("is lost with the run: a worker of a run that was taken over records nothing, and is told what was", async () => {
    const { open, storage } = place();
    const hold = gate();
    let calls = 0;
    const one = asset({ name: "one" }, async () => {
      if (++calls === 1) await hold.wait();
      return calls;
    });
    await using repository = await open([one]);
    const { executor, requests } = sending(() => repository);
    const running = repository.materialize({ executor });
    await hold.called;
    const { runId } = requests[0] as StepRequest;
    await repository.materialize({ resume: { run: runId, force: true }, executor: inProcess() });
    hold.open();
    const recorded = await storage.getEventsForAsset("one");
    expect(recorded).toHaveLength(1);
    expect(await running).toMatchObject({ success: true, events: [{ id: recorded[0]?.id }] });
    expect(await repository.load(one)).toBe(2);
    await expect(repository.runStep({ ...(requests[0] as StepRequest), attempt: 9 })).resolves.toMatchObject({
      status: "ended",
    });
  });

  it("is taken over by a later delivery, or when it is asked for, and not by another", async () => {
    const { open } = place();
    const hold = gate();
    let calls = 0;
    const one = asset({ name: "one" }, async () => {
      if (++calls < 3) await hold.wait();
      return calls;
    });
    await using repository = await open([one]);
    const executor = transported(async (request) => {
      const first = repository.runStep(request);
      await hold.called;
      expect(await repository.runStep(request)).toMatchObject({ status: "busy" });
      const later = repository.runStep({ ...request, attempt: 2 });
      while (calls < 2) await new Promise((resolve) => setTimeout(resolve));
      expect(await repository.runStep(request)).toMatchObject({ status: "superseded" });
      expect(await repository.runStep(request, { takeOver: true })).toMatchObject({ status: "ended" });
      hold.open();
      expect(await first).toMatchObject({ status: "ended" });
      return later;
    });
    await repository.materialize({ executor });
    expect([calls, await repository.load(one)]).toEqual([3, 3]);
  });
});

describe("a value", () => {
  it("that is taken over does not make again what the earlier delivery has recorded", async () => {
    const { open, storage } = place();
    const hold = gate();
    let calls = 0;
    const pair = multiAsset({ name: "pair", outputs: { left: {}, right: {} } }, async function* () {
      const call = ++calls;
      yield Output(call, { name: "left" });
      if (call === 1) await hold.wait();
      yield Output(call, { name: "right" });
    });
    await using repository = await open([pair]);
    const executor = transported(async (request) => {
      const first = repository.runStep(request);
      await hold.called;
      const outcome = await repository.runStep({ ...request, attempt: 2 });
      hold.open();
      expect(await first).toEqual(outcome);
      return outcome;
    });
    expect(await repository.materialize({ executor })).toMatchObject({ success: true });
    expect([await repository.load("left"), await repository.load("right")]).toEqual([1, 2]);
    for (const name of ["left", "right"]) expect(await storage.getEventsForAsset(name)).toHaveLength(1);
  });

  it("of a worker that was taken over does not replace the recorded one, whenever its write arrives", async () => {
    const { open, storage, store } = place();
    const hold = gate();
    let calls = 0;
    const one = asset({ name: "one" }, () => ++calls);
    const slowStore = new Proxy(store, {
      get: (_, name) => {
        if (name === "put") return async (...given: Parameters<MemoryStore["put"]>) => hold.wait().then(() => store.put(...given));
        const value = Reflect.get(store, name);
        return typeof value === "function" ? value.bind(store) : value;
      },
    });
    await using slow = await open([one], { ioHandler: new SuperJsonIOHandler({ store: slowStore }) });
    await using repository = await open([one]);
    let zombie: Promise<StepOutcome> | undefined;
    const executor = transported(async (request) => {
      zombie = slow.runStep(request);
      await hold.called;
      return repository.runStep({ ...request, attempt: 2 });
    });
    await repository.materialize({ executor });
    hold.open();
    expect(await zombie).toMatchObject({ status: "ended" });
    expect([await repository.load(one), (await storage.getEventsForAsset("one")).length]).toEqual([2, 1]);
    expect(await repository.status()).toMatchObject([{ status: "UpToDate", uncommitted: undefined }]);
  });
});

describe("an error", () => {
  it("is recorded as JSON, and told again with class, code and causes by who sent the step", async () => {
    const { open } = place();
    const cause = new RangeError("row 7", { cause: new Error("deep") });
    const typed = asset({ name: "typed" }, (): number => {
      throw new TypeError("no such column", { cause });
    });
    const coded = asset({ name: "coded" }, (): number => {
      throw new EdgewaterError("QuotaExceeded", "full");
    });
    await using repository = await open([typed, coded]);
    const { failedAssets } = await repository.materialize({ executor: sending(() => repository).executor, raiseOnError: false });
    const [one, two] = failedAssets.map(({ error }) => error) as [Error, EdgewaterError];
    expect([one.constructor, (one.cause as Error).constructor, ((one.cause as Error).cause as Error).message]).toEqual([
      TypeError,
      RangeError,
      "deep",
    ]);
    expect(one.stack).toMatch(/^TypeError: no such column\n/);
    expect([two.code, two.message]).toEqual(["QuotaExceeded", "full"]);
  });
});

describe("a transport", () => {
  it("that rejects fails its step in the records, and nothing else", async () => {
    const { open, storage } = place();
    const [one, two] = ["one", "two"].map((name) => asset({ name }, () => 1)) as [never, never];
    await using repository = await open([one, two]);
    const cut = transported((request) =>
      request.computation === "one" ? Promise.reject(new EdgewaterError("Unavailable", "cut")) : repository.runStep(request),
    );
    const result = await repository.materialize({ executor: cut, raiseOnError: false });
    expect(result).toMatchObject({ materializedAssets: ["two"], failedAssets: [{ name: "one", error: { code: "Unavailable" } }] });
    const [failure] = await storage.getEventsForAsset("one", { types: ["StepFailure"] });
    expect(failure).toMatchObject({ failure: { code: "Unavailable", message: "cut" } });
  });

  it("that rejects after the step has ended changes nothing: the records say how it ended", async () => {
    const { open } = place();
    await using repository = await open([asset({ name: "one" }, () => 1)]);
    const executor = transported(async (request) => {
      await repository.runStep(request);
      throw new Error("the answer was lost");
    });
    expect(await repository.materialize({ executor })).toMatchObject({ success: true });
  });

  it("that has failed its step leaves a worker that comes late nothing to record", async () => {
    const { open, storage } = place();
    const hold = gate();
    let late: Promise<unknown> | undefined;
    await using repository = await open([asset({ name: "one" }, () => hold.wait())]);
    const executor = transported(async (request) => {
      late = repository.runStep(request);
      await hold.called;
      throw new Error("the worker is gone");
    });
    await repository.materialize({ executor, raiseOnError: false });
    hold.open();
    await expect(late).resolves.toMatchObject({ status: "ended" });
    expect(await storage.getEventsForAsset("one")).toEqual([]);
  });
});

describe("retries", () => {
  it("happen within the step, and are recorded", async () => {
    const { open, storage } = place();
    let calls = 0;
    const flaky = asset({ name: "flaky" }, () => {
      if (++calls < 3) throw new Error("again");
      return calls;
    });
    await using repository = await open([flaky]);
    const { executor, requests } = sending(() => repository);
    const { runId } = await repository.materialize({ executor, retry: { maxRetries: 2, delayMs: 1 } });
    expect(requests).toHaveLength(1);
    expect(await storage.getEventsForRun(runId, { types: ["StepRetry"] })).toHaveLength(2);
    const retry = { maxRetries: 2, retryOn: () => true };
    await expect(repository.materialize({ executor, retry })).rejects.toMatchObject({ code: "SettingsError", field: "retry" });
  });
});

describe("progress", () => {
  it("comes from the records, in the order of each step, and the result has the events", async () => {
    const { open } = place();
    const one = asset({ name: "one" }, () => 1);
    const two = asset({ name: "two", inputs: { one } }, ({ one }) => one + 1);
    await using repository = await open([one, two]);
    const progress: ProgressEvent[] = [];
    const { events } = await repository.materialize({
      executor: sending(() => repository).executor,
      onProgress: (event) => progress.push(event),
    });
    const types = progress.map((event) => ("step" in event ? `${event.type} ${event.step}` : event.type));
    const steps = ["one", "two"].flatMap((step) => ["step-start", "output", "step-success"].map((type) => `${type} ${step}`));
    expect(types).toEqual(["run-start", ...steps, "run-end"]);
    expect(events.map(({ assetKey }) => assetKey)).toEqual(["one", "two"]);
  });
});

describe("an abort", () => {
  it("of the caller reaches the worker, which records the failure", async () => {
    const { open, storage } = place();
    const { promise: called, resolve } = Promise.withResolvers<void>();
    const slow = asset({ name: "slow" }, (_, { signal }) => {
      resolve();
      return new Promise<number>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    await using repository = await open([slow]);
    const executor = transported((request, { signal }) => repository.runStep(request, { signal }));
    const abort = new AbortController();
    const running = repository.materialize({ executor, signal: abort.signal });
    await called;
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: "Aborted" });
    const [run] = await storage.getRuns();
    expect(run?.status).toBe("Canceled");
    expect((await storage.getEventsForRun(run?.runId ?? "", { types: "all" })).at(-1)?.eventType).toBe("RunEnd");
  });
});

describe("what cannot be reached", () => {
  const one = asset({ name: "one" }, () => 1);
  const local = asset({ name: "local", ioHandler: new InMemoryIOHandler() }, () => 1);
  const behind = asset({ name: "behind", inputs: { local } }, () => 1);

  it("is refused before a run begins: memory of handlers and stores, of outputs and inputs", async () => {
    const { open, storage } = place();
    await using repository = await open([one, local, behind], { executor: transported(() => Promise.reject(new Error("sent"))) });
    for (const selection of [["local"], ["behind"], ["one", "local"]])
      await expect(repository.materialize({ selection })).rejects.toMatchObject({
        code: "NotSupported",
        asset: "local",
        message: `Cannot run steps with a transport, which runs them on other machines: the values of "local" are in the memory of this process (InMemoryIOHandler); give these assets a handler with a store that is reached from there, such as an S3Store, or run them with inProcess()`,
      });
    await using near = await open([one], {
      ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }),
      executor: transported(() => Promise.reject(new Error("sent"))),
    });
    await expect(near.materialize()).rejects.toMatchObject({ code: "NotSupported", asset: "one" });
    await using apart = await open([one], { storage: Storage.memory(), executor: transported(() => Promise.reject(new Error("sent"))) });
    await expect(apart.materialize()).rejects.toThrow(
      /the records of Storage\.memory\(\) are in the memory of this process; pass a Storage/,
    );
    expect(await storage.getRuns()).toEqual([]);
  });

  it("is no matter for steps that run in this process", async () => {
    const { open } = place();
    const elsewhere = transported(() => Promise.reject(new Error("sent")));
    const here = asset({ name: "here", ioHandler: new InMemoryIOHandler(), executor: inProcess() }, () => 1);
    await using repository = await open([here], { executor: elsewhere });
    expect(await repository.materialize()).toMatchObject({ success: true });
  });
});

describe("an asset with its own executor", () => {
  it("runs there, and the others where the repository runs them", async () => {
    const { open } = place();
    const seen: string[] = [];
    let repository: Repository | undefined;
    const executor = transported((request) => {
      seen.push(request.computation);
      return (repository as Repository).runStep(request);
    });
    const one = asset({ name: "one" }, () => 1);
    const two = asset({ name: "two", inputs: { one }, executor }, ({ one }) => one + 1);
    const three = asset({ name: "three", inputs: { two } }, ({ two }) => two + 1);
    repository = await open([one, two, three]);
    await using opened = repository;
    await opened.materialize();
    expect([seen, await opened.load(three)]).toEqual([["two"], 3]);
  });

  it("cannot be one that keeps whole runs, and is refused in a run that an engine keeps", async () => {
    const { open } = place();
    const engine = durable("an engine", { step: (_, work) => work() });
    const kept = asset({ name: "kept", executor: engine }, () => 1);
    const here = asset({ name: "here", executor: inProcess() }, () => 1);
    await using repository = await open([kept, here]);
    await expect(repository.materialize({ selection: ["kept"] })).rejects.toMatchObject({ code: "DefinitionError", asset: "kept" });
    const selection = ["here"];
    await expect(repository.materialize({ selection, executor: engine })).rejects.toMatchObject({ code: "DefinitionError", asset: "here" });
    expect(() => asset({ name: "x", executor: {} as never }, () => 1)).toThrow(
      expect.objectContaining({ code: "DefinitionError", field: "executor" }),
    );
  });
});

describe("a run that an engine keeps", () => {
  it("stays its own while it is suspended, until it is taken over with force", async () => {
    const { open, storage } = place();
    const one = asset({ name: "one" }, () => 1);
    const two = asset({ name: "two", inputs: { one } }, ({ one }) => one + 1);
    await using repository = await open([one, two]);
    const suspended = durable("an engine", {
      step: async (name, work) => (name === "3:one" ? work() : Promise.reject(new Error("suspended"))),
    });
    await expect(repository.materialize({ runId: "kept", executor: suspended })).rejects.toThrow("suspended");
    expect((await storage.getRun("kept"))?.status).toBe("Started");
    for (const resume of ["kept", true] as const)
      await expect(repository.materialize({ resume })).rejects.toMatchObject({
        code: "InProgress",
        message: expect.stringContaining("an engine keeps it"),
      });
    await repository.materialize({ resume: { run: "kept", force: true } });
    const after = durable("an engine", { step: (_, work) => work() });
    expect(await repository.materialize({ runId: "kept", executor: after })).toMatchObject({ success: true, runId: "kept" });
    expect(await storage.kvList()).toEqual([]);
  });

  it("fails with TakenOver when another process makes it", async () => {
    const { open } = place();
    const hold = gate();
    const one = asset({ name: "one" }, async () => hold.wait());
    await using repository = await open([one]);
    const suspended = durable("an engine", { step: () => Promise.reject(new Error("suspended")) });
    await expect(repository.materialize({ runId: "kept", executor: suspended })).rejects.toThrow("suspended");
    const other = repository.materialize({ resume: { run: "kept", force: true } });
    await hold.called;
    await expect(repository.materialize({ runId: "kept", executor: suspended })).rejects.toMatchObject({ code: "TakenOver" });
    hold.open();
    await other;
  });

  it("is canceled as any other", async () => {
    const { open, storage } = place();
    await using repository = await open([asset({ name: "one" }, () => 1)]);
    const suspended = durable("an engine", { step: () => Promise.reject(new Error("suspended")) });
    await expect(repository.materialize({ runId: "kept", executor: suspended })).rejects.toThrow("suspended");
    await repository.cancel("kept");
    const result = await repository.materialize({ runId: "kept", executor: suspended, raiseOnError: false });
    expect(result).toMatchObject({ success: false, skippedAssets: ["one"] });
    expect(await storage.kvList()).toEqual([]);
  });
});

import {
  asset,
  BaseIOHandler,
  externalAsset,
  InMemoryIOHandler,
  type InputContext,
  MemoryStore,
  multiAsset,
  Observation,
  Output,
  type OutputContext,
  type ProgressEvent,
  Repository,
  Storage,
  SuperJsonIOHandler,
  task,
} from "edgewater";
import { memoryStorage } from "edgewater/testing";
import { describe, expect, it, vi } from "vitest";

/** A handler that keeps its contexts with the values. */
class RecordingIOHandler extends BaseIOHandler {
  readonly calls: string[] = [];
  readonly values = new Map<string, unknown>();
  readonly inputs: InputContext[] = [];
  override async handleOutput(context: OutputContext, value: unknown): Promise<void> {
    this.calls.push(`write ${context.assetName}`);
    this.values.set(context.assetName, value);
    context.addOutputMetadata({ written: true });
  }
  override async loadInput(context: InputContext): Promise<unknown> {
    this.calls.push(`load ${context.assetName} for ${context.downstreamAsset}`);
    this.inputs.push(context);
    return this.values.get(context.assetName);
  }
}

const one = asset({ name: "one" }, () => 1);
const two = asset({ name: "two", inputs: { one } }, ({ one }) => one + 1);

describe("the handler", () => {
  const prepare = task({ name: "prepare" }, () => 10);
  const result = asset({ name: "result", inputs: { prepare } }, ({ prepare }) => prepare * 2);

  it("is the repository's for assets and tasks without their own", async () => {
    const ioHandler = new RecordingIOHandler();
    await using repository = await Repository.open({ assets: [result], tasks: [prepare], ioHandler });
    await repository.materialize();
    expect(ioHandler.calls).toEqual(["write prepare", "load prepare for result", "write result"]);
    expect(await repository.load(result)).toBe(20);
  });

  it("is one shared InMemoryIOHandler when the repository has none", async () => {
    await using repository = await Repository.open({ assets: [result], tasks: [prepare] });
    await repository.materialize();
    expect(await repository.load(result)).toBe(20);
    expect(await repository.load("prepare")).toBe(10);
    const event = await repository.storage.getLatestMaterialization("result");
    expect(event?.metadata["storage"]).toEqual({ kind: "Text", value: "memory" });
  });

  it("is the asset's own when it has one", async () => {
    const [own, fallback] = [new RecordingIOHandler(), new RecordingIOHandler()];
    const special = asset({ name: "special", inputs: { one }, ioHandler: own }, ({ one }) => one);
    await using repository = await Repository.open({ assets: [one, special], ioHandler: fallback });
    await repository.materialize();
    expect(own.calls).toEqual(["write special"]);
    expect(fallback.calls).toEqual(["write one", "load one for special"]);
  });

  it("is awaited when it is async", async () => {
    const slow = new (class extends RecordingIOHandler {
      override async handleOutput(context: OutputContext, value: unknown): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await super.handleOutput(context, value);
      }
    })();
    await using repository = await Repository.open({ assets: [one, two], ioHandler: slow });
    await repository.materialize();
    expect(slow.values.get("two")).toBe(2);
  });
});

describe("a recorded event", () => {
  it("has the metadata of the asset and the handler; the handler's overrides", async () => {
    const talkative = asset({ name: "talkative" }, (_, context) => {
      context.addOutputMetadata({ written: "by the asset", rows: 3 });
      return 1;
    });
    await using repository = await Repository.open({ assets: [talkative], ioHandler: new RecordingIOHandler() });
    const { runId } = await repository.materialize();
    const [event] = await repository.storage.getEventsForRun(runId);
    expect(event).toMatchObject({ eventType: "Materialization", assetKey: "talkative", runId, inputDataVersions: {} });
    expect(event?.metadata).toEqual({ written: { kind: "Bool", value: true }, rows: { kind: "Int", value: 3 } });
  });

  it.each([
    ["the handler's, before the asset's", { handler: "h", asset: "a", content: "c" }, "h"],
    ["the asset's, before the digest", { asset: "a", content: "c" }, "a"],
    ["the digest", { content: "c" }, "c"],
  ])("has the data version that is %s", async (_, versions: { handler?: string; asset?: string; content?: string }, expected) => {
    class Versioned extends RecordingIOHandler {
      override async handleOutput(context: OutputContext, value: unknown): Promise<void> {
        await super.handleOutput(context, value);
        if (versions.handler) context.registerDataVersion(versions.handler);
        if (versions.content) context.registerContentVersion(versions.content);
      }
    }
    const made = asset({ name: "made" }, (_, context) => {
      if (versions.asset) context.registerDataVersion(versions.asset);
      return 1;
    });
    await using repository = await Repository.open({ assets: [made], ioHandler: new Versioned() });
    await repository.materialize();
    expect((await repository.storage.getLatestMaterialization("made"))?.dataVersion).toBe(expected);
  });

  it("has a unique data version each time when there are no bytes", async () => {
    await using repository = await Repository.open({ assets: [one] });
    await repository.materialize();
    await repository.materialize();
    const [second, first] = await repository.storage.getEventsForAsset("one");
    expect(second?.dataVersion).not.toBe(first?.dataVersion);
  });

  it("has the same data version for the same content, and the data versions of its inputs", async () => {
    await using repository = await Repository.open({ assets: [one, two], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    await repository.materialize();
    await repository.materialize();
    const [second, first] = await repository.storage.getEventsForAsset("two");
    expect(second?.dataVersion).toBe(first?.dataVersion);
    expect(second?.inputDataVersions).toEqual({ one: (await repository.storage.getLatestMaterialization("one"))?.dataVersion });
  });

  it("is passed to the handler that loads the value", async () => {
    const ioHandler = new RecordingIOHandler();
    await using repository = await Repository.open({ assets: [one, two], ioHandler });
    await repository.materialize();
    const event = await repository.storage.getLatestMaterialization("one");
    expect(ioHandler.inputs[0]?.upstream).toEqual({
      dataVersion: event?.dataVersion,
      metadata: event?.metadata,
      stored: event?.stored,
    });
  });

  it("belongs to a run, which is recorded from its start to its end", async () => {
    await using repository = await Repository.open({ assets: [one, two] });
    const { runId } = await repository.materialize();
    const run = await repository.storage.getRun(runId);
    expect(run).toMatchObject({ runId, status: "Success", nodeNames: ["one", "two"] });
    expect(run?.endTime).toBeGreaterThanOrEqual(run?.startTime ?? Number.NaN);
  });
});

describe("the events of a result", () => {
  it("are the materializations and observations of the run, in the order of their commits", async () => {
    const slow = asset({ name: "slow" }, () => new Promise<number>((resolve) => setTimeout(() => resolve(1), 20)));
    const seen = externalAsset({ name: "seen", ioHandler: new InMemoryIOHandler() }, () => Observation({ dataVersion: "1" }));
    await using repository = await Repository.open({ assets: [slow, one, two, seen] });
    const { runId, events } = await repository.materialize({ selection: [slow, one, two, seen] });
    expect(events.map(({ assetKey }) => assetKey).sort()).toEqual(["one", "seen", "slow", "two"]);
    expect(events).toEqual(await repository.storage.getEventsForRun(runId));
  });

  it("are those before a failure when the run fails", async () => {
    const pair = multiAsset({ name: "pair", outputs: { left: {}, right: {} } }, async function* () {
      yield Output(1, { name: "left" });
      throw new Error("broken");
    });
    await using repository = await Repository.open({ assets: [pair] });
    const { events } = await repository.materialize({ raiseOnError: false });
    expect(events).toMatchObject([{ eventType: "Materialization", assetKey: "left" }]);
  });
});

describe("a failure", () => {
  const broken = new Error("broken");
  const bad = asset({ name: "bad", inputs: { one } }, (): number => {
    throw broken;
  });
  const after = asset({ name: "after", inputs: { bad } }, ({ bad }) => bad);
  const last = asset({ name: "last", inputs: { after, two } }, ({ after, two }) => after + two);
  const assets = [one, two, bad, after, last];

  it("is the cause of an error that names the asset, after everything else has ended", async () => {
    await using repository = await Repository.open({ assets });
    const message = `Cannot make "bad": ${broken.message}`;
    await expect(repository.materialize()).rejects.toMatchObject({ code: "StepFailed", asset: "bad", message, cause: broken });
    expect(await repository.load(two)).toBe(2);
  });

  it("skips the assets that depend on it and no others, and is reported", async () => {
    await using repository = await Repository.open({ assets });
    const events: ProgressEvent[] = [];
    const result = await repository.materialize({ raiseOnError: false, onProgress: (event) => events.push(event) });
    expect(result).toMatchObject({
      success: false,
      materializedAssets: ["one", "two"],
      failedAssets: [{ name: "bad", partition: undefined, error: broken }],
      skippedAssets: ["after", "last"],
    });
    expect(events.filter(({ type }) => type === "step-skipped")).toMatchObject([
      { step: "after", because: "bad" },
      { step: "last", because: "after" },
    ]);
    expect(events.at(0)).toMatchObject({ type: "run-start", steps: ["one", "two", "bad", "after", "last"] });
    expect(events.at(-1)).toMatchObject({ type: "run-end", success: false });
    expect((await repository.storage.getRun(result.runId))?.status).toBe("Failure");
    expect(await repository.storage.getLatestMaterialization("bad")).toBeUndefined();
  });

  it("to write an output records nothing", async () => {
    class Full extends RecordingIOHandler {
      override async handleOutput(): Promise<void> {
        throw broken;
      }
    }
    await using repository = await Repository.open({ assets: [one], ioHandler: new Full() });
    await expect(repository.materialize()).rejects.toMatchObject({ cause: broken });
    expect(await repository.storage.getEventsForAsset("one")).toEqual([]);
  });

  it("to record an output fails the step", async () => {
    const storage = Storage.memory();
    await using repository = await Repository.open({ assets: [one], storage });
    const commit = storage.commit.bind(storage);
    vi.spyOn(storage, "commit").mockImplementation(async (batch) => {
      if (batch.events?.some(({ eventType }) => eventType === "Materialization")) throw broken;
      return commit(batch);
    });
    expect((await repository.materialize({ raiseOnError: false })).failedAssets).toEqual([
      { name: "one", partition: undefined, error: broken },
    ]);
  });

  it("of onProgress does not affect the run", async () => {
    const warn = vi.fn();
    const log = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
    await using repository = await Repository.open({ assets: [one], log });
    const throwing = (): void => {
      throw broken;
    };
    expect((await repository.materialize({ onProgress: throwing })).success).toBe(true);
    expect(warn).toHaveBeenCalledWith("onProgress has thrown", broken);
  });

  it("to load is NotFound when nothing was written", async () => {
    await using repository = await Repository.open({ assets: [one, two] });
    await expect(repository.materialize({ selection: ["two"] })).rejects.toMatchObject({
      code: "NotFound",
      asset: "two",
      cause: { asset: "one" },
    });
    await expect(repository.load(one)).rejects.toMatchObject({ code: "NotFound" });
    await expect(repository.load("unknown")).rejects.toMatchObject({ code: "GraphError" });
  });
});

describe("an abort", () => {
  it("reaches the asset, stops further writes, and is thrown with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const ioHandler = new RecordingIOHandler();
    const stubborn = asset({ name: "stubborn" }, (_, context) => {
      controller.abort(reason);
      expect(context.signal.aborted).toBe(true);
      return 1;
    });
    const next = asset({ name: "next", inputs: { stubborn } }, ({ stubborn }) => stubborn);
    await using repository = await Repository.open({ assets: [stubborn, next, one], ioHandler });
    await expect(repository.materialize({ signal: controller.signal })).rejects.toMatchObject({ code: "Aborted", cause: reason });
    expect(ioHandler.calls).not.toContain("write stubborn");
    expect((await repository.storage.getRuns())[0]?.status).toBe("Canceled");
  });

  it("before the start starts nothing", async () => {
    const compute = vi.fn(() => 1);
    await using repository = await Repository.open({ assets: [asset({ name: "a" }, compute)] });
    const result = await repository.materialize({ signal: AbortSignal.abort(), raiseOnError: false });
    expect(result).toMatchObject({ success: false, skippedAssets: ["a"], failedAssets: [] });
    await expect(repository.materialize({ signal: AbortSignal.abort("why") })).rejects.toMatchObject({ code: "Aborted", cause: "why" });
    expect(compute).not.toHaveBeenCalled();
  });
});

describe("write", () => {
  it("writes a value through the asset's handler, and records it in its own run", async () => {
    const ioHandler = new RecordingIOHandler();
    await using repository = await Repository.open({ assets: [one, two], ioHandler });
    const event = await repository.write(two, 7);
    expect(await repository.load(two)).toBe(7);
    expect(ioHandler.calls[0]).toBe("write two");
    expect(event).toEqual(await repository.storage.getLatestMaterialization("two"));
    expect(await repository.storage.getRun(event.runId)).toMatchObject({ status: "Success", nodeNames: ["two"] });
  });

  it("throws what the handler throws", async () => {
    await using repository = await Repository.open({ assets: [one], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    await expect(repository.write(one, Symbol("s") as never)).rejects.toMatchObject({ code: "SerializationError" });
    await expect(repository.write(one, 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "Aborted" });
  });
});

describe("closing", () => {
  it("closes a Storage that was passed as a promise, and leaves an instance open", async () => {
    await using mine = Storage.memory();
    const promised = memoryStorage();
    {
      await using first = await Repository.open({ assets: [one], storage: mine });
      await using second = await Repository.open({ assets: [one], storage: promised });
      await first.materialize();
      await second.materialize();
    }
    expect(await mine.getLatestMaterialization("one")).toBeDefined();
    await expect((await promised).getRuns()).rejects.toMatchObject({ code: "Closed" });
  });

  it("closes a Storage that was passed as a promise when the repository cannot be opened", async () => {
    const promised = memoryStorage();
    await expect(Repository.open({ assets: [two], storage: promised })).rejects.toMatchObject({ code: "GraphError" });
    await expect((await promised).getRuns()).rejects.toMatchObject({ code: "Closed" });
  });

  it("waits for calls in flight, and refuses later calls", async () => {
    const gate = Promise.withResolvers<number>();
    const slow = asset({ name: "slow" }, () => gate.promise);
    const repository = await Repository.open({ assets: [slow] });
    const running = repository.materialize();
    await expect.poll(async () => (await repository.storage.getRuns())[0]?.status).toBe("Started");
    const closing = repository.close();
    await expect(repository.materialize()).rejects.toMatchObject({ code: "Closed" });
    await expect(repository.load(slow)).rejects.toMatchObject({ code: "Closed" });
    gate.resolve(1);
    expect((await running).success).toBe(true);
    await closing;
    await repository.close();
  });
});

import { asset, InMemoryIOHandler, multiAsset, Output, Repository, Storage } from "edgewater";
import { afterEach, describe, expect, it, vi } from "vitest";

const never = (): Promise<never> => new Promise(() => {});
const stuck = asset({ name: "stuck" }, never);
const one = asset({ name: "one" }, () => 1);

/** Aborts when the function is called. */
function abortedInside(compute: () => unknown = never) {
  const controller = new AbortController();
  const inside = asset({ name: "inside" }, () => {
    controller.abort("enough");
    return compute();
  });
  return { inside, signal: controller.signal };
}

describe("an abort", () => {
  it("does not wait for a function that ignores the signal, and records it as failed", async () => {
    const { inside, signal } = abortedInside();
    await using repository = await Repository.open({ assets: [inside] });
    await expect(repository.materialize({ signal })).rejects.toMatchObject({ code: "Aborted", asset: "inside", cause: "enough" });
    const [run] = await repository.storage.getRuns();
    expect(run).toMatchObject({ status: "Canceled", endTime: expect.any(Number) });
    const [failure] = await repository.storage.getEventsForAsset("inside", { types: ["StepFailure"] });
    expect(failure?.metadata["error"]?.value).toContain("Aborted");
  });

  it("ignores what a function returns later", async () => {
    let finish = (_: number): void => {};
    const later = new Promise<number>((resolve) => {
      finish = resolve;
    });
    const { inside, signal } = abortedInside(() => later);
    await using repository = await Repository.open({ assets: [inside] });
    await expect(repository.materialize({ signal })).rejects.toMatchObject({ code: "Aborted" });
    finish(1);
    await new Promise((resolve) => setTimeout(resolve));
    expect(await repository.storage.getLatestMaterialization("inside")).toBeUndefined();
  });

  it("keeps an output whose commit has started", async () => {
    const storage = Storage.memory();
    const controller = new AbortController();
    const commit = storage.commit.bind(storage);
    const abortWith: Storage["commit"] = async (batch) => {
      if (batch.events?.some(({ eventType }) => eventType === "Materialization")) controller.abort();
      return commit(batch);
    };
    Object.assign(storage, { commit: abortWith });
    await using repository = await Repository.open({ assets: [one], storage });
    const result = await repository.materialize({ signal: controller.signal, raiseOnError: false });
    expect(result.events).toHaveLength(1);
    expect(result.failedAssets).toEqual([]);
    expect(await storage.getEventsForAsset("one", { types: "all" })).toMatchObject([
      { eventType: "StepSuccess" },
      { eventType: "Materialization" },
      { eventType: "StepStart" },
    ]);
  });

  it.each(["load", "status"] as const)("ends a %s whose handler ignores the signal", async (call) => {
    class Stuck extends InMemoryIOHandler {
      override loadInput(): Promise<never> {
        return never();
      }
      override inspect(): Promise<never> {
        return never();
      }
    }
    await using repository = await Repository.open({ assets: [one], ioHandler: new Stuck() });
    const controller = new AbortController();
    const { signal } = controller;
    const called = call === "load" ? repository.load(one, { signal }) : repository.status({ signal });
    controller.abort("enough");
    await expect(called).rejects.toMatchObject({ code: "Aborted", cause: "enough" });
  });
});

describe("timeoutMs", () => {
  afterEach(() => void vi.useRealTimers());

  it("ends a step that takes longer, and the error says what, how long and what to do", async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    const slow = asset({ name: "slow", timeoutMs: 50 }, (_, context) => {
      signal = context.signal;
      return never();
    });
    await using repository = await Repository.open({ assets: [slow, one] });
    const run = repository.materialize({ raiseOnError: false });
    await vi.advanceTimersByTimeAsync(50);
    const { failedAssets, materializedAssets } = await run;
    expect(materializedAssets).toEqual(["one"]);
    const message =
      'The step "slow" took longer than its timeoutMs, 50 ms; pass a longer timeoutMs, or find out what its function or its handlers wait for';
    expect(failedAssets).toMatchObject([{ name: "slow", error: { code: "Timeout", asset: "slow", message } }]);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe(failedAssets[0]?.error);
  });

  it.each<[string, (handler: InMemoryIOHandler) => void]>([
    ["load", (handler) => vi.spyOn(handler, "loadInput").mockImplementation(never)],
    ["write", (handler) => vi.spyOn(handler, "handleOutput").mockImplementation(never as never)],
  ])("covers the %s too", async (what, spoil) => {
    vi.useFakeTimers();
    const ioHandler = new InMemoryIOHandler();
    const after = asset({ name: "after", inputs: { one }, timeoutMs: 50, ioHandler: new InMemoryIOHandler() }, ({ one }) => one);
    await using repository = await Repository.open({ assets: [one, after], ioHandler });
    await repository.materialize({ selection: [one] });
    spoil(what === "load" ? ioHandler : (after.ioHandler as InMemoryIOHandler));
    const failed = expect(repository.materialize({ selection: [after] })).rejects.toMatchObject({ code: "Timeout", asset: "after" });
    await vi.advanceTimersByTimeAsync(50);
    await failed;
  });

  it("is the asset's, else the run's", async () => {
    vi.useFakeTimers();
    const patient = asset({ name: "patient", timeoutMs: Number.POSITIVE_INFINITY }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return 1;
    });
    await using repository = await Repository.open({ assets: [stuck, patient] });
    const run = repository.materialize({ timeoutMs: 100, raiseOnError: false });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await run).toMatchObject({ materializedAssets: ["patient"], failedAssets: [{ name: "stuck", error: { code: "Timeout" } }] });
  });

  it("counts anew for each retry, and what an abandoned attempt does later is ignored", async () => {
    vi.useFakeTimers();
    const versions: string[] = [];
    let calls = 0;
    const slowOnce = multiAsset(
      { name: "slowOnce", outputs: { a: {}, b: {} }, timeoutMs: 50, retry: { maxRetries: 1, delayMs: 0 } },
      async function* (_, context) {
        const call = ++calls;
        context.addOutputMetadata({ call });
        yield Output(call, { name: "a" });
        if (call === 1) await new Promise((resolve) => setTimeout(resolve, 60));
        context.addOutputMetadata({ late: call });
        yield Output(call, { name: "b" });
        versions.push(`call ${call} is past b`);
      },
    );
    await using repository = await Repository.open({ assets: [slowOnce] });
    const run = repository.materialize();
    await vi.advanceTimersByTimeAsync(100);
    const { events } = await run;
    expect(events.map(({ assetKey, metadata }) => [assetKey, metadata["call"]?.value, metadata["late"]?.value])).toEqual([
      ["a", 1, undefined],
      ["b", 2, 2],
    ]);
    expect(versions).toEqual(["call 2 is past b"]);
  });

  it("leaves no timer behind", async () => {
    vi.useFakeTimers();
    await using repository = await Repository.open({ assets: [one] });
    await repository.materialize({ timeoutMs: 1000 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([0, -1, Number.NaN, 2 ** 31, "5", null])("refuses %s", async (timeoutMs) => {
    const wrong = { timeoutMs: timeoutMs as number };
    expect(() => asset({ name: "a", ...wrong }, () => 1)).toThrow(/Invalid timeoutMs of asset "a"/);
    expect(() => multiAsset({ name: "a", outputs: { b: {} }, ...wrong }, () => ({ b: 1 }))).toThrow(/Invalid timeoutMs/);
    await using repository = await Repository.open({ assets: [one] });
    await expect(repository.materialize(wrong)).rejects.toMatchObject({ code: "SettingsError", field: "timeoutMs" });
    await expect(repository.close(wrong)).rejects.toMatchObject({ code: "SettingsError", field: "timeoutMs" });
  });
});

describe("closing with timeoutMs", () => {
  afterEach(() => void vi.useRealTimers());

  it("waits for calls in flight, then aborts them", async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    const slow = asset({ name: "slow" }, (_, context) => {
      signal = context.signal;
      return never();
    });
    const storage = Storage.memory();
    const repository = await Repository.open({ assets: [slow], storage: Promise.resolve(storage) });
    const failed = expect(repository.materialize()).rejects.toMatchObject({ code: "Aborted", cause: { code: "Closed" } });
    await vi.advanceTimersByTimeAsync(0);
    const closed = repository.close({ timeoutMs: 200 });
    await vi.advanceTimersByTimeAsync(199);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all([failed, closed]);
    await expect(storage.getRuns()).rejects.toMatchObject({ code: "Closed" });
  });

  it("can shorten a closing that waits already", async () => {
    vi.useFakeTimers();
    const repository = await Repository.open({ assets: [stuck] });
    const failed = expect(repository.materialize()).rejects.toMatchObject({ code: "Aborted" });
    const closed = [repository.close(), repository.close({ timeoutMs: 1 })];
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all([failed, ...closed]);
  });
});

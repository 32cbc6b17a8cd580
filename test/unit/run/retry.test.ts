import { asset, InMemoryIOHandler, type InputContext, type OutputContext, type ProgressEvent, Repository } from "edgewater";
import { describe, expect, it } from "vitest";

/** A handler that fails the first calls. */
class Flaky extends InMemoryIOHandler {
  readonly left: { load: number; write: number };
  constructor(left: { load?: number; write?: number }) {
    super();
    this.left = { load: 0, write: 0, ...left };
  }
  override handleOutput(context: OutputContext, value: unknown): void {
    if (this.left.write-- > 0) throw new Error("cannot write");
    super.handleOutput(context, value);
  }
  override loadInput(context: InputContext): unknown {
    if (this.left.load-- > 0) throw new Error("cannot load");
    return super.loadInput(context);
  }
}

const retry = { maxRetries: 2, delayMs: 0 };

describe("a retry policy", () => {
  it.each<[string, { load?: number; write?: number }, number]>([
    ["a load", { load: 2 }, 1],
    ["a write, without calling the function again", { write: 2 }, 1],
    ["a load and a write together", { load: 1, write: 1 }, 1],
  ])("is for %s", async (_, failures, expectedCalls) => {
    let calls = 0;
    const source = asset({ name: "source", ioHandler: new Flaky({ load: failures.load ?? 0 }) }, () => 1);
    const target = asset(
      { name: "target", inputs: { source }, ioHandler: new Flaky({ write: failures.write ?? 0 }), retry },
      ({ source }) => {
        calls++;
        return source + 1;
      },
    );
    await using repository = await Repository.open({ assets: [source, target] });
    await repository.materialize();
    expect(await repository.load(target)).toBe(2);
    expect(calls).toBe(expectedCalls);
  });

  it("retries the function, reports every retry, and stops after maxRetries", async () => {
    let calls = 0;
    const events: ProgressEvent[] = [];
    const failing = asset({ name: "failing", retry }, () => {
      throw new Error(`call ${++calls}`);
    });
    await using repository = await Repository.open({ assets: [failing] });
    await expect(repository.materialize({ onProgress: (event) => events.push(event) })).rejects.toThrow("call 3");
    expect(events.flatMap((event) => (event.type === "step-retry" ? [[event.retry, String(event.error)]] : []))).toEqual([
      [1, "Error: call 1"],
      [2, "Error: call 2"],
    ]);
  });

  it("is the asset's, else the run's, else the repository's", async () => {
    let [calls, ownCalls] = [0, 0];
    const failing = asset({ name: "failing" }, () => {
      throw new Error(String(++calls));
    });
    const own = asset({ name: "own", retry: { maxRetries: 0 } }, () => {
      throw new Error(String(++ownCalls));
    });
    await using repository = await Repository.open({ assets: [failing, own], retry });
    await repository.materialize({ raiseOnError: false });
    expect([calls, ownCalls]).toEqual([3, 1]);
    await repository.materialize({ raiseOnError: false, retry: { maxRetries: 1, delayMs: 0 } });
    expect([calls, ownCalls]).toEqual([5, 2]);
  });

  it("retries only the errors that retryOn accepts", async () => {
    let calls = 0;
    const failing = asset({ name: "failing", retry: { ...retry, retryOn: (error) => error instanceof RangeError } }, () => {
      throw calls++ === 0 ? new RangeError("again") : new TypeError("no more");
    });
    await using repository = await Repository.open({ assets: [failing] });
    await expect(repository.materialize()).rejects.toThrow("no more");
    expect(calls).toBe(2);
  });

  it("waits longer before each retry, up to maxDelayMs", async () => {
    const times: number[] = [];
    const failing = asset({ name: "failing", retry: { maxRetries: 4, delayMs: 20, factor: 2, maxDelayMs: 50 } }, () => {
      times.push(performance.now());
      throw new Error("no");
    });
    await using repository = await Repository.open({ assets: [failing] });
    await repository.materialize({ raiseOnError: false });
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    for (const [index, atLeast] of [20, 40, 50, 50].entries()) expect(waits[index]).toBeGreaterThan(atLeast - 5);
  });

  it("stops waiting when the run is aborted", async () => {
    const controller = new AbortController();
    const failing = asset({ name: "failing", retry: { maxRetries: 5, delayMs: 60_000, maxDelayMs: 60_000 } }, () => {
      throw new Error("no");
    });
    await using repository = await Repository.open({ assets: [failing] });
    const onProgress = (event: ProgressEvent): void => {
      if (event.type === "step-retry") controller.abort("enough");
    };
    await expect(repository.materialize({ signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: "Aborted",
      cause: "enough",
    });
  });

  it.each([{ maxRetries: -1 }, { maxRetries: 1.5 }, { maxRetries: 1, delayMs: -1 }, { maxRetries: 1, factor: Number.NaN }])(
    "is refused when it is invalid, by an asset, a repository and a run: %j",
    async (policy) => {
      expect(() => asset({ name: "a", retry: policy }, () => 1)).toThrow(
        expect.objectContaining({ code: "DefinitionError", field: expect.stringMatching(/^retry\./) }),
      );
      const error = { code: "SettingsError", field: expect.stringMatching(/^retry\./) };
      await expect(Repository.open({ assets: [], retry: policy })).rejects.toMatchObject(error);
      await using repository = await Repository.open({ assets: [asset({ name: "a" }, () => 1)] });
      await expect(repository.materialize({ retry: policy })).rejects.toMatchObject(error);
      expect(await repository.storage.getRuns()).toEqual([]);
    },
  );
});

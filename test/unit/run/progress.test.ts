import { asset, type MaterializeOptions, MemoryStore, type ProgressEvent, Repository, SuperJsonIOHandler } from "edgewater";
import { fakeQueue, openExecutorSuite } from "edgewater/testing";
import { describe, expect, it } from "vitest";
import { reachedStorage, reachedStore } from "../../support/reached.ts";

/** What a run tells: its log lines and its progress. */
async function toldBy(repository: Repository, options: MaterializeOptions = {}): Promise<readonly ProgressEvent[]> {
  const told: ProgressEvent[] = [];
  await repository.materialize({ ...options, onProgress: (event) => told.push(event) });
  return told.filter(({ type }) => type === "log" || type === "progress");
}

describe("the progress of a step", () => {
  it("is told with the lines of its log, as they come, and only the lines are recorded", async () => {
    const tiles = asset({ name: "tiles" }, (_, context) => {
      context.progress(0, 2);
      context.log.info("half", { done: 1 });
      context.progress(1, 2);
      return 1;
    });
    await using repository = await Repository.open({ assets: [tiles] });
    const told = await toldBy(repository);
    const [{ runId = "" } = {}] = await repository.storage.getRuns();
    const line = { runId, step: "tiles", level: "info", message: 'half {"done":1}', timestamp: expect.any(Number) };
    expect(told).toEqual([
      { type: "progress", runId, step: "tiles", done: 0, total: 2 },
      { type: "log", ...line },
      { type: "progress", runId, step: "tiles", done: 1, total: 2 },
    ]);
    expect(await repository.storage.getRunLogs(runId)).toEqual([line]);
  });

  it.each([
    [[3, 2], "done"],
    [[-1, 2], "done"],
    [[Number.NaN, 2], "done"],
    [[1, Number.POSITIVE_INFINITY], "total"],
    [["1", 2], "done"],
    [[1], "total"],
    [[], "total"],
  ])("is refused unless it is so much of so much: %j", async (given, field) => {
    let error: unknown;
    const wrong = asset({ name: "wrong" }, (_, context) => {
      try {
        (context.progress as (...given: unknown[]) => void)(...given);
      } catch (thrown) {
        error = thrown;
      }
      return 1;
    });
    await using repository = await Repository.open({ assets: [wrong] });
    expect(await toldBy(repository)).toEqual([]);
    expect(error).toMatchObject({ code: "SettingsError", field });
  });

  it("is not told by an attempt that was abandoned", async () => {
    let late: () => void = () => {};
    let calls = 0;
    const slow = asset({ name: "slow", timeoutMs: 50, retry: { maxRetries: 1, delayMs: 1 } }, async (_, context) => {
      if (calls++ === 0) {
        late = () => context.progress(1, 1);
        await new Promise(() => {});
      }
      late();
      return 1;
    });
    await using repository = await Repository.open({ assets: [slow] });
    expect(await toldBy(repository)).toEqual([]);
  });

  it("tells the lines of the log also of steps that a worker makes", async () => {
    const place = { storage: reachedStorage(), store: reachedStore() };
    await using repository = await openExecutorSuite({ ...place, executor: fakeQueue(place) });
    const told = await toldBy(repository, { selection: ["graph.right"], includeUpstream: true });
    expect(told.map((event) => event.type === "log" && [event.step, event.message])).toEqual([["graph.pair", "makes a pair"]]);
  });

  it("is told by every handler that logs, too", async () => {
    const handler = new (class extends SuperJsonIOHandler {
      override async handleOutput(...[context, value]: Parameters<SuperJsonIOHandler["handleOutput"]>): Promise<void> {
        context.log.debug("writes");
        await super.handleOutput(context, value);
      }
    })({ store: new MemoryStore() });
    await using repository = await Repository.open({ assets: [asset({ name: "one", ioHandler: handler }, () => 1)] });
    expect((await toldBy(repository)).map((event) => event.type === "log" && event.message)).toEqual(["writes"]);
  });
});

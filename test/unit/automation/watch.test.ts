import {
  type AutomationRound,
  asset,
  condition,
  externalAsset,
  InMemoryIOHandler,
  Observation,
  Repository,
  type RepositoryOptions,
  Storage,
} from "edgewater";
import { condition as cron } from "edgewater/cron";
import { describe, expect, it } from "vitest";
import { hooked } from "../repository/hooked-storage.ts";

const code = (code: string): unknown => expect.objectContaining({ code });
const eager = { automationCondition: condition.eager() };

/** Opens a repository with an external asset and two assets that are made from each other. */
async function open(options: Partial<RepositoryOptions> = {}) {
  const ioHandler = new InMemoryIOHandler();
  const state = { version: 1, observed: 0 };
  const feed = externalAsset({ name: "feed", ioHandler }, () =>
    Observation({ dataVersion: `v${state.version}`, metadata: { n: ++state.observed } }),
  );
  const silent = externalAsset({ name: "silent", ioHandler });
  const a = asset({ name: "a", ...eager }, () => 1);
  const b = asset({ name: "b", inputs: { a }, ...eager }, ({ a }) => a + 1);
  const repository = await Repository.open({ assets: [feed, silent, a, b], ...options });
  return { repository, state, b };
}

describe("automate", () => {
  it("observes, evaluates and runs once", async () => {
    const { repository, state, b } = await open();
    const round = await repository.automate();
    expect(round.observed?.result).toMatchObject({ success: true, materializedAssets: ["feed"] });
    expect(round.evaluation.requests).toMatchObject([{ selection: ["a", "b"] }]);
    expect(round.runs).toMatchObject([{ request: { selection: ["a", "b"] }, result: { success: true }, error: undefined }]);
    expect(await repository.load(b)).toBe(2);
    const next = await repository.automate({ observe: false });
    expect(next).toMatchObject({ observed: undefined, runs: [] });
    expect(state.observed).toBe(1);
  });

  it("evaluates at the time that is given", async () => {
    const a = asset({ name: "a", automationCondition: cron.onCron("0 6 * * *") }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    expect((await repository.automate({ now: new Date("2030-01-01T05:00:00Z") })).runs).toEqual([]);
    expect((await repository.automate({ now: new Date("2030-01-01T06:00:00Z") })).runs).toHaveLength(1);
    expect((await repository.automate({ now: new Date("2030-01-01T07:00:00Z") })).runs).toEqual([]);
  });

  it("reports what failed, and goes on with the rest", async () => {
    const ioHandler = new InMemoryIOHandler();
    const feed = externalAsset({ name: "feed", ioHandler }, () => {
      throw new Error("no network");
    });
    const a = asset({ name: "a", ...eager }, () => {
      throw new Error("it rains");
    });
    const c = asset({ name: "c", ...eager }, () => 1);
    await using repository = await Repository.open({ assets: [feed, a, c] });
    const { observed, runs } = await repository.automate();
    expect(observed?.result?.failedAssets).toMatchObject([{ name: "feed" }]);
    expect(runs[0]?.result).toMatchObject({ success: false, materializedAssets: ["c"], failedAssets: [{ name: "a" }] });
  });

  it("stops when its signal is aborted, and asks again for what was aborted", async () => {
    const aborting = new AbortController();
    let isSlow = true;
    const a = asset({ name: "a", ...eager }, (_, { signal }) => {
      if (!isSlow) return 1;
      aborting.abort();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    await using repository = await Repository.open({ assets: [a] });
    await expect(repository.automate({ signal: aborting.signal })).rejects.toThrow(code("Aborted"));
    await expect(repository.automate({ signal: aborting.signal })).rejects.toThrow(code("Aborted"));
    isSlow = false;
    expect((await repository.automate()).runs).toMatchObject([{ result: { success: true } }]);
  });

  it("runs what two processes request once", async () => {
    const storage = Storage.memory();
    const ioHandler = new InMemoryIOHandler();
    const [{ repository: first }, { repository: second }] = [await open({ storage, ioHandler }), await open({ storage, ioHandler })];
    await Promise.all([first.automate(), second.automate(), first.automate(), second.automate()]);
    expect(await storage.getEventsForAsset("a")).toHaveLength(1);
    expect(await storage.getEventsForAsset("b")).toHaveLength(1);
  });

  it.each([
    ["automate", { dryRun: true }],
    ["automate", { observe: "yes" }],
    ["automate", { startWithinMs: 0 }],
    ["watch", { intervalMs: Number.POSITIVE_INFINITY }],
    ["watch", { now: new Date() }],
    ["watch", { onRound: 1 }],
  ] as const)("%s refuses %o", async (verb, options) => {
    const { repository } = await open();
    await expect(repository[verb](options as never)).rejects.toThrow(code("SettingsError"));
  });
});

describe("watch", () => {
  it("goes on, round after round, until it is aborted", async () => {
    const { repository, state, b } = await open();
    const aborting = new AbortController();
    const rounds: AutomationRound[] = [];
    const watching = repository.watch({
      intervalMs: 1,
      signal: aborting.signal,
      onRound: (round) => {
        rounds.push(round);
        if (rounds.length === 3) aborting.abort();
        throw new Error("ignored");
      },
    });
    await watching;
    expect(rounds.length).toBeGreaterThanOrEqual(3);
    expect(rounds.flatMap(({ runs }) => runs)).toHaveLength(1);
    expect(state.observed).toBeGreaterThanOrEqual(3);
    expect(await repository.load(b)).toBe(2);
    await repository.close();
  });

  it("ends when the repository is closed, which waits for its runs", async () => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const a = asset({ name: "a", ...eager }, async () => {
      begun.resolve();
      await gate.promise;
      return 1;
    });
    const storage = Storage.memory();
    const repository = await Repository.open({ assets: [a], storage });
    const watching = repository.watch();
    await begun.promise;
    const closing = repository.close();
    gate.resolve();
    await Promise.all([watching, closing]);
    expect(await storage.getRuns()).toMatchObject([{ status: "Success" }]);
    await expect(repository.watch()).resolves.toBeUndefined();
  });

  it("evaluates while a run goes on", async () => {
    const gate = Promise.withResolvers<void>();
    const slow = asset({ name: "slow", ...eager }, () => gate.promise);
    const u = asset({ name: "u" }, () => 1);
    const quick = asset({ name: "quick", inputs: { u }, ...eager }, () => 1);
    await using repository = await Repository.open({ assets: [slow, u, quick] });
    const aborting = new AbortController();
    const watching = repository.watch({ intervalMs: 1, signal: aborting.signal });
    await expect.poll(async () => (await repository.storage.getRuns()).length).toBe(1);
    await repository.materialize({ selection: [u] });
    await expect.poll(async () => (await repository.storage.getEventsForAsset("quick")).length).toBe(1);
    expect(await repository.storage.getEventsForAsset("slow")).toEqual([]);
    gate.resolve();
    await expect.poll(async () => (await repository.storage.getEventsForAsset("slow")).length).toBe(1);
    aborting.abort();
    await watching;
  });

  it("tries again when the Storage cannot be reached, and throws what no later round can mend", async () => {
    const storage = Storage.memory();
    let isBroken = true;
    let failure = "Unavailable";
    const { EdgewaterError } = await import("../../../src/errors.ts");
    const broken = hooked(storage, async (batch, commit) => {
      if (isBroken && batch.ticks !== undefined) {
        isBroken = false;
        throw new EdgewaterError(failure as "Unavailable", "the server is gone");
      }
      return commit(batch);
    });
    const warnings: string[] = [];
    const log = { debug: () => {}, info: () => {}, error: () => {}, warn: (text: string) => warnings.push(text) };
    const { repository } = await open({ storage: broken, log });
    const aborting = new AbortController();
    await repository.watch({ intervalMs: 1, signal: aborting.signal, onRound: ({ runs }) => runs.length > 0 && aborting.abort() });
    expect(warnings).toEqual(["Cannot evaluate automation conditions; the next round tries again"]);
    [isBroken, failure] = [true, "PermissionDenied"];
    await expect(repository.watch({ intervalMs: 1 })).rejects.toThrow(code("PermissionDenied"));
  });
});

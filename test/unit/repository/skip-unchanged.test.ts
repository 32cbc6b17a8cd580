import {
  asset,
  BaseIOHandler,
  dailyPartitions,
  externalAsset,
  InMemoryIOHandler,
  input,
  intervalPartitions,
  Materialization,
  MemoryStore,
  multiAsset,
  Observation,
  Output,
  PartitionMapping,
  Repository,
  Storage,
  SuperJsonIOHandler,
  selfInput,
  staticPartitions,
  task,
} from "edgewater";
import { describe, expect, it, vi } from "vitest";
import { hooked } from "./hooked-storage.ts";

/** A store, and a way to open repositories over it and one Storage, as processes one after the other would. */
function world() {
  const store = new MemoryStore();
  const storage = Storage.memory();
  const ioHandler = new SuperJsonIOHandler({ store });
  return { store, storage, ioHandler };
}

const unchanged = expect.stringMatching(/^unchanged since event \d+$/);

describe("skipUnchanged", () => {
  it("skips a step when nothing has changed, and counts the value before as made", async () => {
    const { storage, ioHandler } = world();
    const compute = vi.fn(() => [1, 2]);
    const rows = asset({ name: "rows", codeVersion: "1", skipUnchanged: true }, compute);
    await using repository = await Repository.open({ assets: [rows], storage, ioHandler });
    const first = await repository.materialize();
    expect(first.decisions).toEqual([
      { step: "rows", assets: ["rows"], partitionKeys: undefined, isSkipped: false, reason: "it was never made" },
    ]);
    const seen: string[] = [];
    const second = await repository.materialize({ onProgress: ({ type }) => seen.push(type) });
    expect(compute).toHaveBeenCalledTimes(1);
    expect(second).toMatchObject({ success: true, materializedAssets: ["rows"], skippedAssets: [], events: [] });
    expect(second.decisions).toMatchObject([{ isSkipped: true, reason: unchanged }]);
    expect(seen).toEqual(["run-start", "step-skipped", "run-end"]);
    const events = await storage.getEventsForRun(second.runId, { types: "all" });
    expect(events.map(({ eventType }) => eventType)).toEqual(["RunStart", "StepSkipped", "RunEnd"]);
    expect(events[1]).toMatchObject({ assetKey: "rows", reason: unchanged, unchanged: true });
    expect((await storage.getRun(second.runId))?.status).toBe("Success");
    const [start] = await storage.getEventsForRun(first.runId, { types: ["StepStart"] });
    expect(start).toMatchObject({ reason: "it was never made" });
  });

  it("is chosen by the run, else by the asset", async () => {
    const { storage, ioHandler } = world();
    const compute = vi.fn(() => 1);
    const rows = asset({ name: "rows", codeVersion: "1" }, compute);
    await using repository = await Repository.open({ assets: [rows], storage, ioHandler });
    await repository.materialize();
    await repository.materialize();
    expect(compute).toHaveBeenCalledTimes(2);
    expect((await repository.materialize({ skipUnchanged: true })).decisions).toMatchObject([{ isSkipped: true }]);
    const always = asset({ name: "rows", codeVersion: "1", skipUnchanged: true }, compute);
    await using other = await Repository.open({ assets: [always], storage, ioHandler });
    expect((await other.materialize()).decisions).toMatchObject([{ isSkipped: true }]);
    expect(compute).toHaveBeenCalledTimes(2);
    expect((await other.materialize({ skipUnchanged: false })).decisions).toEqual([]);
    expect(compute).toHaveBeenCalledTimes(3);
  });

  it("spreads: what a skipped or unchanged input leads to is skipped, and what a changed one leads to is not", async () => {
    const { storage, ioHandler } = world();
    let [feed, rounded] = [1.1, vi.fn((value: number) => Math.round(value))];
    const source = asset({ name: "source" }, () => feed);
    const round = asset({ name: "round", inputs: { source }, codeVersion: "1" }, ({ source }) => rounded(source));
    const report = asset({ name: "report", inputs: { round }, codeVersion: "1" }, ({ round }) => `It is ${round}.`);
    await using repository = await Repository.open({ assets: [source, round, report], storage, ioHandler });
    await repository.materialize();
    const reasons = async (): Promise<unknown> => {
      const { decisions } = await repository.materialize({ skipUnchanged: true });
      return decisions.map(({ step, isSkipped, reason }) => [step, isSkipped, reason]);
    };
    expect(await reasons()).toEqual([
      ["source", false, "it declares no codeVersion"],
      ["round", true, unchanged],
      ["report", true, unchanged],
    ]);
    feed = 1.2;
    expect(await reasons()).toEqual([
      ["source", false, "it declares no codeVersion"],
      ["round", false, 'its input "source" has a new data version'],
      ["report", true, unchanged],
    ]);
    feed = 7;
    expect(await reasons()).toMatchObject([{ 1: false }, { 1: false }, { 1: false }]);
    expect(rounded).toHaveBeenCalledTimes(3);
    expect(await repository.load(report)).toBe("It is 7.");
  });

  it("makes again what another code version, declaration, handler or place has made", async () => {
    const { store, storage, ioHandler } = world();
    const reasonOf = async (options: Partial<Parameters<typeof asset>[0]>): Promise<string | undefined> => {
      const rows = asset({ name: "rows", codeVersion: "1", skipUnchanged: true, ...(options as object) }, () => 1);
      await using repository = await Repository.open({ assets: [rows], storage, ioHandler });
      return (await repository.materialize()).decisions[0]?.reason;
    };
    const declared = "its metadata, its handler, its place or its inputs were declared differently";
    expect(await reasonOf({})).toBe("it was never made");
    expect(await reasonOf({})).toEqual(unchanged);
    expect(await reasonOf({ codeVersion: "2" })).toBe('its code version is "2", and was "1"');
    expect(await reasonOf({ codeVersion: "2", metadata: { columns: "a" } })).toBe(declared);
    expect(await reasonOf({ codeVersion: "2", metadata: { columns: "a" } })).toEqual(unchanged);
    const elsewhere = new SuperJsonIOHandler({ store, prefix: "v2" });
    expect(await reasonOf({ codeVersion: "2", metadata: { columns: "a" }, ioHandler: elsewhere })).toBe(declared);
    expect(await reasonOf({ codeVersion: undefined })).toBe("it declares no codeVersion");
  });

  it("makes a partition again that covers another span of time, and not because others were added", async () => {
    const { storage, ioHandler } = world();
    const start = "2024-01-01T00:00:00";
    const decisionsOf = async (every: number, end: string): Promise<unknown> => {
      const partitions = intervalPartitions({ start, end, every });
      const rows = asset({ name: "rows", codeVersion: "1", skipUnchanged: true, partitions }, () => 1);
      await using repository = await Repository.open({ assets: [rows], storage, ioHandler });
      return (await repository.materialize({ partitionKey: start })).decisions.map(({ isSkipped }) => isSkipped);
    };
    expect(await decisionsOf(3600, "2024-01-02T00:00:00")).toEqual([false]);
    expect(await decisionsOf(3600, "2024-01-03T00:00:00")).toEqual([true]);
    expect(await decisionsOf(7200, "2024-01-03T00:00:00")).toEqual([false]);
  });

  it("makes again what is gone from its store, or was replaced there", async () => {
    const { store, storage, ioHandler } = world();
    const rows = asset({ name: "rows", codeVersion: "1", skipUnchanged: true }, () => 1);
    await using repository = await Repository.open({ assets: [rows], storage, ioHandler });
    await repository.materialize();
    await store.delete("rows.superjson");
    expect((await repository.materialize()).decisions).toMatchObject([{ reason: "its value is gone from its store" }]);
    await store.put("rows.superjson", new Uint8Array([1]));
    expect((await repository.materialize()).decisions).toMatchObject([{ reason: "its store has another value" }]);
    expect((await repository.materialize()).decisions).toMatchObject([{ isSkipped: true }]);
  });

  it("relies on nothing that it cannot know", async () => {
    const { storage, ioHandler } = world();
    class Plain extends BaseIOHandler {
      #value: unknown;
      handleOutput(_: unknown, value: unknown) {
        this.#value = value;
      }
      loadInput() {
        return this.#value;
      }
    }
    const feed = externalAsset({ name: "feed", ioHandler: new InMemoryIOHandler() }, () => Observation({ dataVersion: "etag-1" }));
    const memory = asset({ name: "memory", ioHandler: new InMemoryIOHandler() }, () => 1);
    const options = { codeVersion: "1", skipUnchanged: true } as const;
    const loader = new (class extends Plain {
      override loadInput() {
        return 1;
      }
    })();
    const assets = [
      feed,
      memory,
      asset({ name: "plain", ...options, ioHandler: new Plain() }, () => 1),
      asset({ name: "from feed", ...options, inputs: { feed: input(feed, { ioHandler: loader }) } }, () => 1),
      asset({ name: "from memory", ...options, inputs: { memory } }, ({ memory }) => memory),
      asset({ name: "stored itself", ...options }, () => Materialization()),
    ];
    await using repository = await Repository.open({ assets, storage, ioHandler });
    await repository.materialize();
    const { decisions } = await repository.materialize();
    expect(decisions.map(({ step, reason }) => [step, reason])).toEqual([
      ["plain", "its handler has no identity()"],
      ["from feed", 'its input "feed" is loaded by a handler of its own, which no record describes'],
      ["from memory", 'its input "memory" has a data version that is new with every write'],
      ["stored itself", "its store cannot tell whether it has the recorded value"],
    ]);
  });

  it("compares an external input by what was observed", async () => {
    const { storage, ioHandler } = world();
    let etag = "1";
    const feed = externalAsset(
      {
        name: "feed",
        ioHandler: new (class extends InMemoryIOHandler {
          override loadInput() {
            return etag;
          }
        })(),
      },
      () => Observation({ dataVersion: `etag-${etag}` }),
    );
    const copy = asset({ name: "copy", codeVersion: "1", skipUnchanged: true, inputs: { feed } }, ({ feed }) => feed);
    await using repository = await Repository.open({ assets: [feed, copy], storage, ioHandler });
    expect((await repository.materialize()).decisions).toMatchObject([{ reason: 'its input "feed" was never observed' }]);
    await repository.observe();
    expect((await repository.materialize()).decisions).toMatchObject([{ isSkipped: false }]);
    expect((await repository.materialize()).decisions).toMatchObject([{ isSkipped: true }]);
    etag = "2";
    await repository.observe();
    expect((await repository.materialize()).decisions).toMatchObject([{ reason: 'its input "feed" has a new data version' }]);
    expect(await repository.load(copy)).toBe("2");
  });

  it("makes an asset again that depends on its own earlier value, and one that was written by hand", async () => {
    const { storage, ioHandler } = world();
    const options = { codeVersion: "1", skipUnchanged: true } as const;
    const counter = asset({ name: "counter", ...options, inputs: { before: selfInput<number>() } }, ({ before = 0 }) => before + 1);
    const rows = asset({ name: "rows", ...options }, () => 1);
    await using repository = await Repository.open({ assets: [counter, rows], storage, ioHandler });
    for (let runs = 1; runs <= 3; runs++) {
      await repository.materialize();
      expect(await repository.load(counter)).toBe(runs);
    }
    await repository.write(rows, 5);
    expect(await repository.load(rows)).toBe(5);
    const { decisions } = await repository.materialize({ selection: [rows] });
    expect(decisions).toMatchObject([{ reason: "it is not recorded what its value was made from" }]);
    expect(await repository.load(rows)).toBe(1);
  });

  it("decides on each partition, and on the outputs of one step together", async () => {
    const { storage, ioHandler } = world();
    const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-04" });
    const options = { codeVersion: "1", skipUnchanged: true } as const;
    const made: string[] = [];
    let version = 1;
    const raw = asset({ name: "raw", partitions: days }, (_, { partitionKey }) =>
      Output(1, { dataVersion: partitionKey === "2024-01-02" ? `v${version}` : "v1" }),
    );
    const clean = asset({ name: "clean", ...options, partitions: days, inputs: { raw } }, ({ raw }, { partitionKey }) => {
      made.push(`clean[${partitionKey}]`);
      return raw;
    });
    const batch = asset({ name: "batch", ...options, partitions: { definition: days, batch: true }, inputs: { raw } }, async ({ raw }) => {
      made.push("batch");
      const all = await raw.toMap();
      return new Map([...all].map(([key]) => [key, 1]));
    });
    const sum = asset(
      { name: "sum", ...options, inputs: { raw: input(raw, { partitionMapping: PartitionMapping.all() }) } },
      async ({ raw }) => {
        made.push("sum");
        return (await raw.toMap()).size;
      },
    );
    const pair = multiAsset(
      { name: "pair", outputs: { left: { codeVersion: "1" }, right: { codeVersion: "1" } }, skipUnchanged: true },
      () => {
        made.push("pair");
        return { left: 1, right: 2 };
      },
    );
    const assets = [raw, clean, batch, sum, pair];
    await using repository = await Repository.open({ assets, storage, ioHandler });
    await repository.materialize({ partitionKeys: "all" });
    made.length = 0;
    await repository.materialize({ partitionKeys: "all" });
    expect(made).toEqual([]);
    version = 2;
    await repository.materialize({ partitionKeys: "all" });
    expect(made.sort()).toEqual(["batch", "clean[2024-01-02]", "sum"]);
  });

  it("notices that a partition was added to an input that skips missing ones", async () => {
    const { storage, ioHandler } = world();
    const days = staticPartitions(["mon", "tue"]);
    const raw = asset({ name: "raw", partitions: days }, () => 1);
    const mapping = { partitionMapping: PartitionMapping.all(), missing: "skip" } as const;
    const sum = asset({ name: "sum", codeVersion: "1", skipUnchanged: true, inputs: { raw: input(raw, mapping) } }, async ({ raw }) => {
      return (await raw.toMap()).size;
    });
    await using repository = await Repository.open({ assets: [raw, sum], storage, ioHandler });
    await repository.materialize({ selection: [raw], partitionKey: "mon" });
    await repository.materialize({ selection: [sum] });
    expect((await repository.materialize({ selection: [sum] })).decisions).toMatchObject([{ isSkipped: true }]);
    await repository.materialize({ selection: [raw], partitionKey: "tue" });
    expect((await repository.materialize({ selection: [sum] })).decisions).toMatchObject([
      { reason: 'its input "raw[tue]" has a new data version' },
    ]);
    expect(await repository.load(sum)).toBe(2);
  });

  it("skips tasks too, which run with what takes them", async () => {
    const { storage, ioHandler } = world();
    const compute = vi.fn(() => 1);
    const clean = task({ name: "clean", codeVersion: "1", skipUnchanged: true }, compute);
    const report = asset({ name: "report", codeVersion: "1", skipUnchanged: true, inputs: { clean } }, ({ clean }) => clean);
    await using repository = await Repository.open({ assets: [report], tasks: [clean], storage, ioHandler });
    await repository.materialize();
    expect((await repository.materialize()).decisions).toMatchObject([{ isSkipped: true }, { isSkipped: true }]);
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it("leaves two runs that make the same at the same time with one value", async () => {
    const { storage, ioHandler } = world();
    const rows = asset({ name: "rows", codeVersion: "1", skipUnchanged: true }, () => 1);
    await using faster = await Repository.open({ assets: [rows], storage, ioHandler });
    let winner: Promise<unknown> | undefined;
    const slow = hooked(storage, async (batch, commit) => {
      // The other run makes it when this one has decided to make it, too.
      const starts = batch.events?.some(({ eventType }) => eventType === "StepStart");
      if (starts) winner ??= faster.materialize();
      await winner;
      return commit(batch);
    });
    await using slower = await Repository.open({ assets: [rows], storage: slow, ioHandler });
    const result = await slower.materialize();
    expect(result).toMatchObject({ success: true, decisions: [{ isSkipped: true }] });
    expect(await storage.getEventsForAsset("rows")).toHaveLength(1);
  });

  it("is kept for a run that is resumed", async () => {
    const { storage, ioHandler } = world();
    let fails = true;
    const rows = asset({ name: "rows", codeVersion: "1", skipUnchanged: true }, () => 1);
    const last = asset({ name: "last", inputs: { rows } }, ({ rows }) => {
      if (fails) throw new Error("failed");
      return rows;
    });
    await using repository = await Repository.open({ assets: [rows, last], storage, ioHandler });
    await repository.materialize({ selection: [rows] });
    await repository.materialize({ raiseOnError: false });
    fails = false;
    const resumed = await repository.materialize({ resume: true });
    expect(resumed.decisions).toMatchObject([{ step: "rows", isSkipped: true }]);
    fails = true;
    const forced = await repository.materialize({ skipUnchanged: false, raiseOnError: false });
    expect((await storage.getRun(forced.runId))?.selection).toEqual({ skipUnchanged: false });
  });

  it("is reported by plan, also where it depends on an earlier step", async () => {
    const { storage, ioHandler } = world();
    const source = asset({ name: "source" }, () => 1);
    const first = asset({ name: "first", codeVersion: "1", inputs: { source } }, ({ source }) => source);
    const second = asset({ name: "second", codeVersion: "1", inputs: { first } }, ({ first }) => first);
    await using repository = await Repository.open({ assets: [source, first, second], storage, ioHandler });
    await repository.materialize();
    const planned = await repository.plan({ selection: [first, second], skipUnchanged: true });
    expect(planned).toMatchObject([
      { step: "first", why: "unchanged", reason: unchanged },
      { step: "second", why: "unchanged", reason: unchanged },
    ]);
    expect(await repository.plan({ skipUnchanged: true })).toMatchObject([
      { step: "source", why: "requested", reason: "it declares no codeVersion" },
      { step: "first", why: "requested", reason: "it is decided when source has ended" },
      { step: "second", why: "requested", reason: "it is decided when first has ended" },
    ]);
    expect((await repository.plan()).map(({ reason }) => reason)).toEqual([undefined, undefined, undefined]);
  });

  it("records a fingerprint without secrets, and none without a code version", async () => {
    const { storage, ioHandler } = world();
    const declared = asset({ name: "declared", codeVersion: "1" }, () => 1);
    const plain = asset({ name: "plain" }, () => 1);
    await using repository = await Repository.open({ assets: [declared, plain], storage, ioHandler });
    await repository.materialize();
    expect((await storage.getLatestMaterialization("declared"))?.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await storage.getLatestMaterialization("plain"))?.fingerprint).toBeUndefined();
  });
});

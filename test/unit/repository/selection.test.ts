import { asset, input, Output, PartitionMapping, Repository, Storage, staticPartitions, task } from "edgewater";
import { beforeEach, describe, expect, it } from "vitest";

const days = staticPartitions(["mon", "tue", "wed"]);
let version = "v1";
let failing: readonly string[] = [];
const source = asset({ name: "source" }, () => Output(1, { dataVersion: version }));
const daily = asset({ name: "daily", partitions: days, inputs: { source } }, ({ source }, { partitionKey }) => {
  if (failing.includes(partitionKey)) throw new Error(`no ${partitionKey}`);
  return source;
});
const batch = asset({ name: "batch", partitions: { definition: days, batch: true } }, (_, { partition }) => {
  return new Map(partition?.keys.map((key) => [String(key), 1]));
});
const total = asset(
  { name: "total", inputs: { days: input(daily, { partitionMapping: PartitionMapping.all(), missing: "skip" }) } },
  () => 1,
);
const assets = [source, daily, batch, total];

function made(events: readonly { readonly assetKey: string; readonly partitionKey?: unknown }[]): readonly string[] {
  return events.map(({ assetKey, partitionKey }) => (partitionKey === undefined ? assetKey : `${assetKey}[${partitionKey}]`)).sort();
}

beforeEach(() => {
  version = "v1";
  failing = [];
});

describe("partitionKeys as a word", () => {
  it("makes all partitions, and the selected assets without partitions", async () => {
    await using repository = await Repository.open({ assets });
    const { events } = await repository.materialize({ partitionKeys: "all" });
    const each = ["mon", "tue", "wed"];
    expect(made(events)).toEqual([...each.map((key) => `batch[${key}]`), ...each.map((key) => `daily[${key}]`), "source", "total"]);
  });

  it("makes the missing, the stale and the failed partitions of each asset", async () => {
    await using repository = await Repository.open({ assets });
    await repository.materialize({ selection: [source, daily, batch], partitionKeys: ["mon"] });
    await repository.materialize({ selection: [batch], partitionKey: "tue" });
    const missing = await repository.materialize({ selection: [daily, batch], partitionKeys: "missing" });
    expect(made(missing.events)).toEqual(["batch[wed]", "daily[tue]", "daily[wed]"]);

    version = "v2";
    await repository.materialize({ selection: [source] });
    failing = ["tue", "wed"];
    await repository.materialize({ selection: [daily], partitionKeys: ["mon", "tue"], raiseOnError: false });
    const stale = await repository.plan({ selection: [daily, batch], partitionKeys: "stale" });
    expect(stale.map(({ step, why }) => [step, why])).toEqual([
      ["daily[tue]", "stale"],
      ["daily[wed]", "stale"],
    ]);
    const failed = await repository.plan({ selection: [daily, batch], partitionKeys: "failed" });
    expect(failed.map(({ step }) => step)).toEqual(["daily[tue]"]);
    failing = [];
    const again = await repository.materialize({ selection: [daily, batch], partitionKeys: "failed" });
    expect(made(again.events)).toEqual(["daily[tue]"]);
    expect(await repository.plan({ selection: [daily, batch], partitionKeys: "failed" })).toEqual([]);
  });

  it("makes nothing and succeeds when no partition is in the state", async () => {
    await using repository = await Repository.open({ assets });
    const result = await repository.materialize({ selection: [daily, batch], partitionKeys: "stale" });
    expect(result).toMatchObject({ success: true, events: [], materializedAssets: [] });
  });

  it("is accepted for assets without partitions", async () => {
    await using repository = await Repository.open({ assets: [source] });
    expect(made((await repository.materialize({ partitionKeys: "all" })).events)).toEqual(["source"]);
  });
});

describe("selection as a word", () => {
  it("makes the missing assets and partitions", async () => {
    await using repository = await Repository.open({ assets });
    await repository.materialize({ selection: [source, daily], partitionKey: "mon" });
    const { events } = await repository.materialize({ selection: "missing" });
    expect(made(events)).toEqual(["batch[mon]", "batch[tue]", "batch[wed]", "daily[tue]", "daily[wed]", "total"]);
    expect(await repository.plan({ selection: "missing" })).toEqual([]);
  });

  it("makes what is stale, each after its inputs, and nothing else", async () => {
    await using repository = await Repository.open({ assets });
    await repository.materialize({ partitionKeys: ["mon", "tue"] });
    version = "v2";
    await repository.materialize({ selection: [source] });
    const planned = await repository.plan({ selection: "stale" });
    expect(planned.map(({ step }) => step)).toEqual(["daily[mon]", "daily[tue]", "total"]);
    await repository.materialize({ selection: "stale" });
    expect(await repository.plan({ selection: "stale" })).toEqual([]);
  });

  it("makes what failed, also within given partitions only", async () => {
    await using repository = await Repository.open({ assets });
    failing = ["mon", "tue"];
    await repository.materialize({ partitionKeys: "all", raiseOnError: false });
    const planned = await repository.plan({ selection: "failed" });
    expect(planned.map(({ step, why }) => [step, why])).toEqual([
      ["daily[mon]", "missing"],
      ["daily[tue]", "missing"],
    ]);
    const only = await repository.plan({ selection: "failed", partitionKeys: ["tue", "wed"] });
    expect(only.map(({ step }) => step)).toEqual(["daily[tue]"]);
    failing = [];
    await repository.materialize({ selection: "missing" });
    failing = ["mon"];
    await repository.materialize({ selection: [daily], partitionKeys: ["mon"], raiseOnError: false });
    expect(await repository.plan({ selection: "failed" })).toMatchObject([{ step: "daily[mon]", why: "failed" }]);
  });

  it("includes what the selection is made from, when that is asked for", async () => {
    const clean = task({ name: "clean", inputs: { source } }, ({ source }) => source);
    const report = asset({ name: "report", inputs: { clean } }, ({ clean }) => clean);
    await using repository = await Repository.open({ assets: [source, report], tasks: [clean] });
    await repository.materialize({ selection: [source] });
    const planned = await repository.plan({ selection: "missing", includeUpstream: true });
    expect(planned.map(({ step }) => step)).toEqual(["source", "clean", "report"]);
  });

  it("makes the same when its run is resumed, whatever has changed since", async () => {
    await using storage = Storage.memory();
    const fails = asset({ name: "fails", partitions: days, inputs: { source } }, (_, { partitionKey }) => {
      if (failing.includes(partitionKey)) throw new Error("failed");
      return 1;
    });
    await using repository = await Repository.open({ assets: [source, fails], storage });
    failing = ["mon", "tue", "wed"];
    const { runId } = await repository.materialize({ selection: "missing", partitionKeys: ["mon", "tue"], raiseOnError: false });
    expect((await storage.getRun(runId))?.selection).toEqual({ selection: ["source", "fails"], partitionsOf: { fails: ["mon", "tue"] } });
    failing = [];
    await repository.materialize({ selection: [fails], partitionKey: "mon" });
    const { events } = await repository.materialize({ resume: runId });
    expect(made(events)).toEqual(["fails[mon]", "fails[tue]", "source"]);
  });
});

describe("assets with partitions", () => {
  it("are refused without a word about their partitions, with every way to say it", async () => {
    await using repository = await Repository.open({ assets });
    const ways = [
      "daily, batch",
      "partitionKey: key",
      "partitionKeys: [key, …]",
      'partitionKeys: "all", "missing", "stale" or "failed"',
      "partitionRange: { from, to }",
      'selection: "missing", "stale" or "failed"',
    ];
    const error: Error = await repository.materialize().then(
      () => new Error("did not throw"),
      (error) => error,
    );
    for (const way of ways) expect(error.message).toContain(way);
    await expect(repository.plan()).rejects.toMatchObject({ code: "PartitionError", message: error.message });
  });

  it("refuse unknown words, and two ways at once", async () => {
    await using repository = await Repository.open({ assets });
    await expect(repository.materialize({ partitionKeys: "some" as never })).rejects.toMatchObject({
      code: "SettingsError",
      field: "partitionKeys",
      message: expect.stringContaining('"all", "missing", "stale" or "failed"'),
    });
    await expect(repository.plan({ selection: "newest" as never })).rejects.toMatchObject({ code: "SettingsError", field: "selection" });
    await expect(repository.materialize({ partitionKeys: "all", partitionKey: "mon" })).rejects.toMatchObject({ code: "PartitionError" });
    await expect(repository.plan({ selection: "stale", partitionKey: "never" })).rejects.toMatchObject({ code: "PartitionError" });
  });
});

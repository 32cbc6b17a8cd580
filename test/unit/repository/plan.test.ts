import {
  asset,
  externalAsset,
  InMemoryIOHandler,
  input,
  multiAsset,
  Output,
  PartitionMapping,
  Repository,
  staticPartitions,
  task,
} from "edgewater";
import { describe, expect, it, vi } from "vitest";

describe("plan", () => {
  const days = staticPartitions(["mon", "tue"]);
  let version = "v1";
  const compute = vi.fn(() => 1);
  const source = asset({ name: "source" }, () => {
    compute();
    return Output(1, { dataVersion: version });
  });
  const clean = task({ name: "clean", inputs: { source } }, ({ source }) => source);
  const report = asset({ name: "report", inputs: { clean } }, ({ clean }) => clean);
  const daily = asset({ name: "daily", partitions: days, inputs: { source } }, ({ source }) => source);
  const batch = asset({ name: "batch", partitions: { definition: days, batch: true } }, (_, { partition }) => {
    return new Map(partition?.keys.map((key) => [String(key), 1]));
  });
  const pair = multiAsset(
    { name: "pair", outputs: { left: {}, right: {} }, inputs: { days: input(daily, { partitionMapping: PartitionMapping.all() }) } },
    () => ({ left: 1, right: 2 }),
  );
  const feed = externalAsset({ name: "feed", ioHandler: new InMemoryIOHandler() });
  const assets = [source, report, daily, batch, pair, feed];
  const open = (): Promise<Repository> => Repository.open({ assets, tasks: [clean] });

  it("lists the steps of a selection in their order, and runs and records nothing", async () => {
    await using repository = await open();
    compute.mockClear();
    const steps = await repository.plan({ partitionKeys: ["mon", "tue"] });
    expect(steps.map(({ step, assets, partitionKeys, why }) => [step, assets, partitionKeys, why])).toEqual([
      ["source", ["source"], undefined, "missing"],
      ["clean", ["clean"], undefined, "requested"],
      ["report", ["report"], undefined, "missing"],
      ["daily[mon]", ["daily"], ["mon"], "missing"],
      ["daily[tue]", ["daily"], ["tue"], "missing"],
      ["batch[mon, tue]", ["batch"], ["mon", "tue"], "missing"],
      ["pair", ["left", "right"], undefined, "missing"],
    ]);
    expect(compute).not.toHaveBeenCalled();
    expect(await repository.storage.getRuns()).toEqual([]);
  });

  it("says what is stale and why, and what is only requested", async () => {
    await using repository = await open();
    await repository.materialize({ selection: [source, daily, batch], partitionKey: "mon" });
    version = "v2";
    await repository.materialize({ selection: [source] });
    const steps = await repository.plan({ selection: [source, daily, batch], partitionKeys: ["mon", "tue"] });
    expect(steps).toMatchObject([
      { step: "source", why: "requested", causes: [] },
      { step: "daily[mon]", why: "stale", causes: [{ kind: "upstream-version", upstream: "source" }] },
      { step: "daily[tue]", why: "missing", causes: [] },
      { step: "batch[mon, tue]", why: "missing", causes: [] },
    ]);
  });

  it("takes the options of a selection, and refuses others", async () => {
    await using repository = await open();
    const upstream = await repository.plan({ selection: [report], includeUpstream: true });
    expect(upstream.map(({ step }) => step)).toEqual(["source", "clean", "report"]);
    await expect(repository.plan({ selection: ["unknown"] })).rejects.toMatchObject({ code: "GraphError" });
    await expect(repository.plan({ selection: [daily] })).rejects.toMatchObject({ code: "PartitionError" });
    await expect(repository.plan({ retry: {} } as never)).rejects.toMatchObject({ code: "SettingsError" });
  });
});

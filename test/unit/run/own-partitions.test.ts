import { asset, dailyPartitions, multiPartitions, PartitionMapping, Repository, selfInput, staticPartitions } from "edgewater";
import { describe, expect, it } from "vitest";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-02-01" });
const yesterday = PartitionMapping.timeWindow({ offset: -1 });
const code = (code: string): unknown => expect.objectContaining({ code });

/** An asset that adds the day of the month to yesterday's sum. */
const sum = asset(
  { name: "sum", partitions: days, inputs: { before: selfInput<number>({ partitionMapping: yesterday }) } },
  ({ before = 0 }, { partitionKey }) => before + Number(partitionKey?.slice(-2)),
);

describe("selfInput of another partition", () => {
  it("loads yesterday's value, and none for the first day", async () => {
    await using repository = await Repository.open({ assets: [sum] });
    for (const partitionKey of ["2024-01-01", "2024-01-02", "2024-01-03"]) await repository.materialize({ partitionKey });
    expect(await repository.load(sum, { partitionKey: "2024-01-01" })).toBe(1);
    expect(await repository.load(sum, { partitionKey: "2024-01-03" })).toBe(6);
    const [event] = await repository.storage.getEventsForAsset("sum", { partition: "2024-01-03" });
    expect(Object.keys(event?.inputDataVersions ?? {})).toEqual(["sum[2024-01-02]"]);
  });

  it("makes the partitions of a run one after the other, in whatever order they are given", async () => {
    await using repository = await Repository.open({ assets: [sum] });
    const keys = days.keys({ now: new Date(), dynamicKeys: () => [] }).map(String);
    await repository.materialize({ partitionKeys: keys.toReversed() });
    expect(await repository.load(sum, { partitionKey: "2024-01-31" })).toBe(496);
  });

  it("is undefined when yesterday's was never made", async () => {
    await using repository = await Repository.open({ assets: [sum] });
    await repository.materialize({ partitionKeys: ["2024-01-05"] });
    expect(await repository.load(sum, { partitionKey: "2024-01-05" })).toBe(5);
  });

  it("maps dimensions", async () => {
    const partitions = multiPartitions({ day: days, region: staticPartitions(["eu", "us"]) });
    const before = selfInput<string>({ partitionMapping: PartitionMapping.multi({ day: yesterday }) });
    const log = asset({ name: "log", partitions, inputs: { before } }, ({ before = "" }, { partitionKey }) => `${before}${partitionKey} `);
    await using repository = await Repository.open({ assets: [log] });
    await repository.materialize({ partitionRange: { from: "day=2024-01-01|region=eu", to: "day=2024-01-02|region=us" } });
    expect(await repository.load(log, { partitionKey: "day=2024-01-02|region=us" })).toBe(
      "day=2024-01-01|region=us day=2024-01-02|region=us ",
    );
  });

  it("is refused for partitions that load each other, without partitions, and of many partitions", async () => {
    const table = PartitionMapping.static({ eu: "us", us: "eu" });
    const both = asset(
      { name: "both", partitions: staticPartitions(["eu", "us"]), inputs: { before: selfInput({ partitionMapping: table }) } },
      () => 1,
    );
    await using repository = await Repository.open({ assets: [both] });
    await repository.materialize({ partitionKey: "eu" });
    await expect(repository.materialize({ partitionKeys: ["eu", "us"] })).rejects.toThrow(code("PartitionError"));
    const none = asset({ name: "none", inputs: { before: selfInput({ partitionMapping: yesterday }) } }, () => 1);
    await expect(Repository.open({ assets: [none] })).rejects.toThrow(code("PartitionError"));
    expect(() => selfInput({ partitionMapping: PartitionMapping.all() as never })).toThrow(code("DefinitionError"));
  });
});

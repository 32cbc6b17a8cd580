import {
  asset,
  dailyPartitions,
  dynamicPartitions,
  externalAsset,
  InMemoryIOHandler,
  input,
  MemoryStore,
  multiPartitions,
  Output,
  PartitionKey,
  PartitionMap,
  PartitionMapping,
  Repository,
  SuperJsonIOHandler,
  staticPartitions,
  task,
} from "edgewater";
import { describe, expect, it } from "vitest";

const regions = staticPartitions(["eu", "us", "asia"]);
const sales = asset({ name: "sales", partitions: regions }, (_, { partitionKey }) => `sales of ${partitionKey}`);
const doubled = asset({ name: "doubled", inputs: { sales }, partitions: regions }, ({ sales }) => sales + sales);

async function keysOf(store: MemoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys;
}

describe("an asset with partitions", () => {
  it("is materialized for the given key, from its inputs of the same key", async () => {
    const store = new MemoryStore();
    await using repository = await Repository.open({ assets: [sales, doubled], ioHandler: new SuperJsonIOHandler({ store, prefix: "p" }) });
    const { runId } = await repository.materialize({ partitionKey: "eu" });
    expect(await repository.load(doubled, { partitionKey: "eu" })).toBe("sales of eusales of eu");
    expect(await keysOf(store)).toEqual(["p/doubled/eu/data.superjson", "p/sales/eu/data.superjson"]);
    const events = await repository.storage.getEventsForRun(runId);
    expect(events.map(({ assetKey, partitionKey }) => [assetKey, String(partitionKey)])).toEqual([
      ["sales", "eu"],
      ["doubled", "eu"],
    ]);
    await expect(repository.load(doubled, { partitionKey: "us" })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("is materialized once for each key of a range, and for each value of a key with several values", async () => {
    await using repository = await Repository.open({ assets: [sales] });
    await repository.materialize({ partitionRange: { from: "us", to: "asia" } });
    expect((await repository.storage.getMaterializedPartitions("sales")).map(String)).toEqual(["us", "asia"]);
    await repository.materialize({ partitionKey: PartitionKey.single(["eu", "us"]) });
    const events = await repository.storage.getEventsForAsset("sales");
    expect(events.map(({ partitionKey }) => String(partitionKey)).sort()).toEqual(["asia", "eu", "us", "us"]);
  });

  it.each([
    ["a missing key", {}, /Missing partition key for sales: .* pass partitionKey/],
    ["an unknown key", { partitionKey: "mars" }, /"mars" is not a partition of "sales"/],
  ])("refuses %s, before anything runs", async (_, selection, message) => {
    await using repository = await Repository.open({ assets: [sales] });
    await expect(repository.materialize(selection)).rejects.toMatchObject({
      code: "PartitionError",
      message: expect.stringMatching(message),
    });
    await expect(repository.load(sales, selection)).rejects.toMatchObject({ code: "PartitionError" });
    expect(await repository.storage.getRuns()).toEqual([]);
  });

  it("refuses a key when no selected asset has partitions", async () => {
    const plain = asset({ name: "plain" }, () => 1);
    await using repository = await Repository.open({ assets: [plain] });
    await expect(repository.materialize({ partitionKey: "eu" })).rejects.toMatchObject({ code: "PartitionError" });
    await expect(repository.load(plain, { partitionKey: "eu" })).rejects.toMatchObject({ code: "PartitionError" });
  });

  it("passes the key, the partition and its time window to its function", async () => {
    const days = dailyPartitions({ start: "2024-01-01", end: "2024-02-01" });
    const seen: unknown[] = [];
    const daily = asset({ name: "daily", partitions: days }, (_, { partition, partitionKey, outputSelection }) => {
      seen.push(partitionKey, partition?.timeWindow(), outputSelection);
    });
    await using repository = await Repository.open({ assets: [daily] });
    await repository.materialize({ partitionKey: "2024-01-15" });
    expect(seen).toEqual(["2024-01-15", { start: "2024-01-15T00:00:00", end: "2024-01-16T00:00:00" }, ["daily"]]);
  });

  it("throws when its function reads partitionKey without partitions", async () => {
    const plain = asset({ name: "plain" }, (_, { partitionKey }) => partitionKey);
    await using repository = await Repository.open({ assets: [plain] });
    await expect(repository.materialize()).rejects.toMatchObject({ code: "PartitionError", asset: "plain" });
  });

  it("is stored under the encoded values of its dimensions", async () => {
    const store = new MemoryStore();
    const partitions = multiPartitions({ region: staticPartitions(["a/b", "..", "x=y"]), env: staticPartitions(["prod"]) });
    const wide = asset({ name: "wide", partitions }, (_, { partitionKey }) => partitionKey);
    await using repository = await Repository.open({ assets: [wide], ioHandler: new SuperJsonIOHandler({ store }) });
    for (const region of ["a/b", "..", "x=y"]) await repository.materialize({ partitionKey: PartitionKey.multi({ region, env: "prod" }) });
    expect(await keysOf(store)).toEqual([
      "wide/env=prod/region=%2E%2E/data.superjson",
      "wide/env=prod/region=a%2Fb/data.superjson",
      "wide/env=prod/region=x%3Dy/data.superjson",
    ]);
    expect(await repository.load(wide, { partitionKey: "env=prod|region=a/b" })).toBe("env=prod|region=a/b");
  });

  it("loads the one value of an input without partitions for every key", async () => {
    const rate = asset({ name: "rate" }, () => 2);
    const priced = asset({ name: "priced", inputs: { rate, sales }, partitions: regions }, ({ rate, sales }) => `${rate} × ${sales}`);
    await using repository = await Repository.open({ assets: [rate, sales, priced] });
    await repository.materialize({ partitionKey: "us" });
    expect(await repository.load(priced, { partitionKey: "us" })).toBe("2 × sales of us");
  });

  it("can use dynamic partitions that are added later", async () => {
    const customers = asset({ name: "customers", partitions: dynamicPartitions("customers") }, (_, { partitionKey }) => partitionKey);
    await using repository = await Repository.open({ assets: [customers] });
    await expect(repository.materialize({ partitionKey: "acme" })).rejects.toMatchObject({ code: "PartitionError" });
    await repository.storage.addDynamicPartitions("customers", ["acme"]);
    await repository.materialize({ partitionKey: "acme" });
    expect(await repository.load(customers, { partitionKey: "acme" })).toBe("acme");
  });
});

describe("a partition mapping", () => {
  const total = asset(
    { name: "total", inputs: { sales: input(sales, { partitionMapping: PartitionMapping.all() }) } },
    async ({ sales }) => {
      expect(sales).toBeInstanceOf(PartitionMap);
      return [...(await sales.toMap())];
    },
  );

  it("all() gives a map in the order of the partitions, with each value under its own key", async () => {
    await using repository = await Repository.open({ assets: [sales, total] });
    await repository.materialize({ selection: [sales], partitionRange: { from: "eu", to: "asia" } });
    const { runId } = await repository.materialize({ selection: [total] });
    expect(await repository.load(total)).toEqual([
      ["eu", "sales of eu"],
      ["us", "sales of us"],
      ["asia", "sales of asia"],
    ]);
    const [event] = await repository.storage.getEventsForRun(runId);
    expect(Object.keys(event?.inputDataVersions ?? {})).toEqual(["sales[eu]", "sales[us]", "sales[asia]"]);
  });

  it("all() throws NotFound for a partition that was never written, or leaves it out with missing: skip", async () => {
    const partitionMapping = PartitionMapping.all();
    const lenient = asset(
      { name: "lenient", inputs: { sales: input(sales, { partitionMapping, missing: "skip" }) } },
      async ({ sales }) => [...(await sales.toMap())],
    );
    await using repository = await Repository.open({ assets: [sales, total, lenient] });
    await repository.materialize({ selection: [sales], partitionKey: "us" });
    await expect(repository.materialize({ selection: [total] })).rejects.toMatchObject({ code: "NotFound" });
    await repository.materialize({ selection: [lenient] });
    expect(await repository.load(lenient)).toEqual([["us", "sales of us"]]);
  });

  it("to several partitions gives a map even for one key", async () => {
    const only = asset(
      { name: "only", inputs: { sales: input(sales, { partitionMapping: PartitionMapping.specific(["us"]) }) } },
      ({ sales }) => sales.get("us"),
    );
    await using repository = await Repository.open({ assets: [sales, only] });
    await repository.materialize({ selection: [sales], partitionKey: "us" });
    await repository.materialize({ selection: [only] });
    expect(await repository.load(only)).toBe("sales of us");
  });

  it("to an earlier day loads that day", async () => {
    const days = dailyPartitions({ start: "2024-02-28", end: "2024-03-03" });
    const price = asset({ name: "price", partitions: days }, (_, { partitionKey }) => partitionKey);
    const yesterday = input(price, { partitionMapping: PartitionMapping.timeWindow({ offset: -1 }) });
    const change = asset(
      { name: "change", inputs: { price, yesterday }, partitions: days },
      ({ price, yesterday }) => `${yesterday} → ${price}`,
    );
    await using repository = await Repository.open({ assets: [price, change] });
    await repository.materialize({ selection: [price], partitionRange: { from: "2024-02-28", to: "2024-03-01" } });
    await repository.materialize({ selection: [change], partitionKey: "2024-03-01" });
    expect(await repository.load(change, { partitionKey: "2024-03-01" })).toBe("2024-02-29 → 2024-03-01");
    await expect(repository.materialize({ selection: [change], partitionKey: "2024-02-28" })).rejects.toMatchObject({
      code: "PartitionError",
    });
  });

  it("without a partition for a key gives undefined and does not call the handler", async () => {
    const bonus = asset({ name: "bonus" }, () => 5);
    const partitionMapping = PartitionMapping.forKeys(["eu"]);
    const paid = asset(
      { name: "paid", inputs: { bonus: input(bonus, { partitionMapping }) }, partitions: regions },
      ({ bonus }) => bonus ?? "none",
    );
    await using repository = await Repository.open({ assets: [bonus, paid] });
    await repository.materialize({ partitionRange: { from: "eu", to: "us" } });
    expect(await repository.load(paid, { partitionKey: "eu" })).toBe(5);
    expect(await repository.load(paid, { partitionKey: "us" })).toBe("none");
  });

  it("is required where the partitions differ, and the message says which to declare", async () => {
    const plain = asset({ name: "plain", inputs: { sales } }, ({ sales }) => sales);
    await expect(Repository.open({ assets: [sales, plain] })).rejects.toMatchObject({
      code: "PartitionError",
      message: expect.stringContaining("PartitionMapping.all()"),
    });
  });

  it("materializes the upstream partitions that it needs with includeUpstream, and waits for them", async () => {
    await using repository = await Repository.open({ assets: [sales, total] });
    const { materializedAssets } = await repository.materialize({ selection: [total], includeUpstream: true });
    expect(materializedAssets).toEqual(["sales", "total"]);
    expect(await repository.storage.getMaterializedPartitions("sales")).toHaveLength(3);
  });

  it("runs an upstream task for the partitions that are needed", async () => {
    const fetched = task({ name: "fetched", partitions: regions }, (_, { partitionKey }) => partitionKey.toUpperCase());
    const shown = asset({ name: "shown", inputs: { fetched }, partitions: regions }, ({ fetched }) => fetched);
    await using repository = await Repository.open({ assets: [shown], tasks: [fetched] });
    await repository.materialize({ partitionKey: "us" });
    expect(await repository.load(shown, { partitionKey: "us" })).toBe("US");
  });
});

describe("several partitions in one step", () => {
  const calls: string[][] = [];
  const batch = asset(
    { name: "batch", inputs: { sales }, partitions: { definition: regions, batch: true } },
    async ({ sales }, { partition }) => {
      calls.push((partition?.keys ?? []).map(String));
      const values = new Map<string, string>();
      for await (const [key, value] of sales) values.set(String(key), value.toUpperCase());
      return Output(values, { metadata: { rows: values.size } });
    },
  );

  it("are made by one call, and each is written and recorded", async () => {
    calls.length = 0;
    await using repository = await Repository.open({ assets: [sales, batch] });
    await repository.materialize({ partitionRange: { from: "eu", to: "us" } });
    expect(calls).toEqual([["eu", "us"]]);
    expect(await repository.load(batch, { partitionKey: "us" })).toBe("SALES OF US");
    expect((await repository.storage.getMaterializedPartitions("batch")).map(String)).toEqual(["eu", "us"]);
    const event = await repository.storage.getLatestMaterialization("batch", "eu");
    expect(event?.metadata["rows"]).toEqual({ kind: "Int", value: 2 });
  });

  it("take and return maps even for one key", async () => {
    await using repository = await Repository.open({ assets: [sales, batch] });
    await repository.materialize({ partitionKey: "asia" });
    expect(await repository.load(batch, { partitionKey: "asia" })).toBe("SALES OF ASIA");
  });

  it.each([
    ["a key that was not asked for writes nothing", ["eu", "us"], /not requested: us/, []],
    ["a missing key fails that partition alone", [], /no value for the partitions eu/, []],
  ])("%s", async (_, returned, message, written) => {
    const wrong = asset(
      { name: "wrong", partitions: { definition: regions, batch: true } },
      () => new Map(returned.map((key) => [key, 1])),
    );
    await using repository = await Repository.open({ assets: [wrong] });
    await expect(repository.materialize({ partitionKey: "eu" })).rejects.toThrow(message);
    expect(await repository.storage.getMaterializedPartitions("wrong")).toEqual(written);
  });

  it("keep what was committed when only a part is returned", async () => {
    const half = asset({ name: "half", partitions: { definition: regions, batch: true } }, () => new Map([["us", 1]]));
    await using repository = await Repository.open({ assets: [half] });
    const result = await repository.materialize({ partitionRange: { from: "eu", to: "us" }, raiseOnError: false });
    expect(result).toMatchObject({ success: false, materializedAssets: [], failedAssets: [{ name: "half", partition: "eu" }] });
    expect(await repository.load(half, { partitionKey: "us" })).toBe(1);
  });

  it("refuse an input without partitions, and the message says how to declare it", async () => {
    const rate = asset({ name: "rate" }, () => 2);
    const bare = asset(
      { name: "bare", inputs: { rate }, partitions: { definition: regions, batch: true } },
      () => new Map<string, number>(),
    );
    await expect(Repository.open({ assets: [rate, bare] })).rejects.toMatchObject({
      code: "PartitionError",
      message: expect.stringContaining("input(rate)"),
    });
    const wrapped = asset(
      { name: "wrapped", inputs: { rate: input(rate) }, partitions: { definition: regions, batch: true } },
      ({ rate }, { partition }) => new Map((partition?.keys ?? []).map((key) => [String(key), rate])),
    );
    await using repository = await Repository.open({ assets: [rate, wrapped] });
    await repository.materialize({ partitionKey: "eu" });
    expect(await repository.load(wrapped, { partitionKey: "eu" })).toBe(2);
  });
});

describe("load and write", () => {
  it("loads several partitions as a map", async () => {
    await using repository = await Repository.open({ assets: [sales] });
    await repository.materialize({ partitionRange: { from: "eu", to: "us" } });
    const two = await repository.load(sales, { partitionKeys: ["us", "eu"] });
    expect([...(await two.toMap())]).toEqual([
      ["us", "sales of us"],
      ["eu", "sales of eu"],
    ]);
    const all = await repository.load(sales, { partitionKeys: "all", missing: "skip" });
    expect((await all.toMap()).size).toBe(2);
    expect(all.size).toBe(3);
  });

  it("writes a value for one partition", async () => {
    await using repository = await Repository.open({ assets: [sales] });
    await expect(repository.write(sales, "x")).rejects.toMatchObject({ code: "PartitionError" });
    const event = await repository.write(sales, "mine", { partitionKey: "us" });
    expect(String(event.partitionKey)).toBe("us");
    expect(await repository.load(sales, { partitionKey: "us" })).toBe("mine");
  });

  it("loads a partition of an external asset", async () => {
    const ioHandler = new InMemoryIOHandler();
    const feed = externalAsset<string>({ name: "sales", ioHandler, partitions: regions });
    {
      await using writer = await Repository.open({ assets: [sales], ioHandler });
      await writer.materialize({ partitionKey: "eu" });
    }
    await using repository = await Repository.open({ assets: [feed] });
    expect(await repository.load(feed, { partitionKey: "eu" })).toBe("sales of eu");
  });
});

describe("options that exclude each other", () => {
  it("are refused together", async () => {
    const a = asset({ name: "a", partitions: staticPartitions(["x", "y"]) }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    const range = { from: "x", to: "y" };
    for (const options of [
      { partitionKey: "x", partitionKeys: ["y"] },
      { partitionKey: "x", partitionRange: range },
      { partitionKeys: ["x"], partitionRange: range },
    ]) {
      await expect(repository.materialize(options)).rejects.toMatchObject({ code: "PartitionError", field: Object.keys(options)[1] });
      await expect(repository.plan(options)).rejects.toMatchObject({ code: "PartitionError" });
    }
    const both = { partitionKey: "x", partitionKeys: ["y"] };
    await expect(repository.load(a, both)).rejects.toMatchObject({ code: "PartitionError", field: "partitionKeys" });
  });
});

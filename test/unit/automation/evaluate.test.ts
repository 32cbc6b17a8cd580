import {
  type AssetEvaluation,
  asset,
  type ConditionResult,
  condition,
  input,
  PartitionMapping,
  Repository,
  Storage,
  staticPartitions,
  task,
} from "edgewater";
import { condition as cron } from "edgewater/cron";
import { describe, expect, it } from "vitest";

const fires = async (repository: Repository, now?: Date): Promise<readonly string[]> => {
  const { results } = await repository.evaluate(now && { now });
  return results
    .filter(({ shouldRun }) => shouldRun)
    .flatMap(({ asset, partitions }) => (partitions ? partitions.map((key) => `${asset}[${key}]`) : [asset]));
};

const follow = async (repository: Repository): Promise<void> => {
  for (const request of (await repository.evaluate()).requests) await repository.materialize({ ...request, raiseOnError: false });
};

/** A result as one line of text. */
const line = ({ label, asset, isTrue, children }: ConditionResult): string =>
  `${isTrue ? "+" : "-"}${label}@${asset}${children.length > 0 ? `(${children.map(line).join(" ")})` : ""}`;
const why = (results: readonly AssetEvaluation[]): readonly string[] => results.map(({ because }) => line(because));

describe("facts", () => {
  it("missing is true until the asset is materialized", async () => {
    const a = asset({ name: "a", automationCondition: condition.missing() }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    expect(await fires(repository)).toEqual(["a"]);
    expect(await fires(repository)).toEqual(["a"]);
    await repository.materialize();
    expect(await fires(repository)).toEqual([]);
  });

  it("dataVersionChanged is true once for each new version, and not at the first evaluation", async () => {
    let value = 1;
    const a = asset({ name: "a", automationCondition: condition.dataVersionChanged() }, (_, context) => {
      context.registerDataVersion(`v${value}`);
      return value;
    });
    await using repository = await Repository.open({ assets: [a] });
    expect(await fires(repository)).toEqual([]);
    await repository.materialize();
    expect(await fires(repository)).toEqual(["a"]);
    expect(await fires(repository)).toEqual([]);
    await repository.materialize();
    expect(await fires(repository)).toEqual([]);
    value = 2;
    await repository.materialize();
    expect(await fires(repository)).toEqual(["a"]);
  });

  it("newlyUpdated is true once after every materialization, even with equal content", async () => {
    const a = asset({ name: "a", automationCondition: condition.newlyUpdated() }, (_, context) => {
      context.registerDataVersion("same");
      return 1;
    });
    await using repository = await Repository.open({ assets: [a] });
    await repository.materialize();
    expect(await fires(repository)).toEqual([]);
    await repository.materialize();
    expect(await fires(repository)).toEqual(["a"]);
    expect(await fires(repository)).toEqual([]);
  });

  it("codeVersionChanged is true until the new code has materialized the asset", async () => {
    await using storage = Storage.memory();
    const made = (codeVersion: string) => asset({ name: "a", codeVersion, automationCondition: condition.codeVersionChanged() }, () => 1);
    await using first = await Repository.open({ assets: [made("1")], storage });
    expect(await fires(first)).toEqual([]);
    await first.materialize();
    expect(await fires(first)).toEqual([]);
    await using second = await Repository.open({ assets: [made("2")], storage });
    expect(await fires(second)).toEqual(["a"]);
    await second.materialize();
    expect(await fires(second)).toEqual([]);
  });

  it("inProgress is true while a run is to make the asset, and executionFailed until it succeeds", async () => {
    const gate = Promise.withResolvers<void>();
    let isRaining = true;
    const a = asset({ name: "a", automationCondition: condition.inProgress() }, () => gate.promise);
    const b = asset(
      { name: "b", inputs: { a }, automationCondition: condition.or(condition.inProgress(), condition.executionFailed()) },
      () => {
        if (isRaining) throw new Error("it rains");
        return 1;
      },
    );
    await using repository = await Repository.open({ assets: [a, b] });
    const running = repository.materialize({ raiseOnError: false });
    await expect.poll(async () => (await repository.storage.getRuns())[0]?.status).toBe("Started");
    expect(await fires(repository)).toEqual(["a", "b"]);
    gate.resolve();
    await running;
    expect(await fires(repository)).toEqual(["b"]);
    isRaining = false;
    await repository.materialize({ selection: [b] });
    expect(await fires(repository)).toEqual([]);
  });
});

describe("operators", () => {
  const { and, or, not, missing, newlyTrue, sinceLastHandled, anyDepsMatch, allDepsMatch, newlyUpdated } = condition;

  it("combine conditions, and report the result of each part", async () => {
    const a = asset({ name: "a", automationCondition: and(missing(), or(not(missing()), missing())) }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    const { results, requests } = await repository.evaluate();
    expect(why(results)).toEqual(["+and@a(+missing@a +or@a(-not@a(+missing@a) +missing@a))"]);
    expect(requests).toEqual([{ selection: ["a"], runId: expect.any(String) }]);
  });

  it("newlyTrue is true once", async () => {
    const a = asset({ name: "a", automationCondition: newlyTrue(missing()) }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    expect([await fires(repository), await fires(repository)]).toEqual([["a"], []]);
  });

  it("anyDepsMatch and allDepsMatch look at upstream assets, also behind tasks", async () => {
    const a = asset({ name: "a" }, () => 1);
    const b = asset({ name: "b" }, () => 1);
    const t = task({ name: "t", inputs: { b } }, ({ b }) => b);
    const any = asset({ name: "any", inputs: { a, t }, automationCondition: anyDepsMatch(missing()) }, () => 1);
    const all = asset({ name: "all", inputs: { a, t }, automationCondition: allDepsMatch(missing()) }, () => 1);
    await using repository = await Repository.open({ assets: [a, b, any, all], tasks: [t] });
    expect(await fires(repository)).toEqual(["any", "all"]);
    await repository.materialize({ selection: [a] });
    const { results } = await repository.evaluate();
    expect(why(results)).toEqual(["+any dependency@any(-missing@a +missing@b)", "-all dependencies@all(-missing@a +missing@b)"]);
    await repository.materialize({ selection: [b] });
    expect(await fires(repository)).toEqual([]);
  });

  it("sinceLastHandled stays true until the asset is requested to run", async () => {
    const a = asset({ name: "a" }, () => 1);
    const isBlocked = { value: true };
    const gate = asset({ name: "gate" }, () => 1);
    const b = asset(
      {
        name: "b",
        inputs: { a, gate },
        automationCondition: and(sinceLastHandled(anyDepsMatch(newlyUpdated())), not(anyDepsMatch(missing()))),
      },
      () => isBlocked.value,
    );
    await using repository = await Repository.open({ assets: [a, gate, b] });
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [a] });
    expect(await fires(repository)).toEqual([]);
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [gate] });
    expect(await fires(repository)).toEqual(["b"]);
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [a] });
    expect(await repository.evaluate({ dryRun: true })).toMatchObject({ requests: [{ selection: ["b"] }] });
    await repository.materialize({ selection: [b] });
    // Materialized since, from the new data.
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [b] });
    await repository.materialize({ selection: [a] });
    // Materialized since, but not from the new data.
    expect(await fires(repository)).toEqual(["b"]);
  });
});

describe("presets", () => {
  it("eager requests what is missing and what has new upstream data", async () => {
    const eager = { automationCondition: condition.eager() };
    const a = asset({ name: "a" }, () => 1);
    const b = asset({ name: "b", inputs: { a }, ...eager }, () => 1);
    await using repository = await Repository.open({ assets: [a, b] });
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [a] });
    expect(await fires(repository)).toEqual(["b"]);
    await repository.materialize({ selection: [b] });
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [a] });
    expect(await fires(repository)).toEqual(["b"]);
  });

  it.each([
    ["eager", condition.eager()],
    ["onMissing", condition.onMissing()],
    ["eager behind another condition", condition.and(condition.eager(), condition.not(condition.inProgress()))],
  ])("%s does not repeat what failed until an input changes", async (_, automationCondition) => {
    let isRaining = true;
    const a = asset({ name: "a" }, () => 1);
    const b = asset({ name: "b", inputs: { a }, automationCondition }, () => {
      if (isRaining) throw new Error("it rains");
      return 1;
    });
    await using repository = await Repository.open({ assets: [a, b] });
    for (let round = 0; round < 2; round++) {
      await repository.materialize({ selection: [a] });
      const { requests } = await repository.evaluate();
      expect(requests).toMatchObject([{ selection: ["b"] }]);
      for (const request of requests) await repository.materialize({ ...request, raiseOnError: false });
      expect(await fires(repository)).toEqual([]);
      expect(await fires(repository)).toEqual([]);
    }
    isRaining = false;
    await repository.materialize({ selection: [a] });
    await follow(repository);
    expect(await repository.load(b)).toBe(1);
    expect(await fires(repository)).toEqual([]);
  });

  it("eager brings a chain up to date in one evaluation", async () => {
    const eager = { automationCondition: condition.eager() };
    const a = asset({ name: "a", ...eager }, () => 1);
    const b = asset({ name: "b", inputs: { a }, ...eager }, ({ a }) => a + 1);
    const c = asset({ name: "c", inputs: { b }, ...eager }, ({ b }) => b + 1);
    await using repository = await Repository.open({ assets: [a, b, c] });
    await follow(repository);
    expect(await repository.load(c)).toBe(3);
    expect(await fires(repository)).toEqual([]);
  });

  it("onMissing requests a missing asset once, when its upstream assets exist", async () => {
    const a = asset({ name: "a" }, () => 1);
    const b = asset({ name: "b", inputs: { a }, automationCondition: condition.onMissing() }, () => 1);
    await using repository = await Repository.open({ assets: [a, b] });
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [a] });
    expect(await fires(repository)).toEqual(["b"]);
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [b] });
    await repository.materialize({ selection: [a] });
    expect(await fires(repository)).toEqual([]);
  });

  it("onCron requests once for each time that has come, in its time zone", async () => {
    const a = asset({ name: "a", automationCondition: cron.onCron("0 6 * * *", { timeZone: "Europe/Berlin" }) }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    const at = (time: string) => fires(repository, new Date(time));
    expect(await at("2026-07-01T03:00:00Z")).toEqual([]);
    expect(await at("2026-07-01T03:59:59Z")).toEqual([]);
    expect(await at("2026-07-01T04:00:00Z")).toEqual(["a"]);
    expect(await at("2026-07-01T04:00:01Z")).toEqual([]);
    expect(await at("2026-07-05T12:00:00Z")).toEqual(["a"]);
    expect(await at("2026-07-05T12:00:01Z")).toEqual([]);
    for (const given of [["never"], ["0 6 * * *", { timeZone: "Atlantis" }]] as const)
      expect(() => cron.onCron(...(given as [string]))).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });
});

describe("partitions", () => {
  const partitions = staticPartitions(["eu", "us", "asia"]);

  it("are requested one by one, depending on their upstream partitions", async () => {
    const eager = { automationCondition: condition.eager() };
    const sales = asset({ name: "sales", partitions }, (_, { partitionKey }) => partitionKey);
    const report = asset({ name: "report", partitions, inputs: { sales }, ...eager }, ({ sales }) => sales);
    const total = asset(
      {
        name: "total",
        inputs: { sales: input(sales, { partitionMapping: PartitionMapping.all() }) },
        automationCondition: condition.anyDepsMatch(condition.newlyUpdated()),
      },
      () => 1,
    );
    await using repository = await Repository.open({ assets: [sales, report, total] });
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [sales], partitionKeys: ["eu", "us"] });
    const { requests } = await repository.evaluate();
    expect(requests).toMatchObject([{ selection: ["total"] }, { selection: ["report"], partitionKeys: ["eu", "us"] }]);
    for (const request of requests) await repository.materialize(request);
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [sales], partitionKey: "us" });
    expect(await fires(repository)).toEqual(["report[us]", "total"]);
  });
});

describe("evaluate", () => {
  it("stores nothing in a dry run, and records a tick otherwise", async () => {
    const a = asset({ name: "a", automationCondition: condition.newlyTrue(condition.missing()) }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    for (let round = 0; round < 2; round++) expect((await repository.evaluate({ dryRun: true })).requests).toHaveLength(1);
    expect(await repository.storage.getTicks("automation")).toEqual([]);
    await repository.evaluate({ now: new Date(1000) });
    await repository.evaluate({ now: new Date(2000) });
    expect(await repository.storage.getTicks("automation")).toMatchObject([
      { timestamp: 2000, status: "Skipped", detail: { evaluated: 1, fired: [] } },
      { timestamp: 1000, status: "Fired", detail: { evaluated: 1, fired: [{ asset: "a" }] } },
    ]);
  });

  it("requests once when several evaluate at the same time", async () => {
    await using storage = Storage.memory();
    const a = asset({ name: "a", automationCondition: condition.eager() }, () => 1);
    const repositories = await Promise.all([1, 2, 3].map(() => Repository.open({ assets: [a], storage })));
    const evaluations = await Promise.all(repositories.map((repository) => repository.evaluate()));
    expect(evaluations.flatMap(({ requests }) => requests)).toMatchObject([{ selection: ["a"] }]);
  });

  it("refuses an invalid condition, and any condition of a task", () => {
    const automationCondition = { label: "mine", identity: "mine", alternatives: [], isMomentary: false, evaluate: () => [] };
    expect(() => asset({ name: "a", automationCondition }, () => 1)).toThrow(expect.objectContaining({ code: "DefinitionError" }));
    const own = condition.missing();
    expect(() => task({ name: "t", automationCondition: own }, () => 1)).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });
});

describe("the state of conditions", () => {
  const key = "edgewater/automation";

  it("is kept for each asset, so that repositories on one Storage do not swallow each other's ticks", async () => {
    const storage = Storage.memory();
    const a = asset({ name: "a", automationCondition: cron.onCron("0 * * * *") }, () => 1);
    const b = asset({ name: "b", automationCondition: cron.onCron("0 6 * * *") }, () => 1);
    await using first = await Repository.open({ assets: [a], storage });
    await using second = await Repository.open({ assets: [b], storage });
    await fires(second, new Date("2024-01-01T05:50:00Z"));
    await fires(first, new Date("2024-01-01T06:05:00Z"));
    expect(await fires(second, new Date("2024-01-01T06:10:00Z"))).toEqual(["b"]);
    expect((await storage.kvList(key)).map(({ key }) => key)).toEqual([`${key}/a`, `${key}/b`]);
  });

  it("is kept in values of at most 500 kB, and shrinks again", async () => {
    const storage = Storage.memory();
    const keys = Array.from({ length: 40_000 }, (_, index) => `customer-ü-${String(index).padStart(12, "0")}`);
    const many = (keys: readonly string[]) =>
      asset({ name: "a/b", partitions: staticPartitions(keys), automationCondition: condition.eager() }, () => 1);
    await using before = await Repository.open({ assets: [many(keys)], storage });
    expect((await before.evaluate()).requests[0]?.partitionKeys).toHaveLength(40_000);
    const entries = await storage.kvList(key);
    expect(entries.length).toBeGreaterThan(2);
    expect(Math.max(...entries.map(({ value }) => value.length))).toBeLessThanOrEqual(500_000);
    expect(JSON.stringify((await storage.getTicks("automation"))[0]).length).toBeLessThan(500_000);
    expect((await before.evaluate()).requests).toEqual([]);
    await using after = await Repository.open({ assets: [many(keys.slice(0, 2))], storage });
    await after.evaluate();
    expect((await storage.kvList(key)).map(({ key }) => key)).toEqual([`${key}/a%2Fb`]);
  });

  it("of an earlier version is read, and deleted when every asset has its own", async () => {
    const storage = Storage.memory();
    const conditioned = (name: string) => asset({ name, automationCondition: condition.eager() }, () => 1);
    const a = conditioned("a");
    const b = conditioned("b");
    const path = (name: string) => `and/0:since last handled(${name})`;
    const memory = (name: string) => ({
      remembered: { [path(name)]: [""], [`${path(name)}/0:or(${name})/0:newly true(${name})`]: [""] },
      asked: [""],
    });
    const old = { timestamp: Date.now(), lastEventId: 0, assets: { a: memory("a"), b: memory("b") } };
    await storage.kvSet(key, new TextEncoder().encode(JSON.stringify(old)));
    await using first = await Repository.open({ assets: [a], storage });
    expect(await fires(first)).toEqual([]);
    expect((await storage.kvList(key)).map(({ key }) => key)).toEqual([key, `${key}/a`]);
    await using second = await Repository.open({ assets: [b, conditioned("new")], storage });
    expect(await fires(second)).toEqual(["new"]);
    expect((await storage.kvList(key)).map(({ key }) => key)).toEqual([`${key}/a`, `${key}/b`, `${key}/new`]);
  });
});

import {
  asset,
  type Condition,
  condition,
  dailyPartitions,
  dynamicPartitions,
  externalAsset,
  hourlyPartitions,
  InMemoryIOHandler,
  input,
  monthlyPartitions,
  multiPartitions,
  Observation,
  PartitionMapping,
  Repository,
  Storage,
  staticPartitions,
  task,
} from "edgewater";
import { condition as cron } from "edgewater/cron";
import { describe, expect, it } from "vitest";

const { and, anyDepsMatch, eager, executionFailed, inLatestTimeWindow, missing, newlyRequested, newlyTrue, newlyUpdated, not, or, since } =
  condition;

const fires = async (repository: Repository, now = new Date()): Promise<readonly string[]> => {
  const { results } = await repository.evaluate({ now });
  return results.flatMap(({ asset, shouldRun, partitions }) =>
    shouldRun ? (partitions?.map((key) => `${asset}[${key}]`) ?? [asset]) : [],
  );
};

/** Evaluates and materializes until nothing is requested. Returns what was, round by round. */
const follow = async (repository: Repository, now = new Date()): Promise<readonly unknown[]> => {
  const rounds: unknown[] = [];
  for (;;) {
    const { requests } = await repository.evaluate({ now });
    if (requests.length === 0) return rounds;
    rounds.push(requests.map(({ selection, partitionKeys }) => (partitionKeys === undefined ? selection : [...selection, partitionKeys])));
    for (const request of requests) await repository.materialize({ ...request, raiseOnError: false });
  }
};

describe("since", () => {
  it("is true from the trigger until the reset, which wins", async () => {
    const a = asset({ name: "a" }, () => 1);
    const b = asset({ name: "b" }, () => 1);
    const c = asset({ name: "c", inputs: { a, b }, automationCondition: since(anyDepsMatch(newlyUpdated()), newlyUpdated()) }, () => 1);
    await using repository = await Repository.open({ assets: [a, b, c] });
    await repository.materialize();
    expect(await fires(repository)).toEqual([]);
    await repository.materialize({ selection: [a] });
    expect([await fires(repository), await fires(repository)]).toEqual([["c"], ["c"]]);
    await repository.materialize({ selection: [b, c] });
    expect([await fires(repository), await fires(repository)]).toEqual([[], []]);
  });
});

describe("newlyRequested", () => {
  it("is true once after a request, also of another repository", async () => {
    const storage = Storage.memory();
    const upstream = (automationCondition?: Condition) => asset({ name: "a", automationCondition }, () => 1);
    const a = upstream(newlyTrue(missing()));
    await using first = await Repository.open({ assets: [a], storage });
    const other = upstream();
    const b = asset({ name: "b", inputs: { other }, automationCondition: anyDepsMatch(newlyRequested()) }, () => 1);
    await using second = await Repository.open({ assets: [other, b], storage });
    expect(await fires(second)).toEqual([]);
    expect(await fires(first)).toEqual(["a"]);
    expect([await fires(second), await fires(second)]).toEqual([["b"], []]);
  });

  it("is true for the partitions that were requested, however many evaluations ago", async () => {
    const storage = Storage.memory();
    const partitions = dynamicPartitions("customers");
    const a = asset({ name: "a", partitions, automationCondition: missing() }, () => 1);
    const b = asset({ name: "b", partitions, inputs: { a }, automationCondition: anyDepsMatch(newlyRequested()) }, () => 1);
    await using first = await Repository.open({ assets: [a], storage });
    await using second = await Repository.open({ assets: [a, b], storage });
    expect(await fires(second)).toEqual([]);
    for (let customer = 0; customer < 30; customer++) {
      await storage.addDynamicPartitions("customers", [`c${customer}`]);
      await first.evaluate();
    }
    expect((await fires(second)).filter((each) => each.startsWith("b"))).toHaveLength(30);
    expect((await fires(second)).filter((each) => each.startsWith("b"))).toEqual([]);
  });
});

describe("willBeRequested", () => {
  it("requests a whole chain in one evaluation, and one run makes it in its order", async () => {
    const chain = { automationCondition: eager() };
    const a = asset({ name: "a", ...chain }, () => 1);
    const t = task({ name: "t", inputs: { a } }, ({ a }) => a + 1);
    const b = asset({ name: "b", inputs: { t }, ...chain }, ({ t }) => t + 1);
    const c = asset({ name: "c", inputs: { b, a }, ...chain }, ({ b, a }) => b + a);
    await using repository = await Repository.open({ assets: [a, b, c], tasks: [t] });
    expect(await follow(repository)).toEqual([[["a", "b", "c"]]]);
    expect(await repository.load(c)).toBe(4);
    await repository.materialize({ selection: [a] });
    expect(await follow(repository)).toEqual([[["b", "c"]]]);
  });

  it("counts only what is made in the same run", async () => {
    const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-03" });
    const chain = { automationCondition: eager({ windows: "all" }) };
    const a = asset({ name: "a", partitions: days, ...chain }, () => 1);
    const same = asset({ name: "same", partitions: days, inputs: { a }, ...chain }, () => 1);
    const before = { a: input(a, { partitionMapping: PartitionMapping.timeWindow({ offset: -1 }) }) };
    const next = asset({ name: "next", partitions: days, inputs: before, ...chain }, () => 1);
    const all = asset({ name: "all", inputs: { a: input(a, { partitionMapping: PartitionMapping.all() }) }, ...chain }, () => 1);
    await using repository = await Repository.open({ assets: [a, same, next, all] });
    const both = ["2024-01-01", "2024-01-02"];
    expect(await follow(repository)).toEqual([[["a", "same", both]], [["all"], ["next", ["2024-01-02"]]]]);
  });

  it("is held back when the upstream asset fails, and the update of another input is not lost", async () => {
    let isRaining = false;
    const u = asset({ name: "u" }, () => 1);
    const a = asset({ name: "a", inputs: { u }, automationCondition: eager() }, () => {
      if (isRaining) throw new Error("it rains");
      return 1;
    });
    const b = asset({ name: "b", inputs: { a }, automationCondition: eager() }, () => 1);
    await using repository = await Repository.open({ assets: [u, a, b] });
    await repository.materialize();
    await repository.evaluate();
    isRaining = true;
    await repository.materialize({ selection: [u] });
    expect(await follow(repository)).toEqual([[["a", "b"]]]);
    isRaining = false;
    await repository.materialize({ selection: [u] });
    expect(await follow(repository)).toEqual([[["a", "b"]]]);
  });
});

describe("inLatestTimeWindow", () => {
  const start = "2024-01-01";
  const now = new Date("2024-01-05T12:00:00Z");
  const days = dailyPartitions({ start, end: "2024-02-01" });

  it.each([
    ["the last window that has begun", days, undefined, ["2024-01-05"]],
    ["the last windows", days, { windows: 2 }, ["2024-01-04", "2024-01-05"]],
    ["the last window that has ended", dailyPartitions({ start, windows: "ended" }), {}, ["2024-01-04"]],
    ["the last window of its own clocks", hourlyPartitions({ start, timeZone: "Asia/Kolkata" }), {}, ["2024-01-05T17:00"]],
    ["the dimension over time", multiPartitions({ day: days, region: staticPartitions(["eu"]) }), {}, ["day=2024-01-05|region=eu"]],
    ["all partitions that are not over time", staticPartitions(["eu", "us"]), {}, ["eu", "us"]],
    ["all partitions when their end has passed", dailyPartitions({ start, end: "2024-01-03" }), {}, ["2024-01-01", "2024-01-02"]],
  ])("is true for %s", async (_, partitions, options, expected) => {
    const a = asset({ name: "a", partitions, automationCondition: inLatestTimeWindow(options) }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    expect(await fires(repository, now)).toEqual(expected.map((key) => `a[${key}]`));
  });

  it.each([
    ["eager", eager(), eager({ windows: "all" })],
    ["onMissing", condition.onMissing(), condition.onMissing({ windows: "all" })],
    ["onCron", cron.onCron("0 * * * *"), cron.onCron("0 * * * *", { windows: "all" })],
  ])("is what %s uses, unless told otherwise", async (_, latest, all) => {
    const a = asset({ name: "a", partitions: days, automationCondition: latest }, () => 1);
    const b = asset({ name: "b", partitions: days, automationCondition: all }, () => 1);
    await using repository = await Repository.open({ assets: [a, b] });
    await repository.evaluate({ now: new Date("2023-12-31T12:00:00Z") });
    const { requests } = await repository.evaluate({ now });
    const keys = (name: string) =>
      requests.flatMap(({ selection, partitionKeys }) => (selection.includes(name) ? partitionKeys : [])).sort();
    expect(keys("a")).toEqual(["2024-01-05"]);
    expect(keys("b")).toEqual(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]);
  });

  it("keeps what was new in a window that has passed before it could be made", async () => {
    const hours = hourlyPartitions({ start });
    const up = asset({ name: "up", partitions: days }, () => 1);
    const down = asset({ name: "down", partitions: days, inputs: { up }, automationCondition: eager() }, () => 1);
    const other = asset({ name: "other", partitions: hours, automationCondition: eager() }, () => 1);
    await using repository = await Repository.open({ assets: [up, down, other] });
    await repository.evaluate({ now: new Date("2024-01-05T23:00:00Z") });
    await repository.materialize({ selection: [up], partitionKeys: ["2024-01-04", "2024-01-05"] });
    const fired = await fires(repository, new Date("2024-01-06T01:00:00Z"));
    expect(fired.filter((each) => each.startsWith("down"))).toEqual(["down[2024-01-05]"]);
  });

  it("refuses an invalid number of windows", () => {
    for (const make of [
      () => inLatestTimeWindow({ windows: 0 }),
      () => eager({ windows: 1.5 }),
      () => cron.onCron("@daily", { windows: "some" as never }),
    ])
      expect(make).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });
});

describe("cronTickPassed", () => {
  const tick = (time: string) => new Date(`2024-01-01T${time}Z`);

  it("is true at the first evaluation after a time, for each asset on its own", async () => {
    const storage = Storage.memory();
    const a = asset({ name: "a", automationCondition: cron.cronTickPassed("0 * * * *") }, () => 1);
    const b = asset({ name: "b", automationCondition: cron.cronTickPassed("0 6 * * *") }, () => 1);
    await using both = await Repository.open({ assets: [a, b], storage });
    await using one = await Repository.open({ assets: [b], storage });
    expect(await fires(one, tick("05:50:00"))).toEqual([]);
    expect(await fires(both, tick("05:59:59"))).toEqual([]);
    expect(await fires(both, tick("06:00:00"))).toEqual(["a", "b"]);
    expect(await fires(one, tick("06:00:10"))).toEqual([]);
    // A process whose clock is behind.
    expect(await fires(one, tick("05:55:00"))).toEqual([]);
    expect(await fires(one, tick("06:00:05"))).toEqual([]);
    expect(await fires(both, tick("06:00:11"))).toEqual([]);
  });

  it("composes: at the next hour after an input has changed", async () => {
    const a = asset({ name: "a" }, () => 1);
    const automationCondition = and(cron.cronTickPassed("0 * * * *"), since(anyDepsMatch(newlyUpdated()), newlyRequested()));
    const b = asset({ name: "b", inputs: { a }, automationCondition }, () => 1);
    await using repository = await Repository.open({ assets: [a, b] });
    expect(await fires(repository, tick("05:50:00"))).toEqual([]);
    expect(await fires(repository, tick("06:01:00"))).toEqual([]);
    await repository.materialize({ selection: [a] });
    expect(await fires(repository, tick("06:30:00"))).toEqual([]);
    expect(await follow(repository, tick("07:01:00"))).toEqual([[["b"]]]);
    expect(await fires(repository, tick("08:01:00"))).toEqual([]);
  });

  it("is not swallowed by a run before it, and is handled by a run after it", async () => {
    const a = asset({ name: "a", automationCondition: cron.onCron("0 * * * *") }, () => 1);
    await using repository = await Repository.open({ assets: [a] });
    const hour = 3_600_000;
    const next = Math.ceil(Date.now() / hour) * hour;
    await repository.evaluate({ now: new Date(next - hour - 60_000) });
    // Made after the last full hour, and before the next one.
    await repository.materialize();
    expect(await fires(repository, new Date(next - 1))).toEqual([]);
    await repository.materialize();
    expect(await fires(repository, new Date(next))).toEqual(["a"]);
  });

  it("refuses an invalid expression, zone or option", () => {
    for (const make of [
      () => cron.cronTickPassed("never"),
      () => cron.cronTickPassed("@daily", { timeZone: "Atlantis" }),
      () => cron.cronTickPassed("@daily", { zone: "UTC" } as never),
    ])
      expect(make).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });
});

describe("partitions that cannot be made", () => {
  const up = (partitions: ReturnType<typeof dailyPartitions>) => asset({ name: "up", partitions }, () => 1);
  const all = { automationCondition: eager() };

  it.each([
    [
      "a day that takes the one before the first",
      dailyPartitions({ start: "2024-01-01", end: "2024-01-04" }),
      dailyPartitions({ start: "2024-01-01", end: "2024-01-04" }),
      PartitionMapping.timeWindow({ offset: -1 }),
      ["2024-01-02", "2024-01-03"],
      ["2024-01-01"],
    ],
    [
      "a day that takes hours which are not there",
      hourlyPartitions({ start: "2024-01-01T00:00:00", end: "2024-01-02T05:00:00" }),
      dailyPartitions({ start: "2024-01-01", end: "2024-01-03" }),
      PartitionMapping.timeWindow({ from: 0, to: 23 }),
      ["2024-01-01"],
      ["2024-01-02"],
    ],
  ])("do not hold the others back: %s", async (_, upstream, partitions, partitionMapping, made, impossible) => {
    const a = up(upstream);
    const b = asset({ name: "down", partitions, inputs: { a: input(a, { partitionMapping }) }, ...all }, () => 2);
    await using repository = await Repository.open({ assets: [a, b] });
    await repository.materialize({ selection: [a], partitionKeys: upstream.keys({ now: new Date(), dynamicKeys: () => [] }) });
    const { results } = await repository.evaluate({ dryRun: true });
    expect(results).toMatchObject([{ asset: "down", partitions: made, impossible }]);
    expect(await follow(repository)).toEqual([[["down", made]]]);
    expect((await (await repository.load(b, { partitionKeys: "all", missing: "skip" })).toMap()).size).toBe(made.length);
  });

  it("are made when they can be: a month when its days are there", async () => {
    const days = dailyPartitions({ start: "2024-02-01" });
    const a = up(days);
    const within = input(a, { partitionMapping: PartitionMapping.windowsWithin() });
    const b = asset(
      {
        name: "month",
        partitions: monthlyPartitions({ start: "2024-02" }),
        inputs: { a: within },
        automationCondition: eager({ windows: 2 }),
      },
      () => 2,
    );
    await using repository = await Repository.open({ assets: [a, b] });
    const keys = days.between("2024-02-01", "2024-02-29", { now: new Date(), dynamicKeys: () => [] });
    await repository.materialize({ selection: [a], partitionKeys: keys });
    expect(await fires(repository, new Date("2024-02-20T00:00:00Z"))).toEqual([]);
    expect(await fires(repository, new Date("2024-02-29T12:00:00Z"))).toEqual(["month[2024-02]"]);
  });
});

describe("code that changes between two evaluations", () => {
  const forms: Readonly<Record<string, Condition>> = {
    "is wrapped": and(eager(), not(executionFailed())),
    "is negated twice": not(not(eager())),
    "has its parts in another order": and(not(executionFailed()), or(eager(), executionFailed())),
    "has another trigger beside it": or(condition.codeVersionChanged(), eager()),
    "looks at more windows": eager({ windows: 3 }),
  };

  it.each(Object.entries(forms))("loses no update when a condition %s", async (_, changed) => {
    const storage = Storage.memory();
    const m = asset({ name: "m" }, () => 1);
    const y = (automationCondition: Condition) => asset({ name: "y", inputs: { m }, automationCondition }, () => 1);
    await using before = await Repository.open({ assets: [m, y(eager())], storage });
    await before.materialize();
    await before.evaluate();
    await before.materialize({ selection: [m] });
    await using after = await Repository.open({ assets: [m, y(changed)], storage, ioHandler: before.ioHandlerForOutput(m) });
    expect(await follow(after)).toEqual([[["y"]]]);
  });

  it("loses no update that was held back, when another alternative is added", async () => {
    const storage = Storage.memory();
    const [m, gate] = [asset({ name: "m" }, () => 1), asset({ name: "gate" }, () => 1)];
    const trigger = anyDepsMatch(newlyUpdated());
    const y = (on: Condition) =>
      asset(
        { name: "y", inputs: { m, gate }, automationCondition: and(condition.sinceLastHandled(on), not(anyDepsMatch(missing()))) },
        () => 1,
      );
    await using before = await Repository.open({ assets: [m, gate, y(trigger)], storage });
    await before.evaluate();
    await before.materialize({ selection: [m] });
    expect(await fires(before)).toEqual([]);
    const wider = or(condition.codeVersionChanged(), trigger);
    await using after = await Repository.open({ assets: [m, gate, y(wider)], storage, ioHandler: before.ioHandlerForOutput(m) });
    await after.evaluate();
    await after.materialize({ selection: [gate] });
    expect(await follow(after)).toEqual([[["y"]]]);
  });

  it("loses no update when an input is added, and sees the next one of that input", async () => {
    const storage = Storage.memory();
    const [c, m] = [asset({ name: "c" }, () => 1), asset({ name: "m" }, () => 1)];
    const y = (inputs: { m: typeof m; c?: typeof c }) => asset({ name: "y", inputs, automationCondition: eager() }, () => 1);
    await using before = await Repository.open({ assets: [c, m, y({ m })], storage });
    await before.materialize();
    await before.evaluate();
    await before.materialize({ selection: [m] });
    await using after = await Repository.open({ assets: [c, m, y({ m, c })], storage, ioHandler: before.ioHandlerForOutput(m) });
    expect(await follow(after)).toEqual([[["y"]]]);
    await after.materialize({ selection: [c] });
    expect(await follow(after)).toEqual([[["y"]]]);
    const [event] = await storage.getEventsForAsset("y");
    expect(Object.keys(event?.inputDataVersions ?? {})).toEqual(["m", "c"]);
  });
});

describe("external assets", () => {
  const ioHandler = new InMemoryIOHandler();

  it("are observed when their condition is true, and only a new version is an update", async () => {
    let version = 1;
    const observe = () => Observation({ dataVersion: `v${version}` });
    const feed = externalAsset({ name: "feed", ioHandler, automationCondition: cron.onCron("0 * * * *") }, observe);
    const source = asset({ name: "source" }, () => 1);
    const seen = asset(
      {
        name: "seen",
        inputs: {
          source,
          feed: input(feed, {
            ioHandler: new (class extends InMemoryIOHandler {
              override loadInput() {
                return 1;
              }
            })(),
          }),
        },
        automationCondition: eager(),
      },
      () => version,
    );
    await using repository = await Repository.open({ assets: [feed, source, seen] });
    await repository.materialize({ selection: [source] });
    const at = (hours: number) => new Date(Date.UTC(2024, 0, 1, hours, 1));
    expect(await follow(repository, at(0))).toEqual([]);
    expect(await follow(repository, at(1))).toEqual([[["feed"]], [["seen"]]]);
    expect(await follow(repository, at(2))).toEqual([[["feed"]]]);
    version++;
    expect(await follow(repository, at(3))).toEqual([[["feed"]], [["seen"]]]);
    expect(await repository.storage.getRuns()).toContainEqual(expect.objectContaining({ kind: "observe" }));
  });

  it("need a function that observes them to have a condition", () => {
    const make = () => externalAsset({ name: "feed", ioHandler, automationCondition: missing() });
    expect(make).toThrow(expect.objectContaining({ code: "DefinitionError", message: expect.stringContaining("observes it") }));
  });
});

describe("a condition that is made of something else", () => {
  it.each([
    ["and", () => and()],
    ["or", () => or(missing(), "missing" as unknown as Condition)],
    ["not", () => not(undefined as unknown as Condition)],
    ["since", () => since(missing(), undefined as unknown as Condition)],
    ["anyDepsMatch", () => anyDepsMatch(missing as unknown as Condition)],
    ["allDepsMatch", () => condition.allDepsMatch(null as unknown as Condition)],
    ["newlyTrue", () => newlyTrue({} as Condition)],
    ["sinceLastHandled", () => condition.sinceLastHandled([] as unknown as Condition)],
  ])("is refused by %s", (owner, make) => {
    expect(make).toThrow(
      expect.objectContaining({ code: "DefinitionError", message: expect.stringContaining(`Invalid conditions of ${owner}: `) }),
    );
  });
});

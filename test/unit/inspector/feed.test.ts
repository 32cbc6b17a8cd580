import { asset, Repository, Storage } from "edgewater";
import { type ConnectionState, type EventBatch, type Inspection, inspect, type RunRow } from "edgewater/inspector";
import { describe, expect, it } from "vitest";

const one = asset({ name: "one" }, () => 1);

/** Listens until there is enough, and returns everything that was told. */
async function hear(
  inspection: Inspection,
  after: number,
  isEnough: (batches: readonly EventBatch[], states: readonly ConnectionState[]) => boolean,
): Promise<{ readonly batches: readonly EventBatch[]; readonly states: readonly ConnectionState[] }> {
  const abort = new AbortController();
  const batches: EventBatch[] = [];
  const states: ConnectionState[] = [];
  for await (const told of inspection.events(after, abort.signal)) {
    if ("events" in told) batches.push(told);
    else states.push(told);
    if (isEnough(batches, states)) abort.abort();
  }
  return { batches, states };
}

const idsOf = (batches: readonly EventBatch[]): readonly number[] => batches.flatMap(({ events }) => events.map(({ id }) => id));

/** A Storage with something else in place of one method. */
function withSubscribe(storage: Storage, subscribe: Storage["subscribe"]): Storage {
  return new Proxy(storage, {
    get: (target, name) => {
      if (name === "subscribe") return subscribe;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Records a run of another process, whose owner is heard of once. */
async function beginElsewhere(storage: Storage, runId: string, ttlMs: number): Promise<void> {
  const run = {
    runId,
    status: "Started" as const,
    kind: "materialize" as const,
    attempt: 1,
    nodeNames: ["one"],
    tags: {},
    startTime: Date.now(),
    endTime: undefined,
  };
  const event = {
    runId,
    timestamp: Date.now(),
    codeVersion: undefined,
    inputDataVersions: {},
    metadata: {},
    dataVersion: undefined,
    partitionKey: undefined,
  };
  await storage.commit({
    runs: [run],
    leases: [{ runId, owner: "1.other", attempt: 1, ttlMs, holder: undefined }],
    events: [
      { ...event, eventType: "RunStart", assetKey: undefined, status: "Started", attempt: 1 },
      { ...event, eventType: "StepStart", assetKey: "one" },
    ],
  });
}

describe("events", () => {
  it("tells a run of another process when it begins, and when it was interrupted", async () => {
    const storage = Storage.memory();
    await using repository = await Repository.open({ assets: [one], storage });
    const inspection = inspect(repository);
    const { cursor } = await inspection.snapshot();
    const statuses = (batches: readonly EventBatch[]): readonly RunRow["status"][] =>
      batches.flatMap(({ runs }) => runs.map(({ status }) => status));
    const hearing = hear(
      inspection,
      cursor,
      (batches) => statuses(batches).includes("Interrupted") && batches.some(({ nodes }) => nodes[0]?.[1].status === "Missing"),
    );
    await beginElsewhere(storage, "other", 1500);
    const { batches } = await hearing;
    expect(statuses(batches)[0]).toBe("Started");
    const nodes = batches.flatMap((batch) => batch.nodes.map(([, { status }]) => status));
    expect(nodes).toEqual(["Running", "Missing"]);
    const { attention } = await inspection.snapshot();
    expect(attention.map(({ kind, runId }) => [kind, runId])).toEqual([["interrupted", "other"]]);
    await inspection.close();
  });

  it("tells 2,000 events in batches of at most 500, each once, also to a listener that begins in the middle", async () => {
    const storage = Storage.memory();
    await using repository = await Repository.open({ assets: [one], storage });
    const inspection = inspect(repository);
    const event = {
      eventType: "Materialization",
      assetKey: "one",
      partitionKey: undefined,
      runId: "r",
      dataVersion: "v",
      codeVersion: undefined,
      inputDataVersions: {},
      metadata: {},
    } as const;
    const commit = (count: number): Promise<unknown> =>
      storage.commit({ events: Array.from({ length: count }, (_, index) => ({ ...event, timestamp: index })) });
    await commit(1500);
    const isAll = (batches: readonly EventBatch[]): boolean => (batches.at(-1)?.cursor ?? 0) >= 2000;
    const all = hear(inspection, 0, isAll);
    await hear(inspection, 700, (batches) => idsOf(batches).length >= 100);
    const rest = hear(inspection, 1200, isAll);
    await commit(500);
    const numbers = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, index) => from + index + 1);
    expect(idsOf((await all).batches)).toEqual(numbers(0, 2000));
    const { batches } = await rest;
    expect(idsOf(batches)).toEqual(numbers(1200, 2000));
    expect(Math.max(...batches.map(({ events }) => events.length))).toBeLessThanOrEqual(500);
    await inspection.close();
  });

  it("says that the connection is lost, tries again, and misses nothing", async () => {
    const storage = Storage.memory();
    let failures = 0;
    const failing = withSubscribe(storage, (options) => {
      const after = options?.after ?? 0;
      return (async function* () {
        for await (const event of storage.subscribe(options)) {
          yield event;
          // After its first event, and again after that, the connection is lost.
          if (failures < 2 && event.id > after) {
            failures++;
            throw new Error("the connection is lost");
          }
        }
      })();
    });
    await using repository = await Repository.open({ assets: [one], storage: failing });
    const inspection = inspect(repository);
    const hearing = hear(inspection, 0, (batches) => batches.some(({ events }) => events.some(({ type }) => type === "RunEnd")));
    await repository.materialize();
    const { batches, states } = await hearing;
    expect(idsOf(batches)).toEqual([1, 2, 3, 4, 5]);
    expect(states.map(({ state }) => state)).toEqual(["live", "retrying", "live", "retrying", "live"]);
    expect(states[1]?.retryInMs).toBeGreaterThan(0);
    await inspection.close();
  });

  it("has one subscription for all listeners, and none while nobody listens", async () => {
    const storage = Storage.memory();
    let [begun, open] = [0, 0];
    const counting = withSubscribe(storage, (options) =>
      (async function* () {
        begun++;
        open++;
        try {
          yield* storage.subscribe(options);
        } finally {
          open--;
        }
      })(),
    );
    await using repository = await Repository.open({ assets: [one], storage: counting });
    const inspection = inspect(repository);
    const isMade = (batches: readonly EventBatch[]): boolean =>
      batches.some(({ nodes }) => nodes.some(([, { status }]) => status === "UpToDate"));
    const { cursor } = await inspection.snapshot();
    const hearing = Promise.all([hear(inspection, cursor, isMade), hear(inspection, cursor, isMade)]);
    await repository.materialize();
    await hearing;
    await expect.poll(() => open).toBe(0);
    expect(begun).toBe(1);
    await inspection.close();
  });

  it("ends when the repository is closed", async () => {
    const repository = await Repository.open({ assets: [one], storage: Promise.resolve(Storage.memory()) });
    const inspection = inspect(repository);
    const told: unknown[] = [];
    const listening = (async () => {
      for await (const each of inspection.events(0, new AbortController().signal)) told.push(each);
    })();
    await expect.poll(() => told.length).toBe(1);
    await repository.close();
    await listening;
  });
});

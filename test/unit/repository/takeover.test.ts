import { asset, condition, EdgewaterError, MemoryStore, Repository, Storage, type StoredEvent, SuperJsonIOHandler } from "edgewater";
import { describe, expect, it, vi } from "vitest";
import { encodeIntent, intentKey, intentPrefix } from "../../../src/storage/intent.ts";
import { withLess } from "../../support/less-store.ts";
import { hooked, killedAt, records } from "./hooked-storage.ts";

/** Three assets in a row; `hold` is what the first call of `two` waits for. */
function pipeline(hold: Promise<unknown> = Promise.resolve()) {
  const calls: string[] = [];
  let isFirst = true;
  const one = asset({ name: "one" }, () => {
    calls.push("one");
    return 1;
  });
  const two = asset(
    { name: "two", inputs: { one }, automationCondition: condition.eager() },
    async ({ one }, { addOutputMetadata, log }) => {
      const number = calls.push("two");
      const waits = isFirst;
      isFirst = false;
      log.info("makes two");
      if (waits) await hold;
      addOutputMetadata({ note: "kept" });
      return { one, number };
    },
  );
  const three = asset({ name: "three", inputs: { two } }, ({ two }) => {
    calls.push("three");
    return two.one;
  });
  return { calls, one, two, three, assets: [one, two, three] };
}

type Pipeline = ReturnType<typeof pipeline>;

async function until<Value>(read: () => Promise<Value>, isIt: (value: Value) => boolean): Promise<Value> {
  return vi.waitFor(
    async () => {
      const value = await read();
      if (!isIt(value)) throw new Error(`still ${JSON.stringify(value)}`);
      return value;
    },
    { timeout: 240_000, interval: 5 },
  );
}

/** A run that is killed when it records an asset; the value is written. */
async function killedRun(
  { assets }: Pick<Pipeline, "assets">,
  storage: Storage,
  ioHandler: SuperJsonIOHandler,
  leaseMs = 60_000,
  name = "two",
): Promise<string> {
  await using repository = await Repository.open({
    assets,
    storage: killedAt(storage, (batch) => records(batch, name)),
    ioHandler,
    leaseMs,
  });
  await expect(repository.materialize({ raiseOnError: false })).rejects.toThrow("killed");
  const [run] = await storage.getRuns();
  return run?.runId ?? "";
}

/** A run that waits in its second asset until `hold` resolves, and a second repository of the same assets. */
async function runningTwo(storage: Storage) {
  const hold = Promise.withResolvers<void>();
  const given = pipeline(hold.promise);
  const one = await Repository.open({ assets: given.assets, storage });
  const two = await Repository.open({ assets: given.assets, storage });
  const running = one.materialize();
  const [run] = await until(
    () => storage.getRuns(),
    () => given.calls.includes("two"),
  );
  return { given, hold, two, running, runId: run?.runId ?? "" };
}

describe("a run that a living process makes", () => {
  it("is not resumed: the error says who makes it, when it was heard of, and what to do", async () => {
    await using storage = Storage.memory();
    const { given, hold, two, running, runId } = await runningTwo(storage);
    for (const resume of [true, runId] as const) {
      await expect(two.materialize({ resume })).rejects.toMatchObject({ code: "InProgress" });
      await expect(two.materialize({ resume })).rejects.toThrow(
        /^Cannot resume the run \S+: the process \S+ is making it \(attempt 1\) and was heard of \d+ ms ago; wait for it, cancel the run, or pass resume: { run, force: true } to take it over$/,
      );
    }
    hold.resolve();
    expect(await running).toMatchObject({ success: true });
    expect(given.calls).toEqual(["one", "two", "three"]);
  });

  it("is not resumed while its first commit has no answer yet", async () => {
    const answer = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<string>();
    const given = pipeline();
    await using storage = Storage.memory();
    const slow = hooked(storage, async (batch, commit) => {
      const events = await commit(batch);
      if (batch.runs?.[0]?.status === "Started") {
        begun.resolve(batch.runs[0].runId);
        await answer.promise;
      }
      return events;
    });
    await using one = await Repository.open({ assets: given.assets, storage: slow });
    await using two = await Repository.open({ assets: given.assets, storage });
    const running = one.materialize();
    await expect(two.materialize({ resume: await begun.promise })).rejects.toMatchObject({ code: "InProgress" });
    answer.resolve();
    expect(await running).toMatchObject({ success: true });
  });

  it("records nothing more after it was taken over with force, and says who did it", async () => {
    const hold = Promise.withResolvers<void>();
    const given = pipeline(hold.promise);
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const frozen = await Repository.open({ assets: given.assets, storage, ioHandler });
    await using other = await Repository.open({ assets: given.assets, storage, ioHandler });
    const running = frozen.materialize();
    const [run] = await until(
      () => storage.getRuns(),
      () => given.calls.includes("two"),
    );
    const runId = run?.runId ?? "";
    expect(await other.materialize({ resume: { run: runId, force: true } })).toMatchObject({ success: true, runId });
    const before = await storage.getEventsForRun(runId, { types: "all" });
    hold.resolve();
    await expect(running).rejects.toMatchObject({ code: "TakenOver", message: expect.stringContaining("it was ended elsewhere") });
    expect(await storage.getEventsForRun(runId, { types: "all" })).toEqual(before);
    expect(await other.load(given.two)).toEqual({ one: 1, number: 3 });
    expect(given.calls).toEqual(["one", "two", "two", "three"]);
    expect((await other.status({ verify: true })).map(({ status }) => status)).toEqual(["UpToDate", "UpToDate", "UpToDate"]);
    expect(await storage.getLeases()).toEqual([]);
    await frozen.close();
  });

  it("names who took it over while the other still makes it", async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held = [first.promise, second.promise];
    const calls: number[] = [];
    const slow = asset({ name: "slow" }, async () => {
      await held[calls.push(0) - 1];
      return 1;
    });
    await using storage = Storage.memory();
    await using repository = await Repository.open({ assets: [slow], storage });
    const frozen = repository.materialize();
    const [run] = await until(
      () => storage.getRuns(),
      () => calls.length === 1,
    );
    const taking = repository.materialize({ resume: { run: run?.runId ?? "", force: true } });
    await until(
      async () => calls.length,
      (length) => length === 2,
    );
    first.resolve();
    await expect(frozen).rejects.toThrow(
      /^Cannot go on with the run \S+: the process \S+ took it over as attempt 2 and was heard of \d+ ms ago$/,
    );
    second.resolve();
    expect(await taking).toMatchObject({ success: true });
  });

  it("stops with TakenOver when it is canceled through another repository, or in its records only", async () => {
    for (const how of ["repository", "storage"] as const) {
      await using storage = Storage.memory();
      const { given, hold, two, running, runId } = await runningTwo(storage);
      if (how === "repository") await two.cancel(runId);
      else await storage.setRunOutcome(runId, "Canceled");
      hold.resolve();
      await expect(running).rejects.toMatchObject({ code: "TakenOver", message: expect.stringContaining("canceled") });
      expect(given.calls).toEqual(["one", "two"]);
      expect(await storage.getRun(runId)).toMatchObject({ status: "Canceled" });
      expect(await storage.getLatestMaterialization("two")).toBeUndefined();
      await expect(two.cancel(runId)).rejects.toMatchObject({ code: "PreconditionFailed" });
      await expect(two.cancel("nothing")).rejects.toMatchObject({ code: "NotFound" });
    }
  });
});

describe("a run that was killed", () => {
  it("is Interrupted after its lease, and holds no evaluation back", async () => {
    const given = pipeline();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const runId = await killedRun(given, storage, ioHandler, 1);
    await until(
      () => storage.getRun(runId),
      (run) => run?.status === "Interrupted",
    );
    expect(await storage.getRuns({ status: "Interrupted" })).toMatchObject([{ runId }]);
    expect(await storage.getRuns({ status: "Started" })).toEqual([]);
    await using repository = await Repository.open({ assets: given.assets, storage, ioHandler });
    expect((await repository.evaluate()).requests).toMatchObject([{ selection: ["two"] }]);
  });

  it("is taken over at once where its end is certain, and else after its lease", async () => {
    const given = pipeline();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await using storage = Storage.memory();
    // This Storage can be reached from other machines, which this one cannot see.
    const far = hooked(
      storage,
      ({ leases = [], ...batch }, commit) =>
        commit({ ...batch, leases: leases.map((lease) => ({ ...lease, holder: "a process elsewhere" })) }),
      "anywhere",
    );
    const shared = hooked(storage, (batch, commit) => commit(batch), "anywhere");
    await using elsewhere = await Repository.open({ assets: given.assets, storage: shared, ioHandler });
    const held = await killedRun(given, far, ioHandler, 3_600_000);
    await expect(elsewhere.materialize({ resume: held })).rejects.toMatchObject({ code: "InProgress" });
    const runId = await killedRun(given, far, ioHandler, 300, "three");
    const result = await until(
      () => elsewhere.materialize({ resume: runId }),
      () => true,
    );
    expect(result).toMatchObject({ success: true, runId });
    await using own = Storage.memory();
    const other = await killedRun(given, own, ioHandler, 3_600_000, "three");
    await using repository = await Repository.open({ assets: given.assets, storage: own, ioHandler });
    expect(await repository.materialize({ resume: true })).toMatchObject({ success: true, runId: other });
  });

  it("is found behind any number of writes, and a failed write is never resumed", async () => {
    const given = pipeline();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const runId = await killedRun(given, storage, ioHandler, 60_000, "three");
    await using repository = await Repository.open({ assets: given.assets, storage, ioHandler });
    for (let count = 0; count < 101; count++) await repository.write(given.one, 1);
    await using broken = await Repository.open({
      assets: given.assets,
      storage: killedAt(storage, (batch) => records(batch, "one")),
      ioHandler,
    });
    await expect(broken.write(given.one, 5)).rejects.toThrow("killed");
    const [write] = await storage.getRuns({ limit: 1 });
    expect(write).toMatchObject({ kind: "write" });
    await expect(repository.materialize({ resume: write?.runId ?? "" })).rejects.toMatchObject({
      code: "NotSupported",
      message: expect.stringMatching(/write the value again$/),
    });
    expect(await repository.materialize({ resume: true })).toMatchObject({ success: true, runId });
    expect(given.calls).toEqual(["one", "two", "three"]);
  });

  it("holds no lease when its takeover is aborted", async () => {
    const given = pipeline();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const runId = await killedRun(given, storage, ioHandler);
    const abort = new AbortController();
    const aborting = hooked(storage, async (batch, commit) => {
      const events = await commit(batch);
      abort.abort();
      return events;
    });
    await using repository = await Repository.open({ assets: given.assets, storage, ioHandler });
    await using slow = await Repository.open({ assets: given.assets, storage: aborting, ioHandler });
    expect(abort.signal.aborted).toBe(false);
    await expect(slow.materialize({ resume: runId, signal: abort.signal })).rejects.toMatchObject({ code: "Aborted" });
    await until(
      () => storage.getRun(runId),
      (run) => run?.status === "Canceled",
    );
    expect(await storage.getLeases()).toEqual([]);
    expect(await repository.materialize({ resume: runId })).toMatchObject({ success: true, runId });
  });

  it("leaves a value whose record is what it would have been", async () => {
    const ioHandler = (): SuperJsonIOHandler => new SuperJsonIOHandler({ store: new MemoryStore() });
    const known = ({ inputDataVersions, inputEventIds, dataVersion, codeVersion, metadata, runId }: Record<string, unknown>) => {
      const { write_duration_s: _, adopted, ...rest } = metadata as Record<string, unknown>;
      return { record: { inputDataVersions, inputEventIds, dataVersion, codeVersion, metadata: rest }, adopted, runId };
    };
    const undisturbed = pipeline();
    await using storage = Storage.memory();
    await using repository = await Repository.open({ assets: undisturbed.assets, storage, ioHandler: ioHandler() });
    await repository.materialize();
    const expected = known({ ...(await storage.getLatestMaterialization("two")) });

    for (const finder of ["resume", "another run", "status", "load"] as const) {
      const given = pipeline();
      await using killed = Storage.memory();
      const handler = ioHandler();
      const runId = await killedRun(given, killed, handler);
      await using finding = await Repository.open({ assets: given.assets, storage: killed, ioHandler: handler });
      if (finder === "resume") await finding.materialize({ resume: true });
      if (finder === "another run") await finding.materialize({ selection: [given.two] });
      if (finder === "status") await finding.status({ verify: true });
      if (finder === "load") await finding.load(given.two);
      const events = await killed.getEventsForAsset("two", { runId });
      const actual = events.map((event) => known({ ...event }));
      expect(actual, finder).toEqual([{ record: expected.record, adopted: { kind: "Bool", value: true }, runId }]);
      expect((await killed.kvList("edgewater/intent/")).length, finder).toBe(0);
      const calls = given.calls.length;
      await finding.materialize({ resume: runId });
      expect(given.calls.slice(calls), finder).toEqual(finder === "resume" ? ["one", "two", "three"].slice(0, 0) : ["three"]);
    }
  });

  it.each(["metadata", "nothing"] as const)("leaves a value that is recorded once, in a store that keeps %s beside it", async (keeps) => {
    const given = pipeline();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: withLess(new MemoryStore(), keeps) });
    const runId = await killedRun(given, storage, ioHandler);
    await using repository = await Repository.open({ assets: given.assets, storage, ioHandler });
    const [, found] = await repository.status({ verify: true });
    expect(found).toMatchObject({ asset: "two", status: "UpToDate", uncommitted: undefined });
    expect(await repository.materialize({ resume: true })).toMatchObject({ success: true, runId });
    expect(given.calls).toEqual(["one", "two", "three"]);
    expect(await storage.getEventsForAsset("two")).toHaveLength(1);
  });

  it("records once what two attempts have announced, in a store that keeps no metadata", async () => {
    const one = asset({ name: "one" }, () => 1);
    const inner = withLess(new MemoryStore(), "nothing");
    let isBroken = true;
    const store = new Proxy(inner, {
      get: (_, name) => {
        if (name !== "put" || !isBroken) return Reflect.get(inner, name);
        return async () => {
          throw new EdgewaterError("Unavailable", "no answer");
        };
      },
    });
    await using repository = await Repository.open({ assets: [one], ioHandler: new SuperJsonIOHandler({ store }) });
    await expect(repository.materialize()).rejects.toMatchObject({ code: "Unavailable" });
    isBroken = false;
    const { runId } = await repository.materialize({ resume: true });
    await repository.status({ verify: true });
    expect(await repository.load(one)).toBe(1);
    expect(await repository.storage.getEventsForRun(runId)).toHaveLength(1);
  });

  it("is made anew by nobody when its input has changed meanwhile: its value counts as stale", async () => {
    let version = 1;
    const up = asset({ name: "up" }, () => version);
    const down = asset({ name: "down", inputs: { up } }, ({ up }) => up);
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const runId = await killedRun({ assets: [up, down] as never }, storage, ioHandler, 60_000, "down");
    version = 2;
    await using repository = await Repository.open({ assets: [up, down], storage, ioHandler });
    await repository.materialize({ selection: [up] });
    await repository.materialize({ resume: runId });
    expect(await repository.load(down)).toBe(1);
    expect((await repository.status()).map(({ asset, status }) => [asset, status])).toEqual([
      ["up", "UpToDate"],
      ["down", "Stale"],
    ]);
  });
});

describe("a key of announcements that holds something else", () => {
  it.each(["", "{", "null", "[]", '{"event":null}', '{"event":{"eventType":"Materialization"}}', '{"event":{"eventType":"StepStart"}}'])(
    "stops no load, no resumed run and no prune: %j",
    async (text) => {
      const given = pipeline();
      await using storage = Storage.memory();
      const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
      const runId = await killedRun(given, storage, ioHandler, 60_000, "three");
      const announced = await storage.kvList(intentPrefix(runId));
      for (const { key } of announced) await storage.kvSet(key, new TextEncoder().encode(text));
      await storage.kvSet(intentKey("other/1.1.x"), new TextEncoder().encode(text));
      await using repository = await Repository.open({ assets: given.assets, storage, ioHandler });
      expect(await repository.load(given.three)).toBe(1);
      expect(await repository.materialize({ resume: runId })).toMatchObject({ success: true });
      await storage.prune({ before: Date.now() + 1000 });
      expect(announced).toHaveLength(1);
    },
  );
});

describe("leaseMs", () => {
  it.each([0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, "60", null])(
    "is a whole number from 1 on: %s is refused by name",
    async (value) => {
      const leaseMs = value as number;
      const refused = { code: "SettingsError", message: expect.stringContaining("leaseMs") };
      await expect(Repository.open({ assets: [], leaseMs })).rejects.toMatchObject(refused);
      await using repository = await Repository.open({ assets: [asset({ name: "a" }, () => 1)] });
      await expect(repository.materialize({ leaseMs })).rejects.toMatchObject(refused);
      expect(await repository.storage.getRuns()).toEqual([]);
    },
  );
});

describe("a value that is recorded and gone", () => {
  it.each(["load", "status"] as const)("is missing after a look by %s, and is made again", async (look) => {
    const given = pipeline();
    const wanted = asset({ name: "wanted", automationCondition: condition.onMissing() }, () => 1);
    const assets = [...given.assets, wanted];
    const store = new MemoryStore();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store });
    await using broken = await Repository.open({ assets, storage: killedAt(storage, (batch) => records(batch, "three")), ioHandler });
    await expect(broken.materialize({ raiseOnError: false })).rejects.toThrow("killed");
    await using repository = await Repository.open({ assets, storage, ioHandler });
    await repository.evaluate();
    await store.delete(["two.superjson", "wanted.superjson"]);
    if (look === "status") await repository.status({ verify: true });
    else
      for (const each of [given.two, wanted])
        await expect(repository.load(each as typeof wanted)).rejects.toMatchObject({ code: "NotFound" });
    const staleness = await storage.computeStaleness({ assets: ["two", "wanted"] });
    expect(staleness.map(({ status, causes }) => [status, causes.map(({ kind }) => kind)])).toEqual([
      ["Missing", ["value-missing"]],
      ["Missing", ["value-missing"]],
    ]);
    const result = await repository.materialize({ resume: true });
    expect(result).toMatchObject({ success: true });
    expect(given.calls).toEqual(["one", "two", "three", "two"]);
    expect(await repository.load(given.two)).toEqual({ one: 1, number: 4 });
    expect((await repository.status({ verify: true })).every(({ causes }) => causes.every(({ kind }) => !kind.startsWith("value-")))).toBe(
      true,
    );
  });

  it("is made again by a resumed run that has announced it once more", async () => {
    const given = pipeline();
    const store = new MemoryStore();
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store });
    const runId = await killedRun(given, storage, ioHandler, 60_000, "three");
    await using repository = await Repository.open({ assets: given.assets, storage, ioHandler });
    await store.delete(["two.superjson"]);
    await repository.status({ verify: true });
    const event = (await storage.getLatestMaterialization("two")) as StoredEvent;
    const announcement = { event: { ...event, stored: { writeId: `${runId}/1.9.late` } }, base: undefined };
    await storage.kvSet(intentKey(`${runId}/1.9.late`), encodeIntent(announcement));
    expect(await repository.materialize({ resume: runId })).toMatchObject({ success: true });
    expect(await repository.load(given.two)).toEqual({ one: 1, number: 4 });
  });

  it("is requested by an evaluation", async () => {
    const wanted = asset({ name: "wanted", automationCondition: condition.onMissing() }, () => 1);
    const store = new MemoryStore();
    await using repository = await Repository.open({ assets: [wanted], ioHandler: new SuperJsonIOHandler({ store }) });
    await repository.materialize();
    expect((await repository.evaluate()).requests).toEqual([]);
    await store.delete(["wanted.superjson"]);
    await repository.status({ verify: true });
    expect((await repository.evaluate()).requests).toMatchObject([{ selection: ["wanted"] }]);
  });
});

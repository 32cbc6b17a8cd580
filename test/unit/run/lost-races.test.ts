import {
  asset,
  type Batch,
  EdgewaterError,
  Materialization,
  MemoryStore,
  Repository,
  Storage,
  SuperJsonIOHandler,
  selfInput,
} from "edgewater";
import { describe, expect, it } from "vitest";
import { hooked, records } from "../repository/hooked-storage.ts";

/** Whether a batch announces a write. */
const announces = ({ kv = [] }: Batch): boolean => kv.some(({ key, value }) => key.startsWith("edgewater/intent/") && value !== undefined);

async function typesOf(storage: Storage, name: string, runId: string): Promise<readonly string[]> {
  const events = await storage.getEventsForAsset(name, { types: "all" });
  return events
    .filter((event) => event.runId === runId)
    .map(({ eventType }) => eventType)
    .reverse();
}

describe("two runs of one asset", () => {
  it("do not replace what was recorded after they began: the late one starts again", async () => {
    const hold = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let calls = 0;
    const total = asset({ name: "total", inputs: { before: selfInput<number>() } }, async ({ before = 0 }) => {
      if (++calls === 1) {
        begun.resolve();
        await hold.promise;
      }
      return before + 1;
    });
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await using one = await Repository.open({ assets: [total], storage, ioHandler });
    await using two = await Repository.open({ assets: [total], storage, ioHandler });
    const late = one.materialize();
    await begun.promise;
    await two.materialize();
    hold.resolve();
    const { runId } = await late;
    expect(await two.load(total)).toBe(2);
    const [last, first] = await storage.getEventsForAsset("total");
    expect(last).toMatchObject({ runId, inputDataVersions: { total: first?.dataVersion }, inputEventIds: { total: first?.id } });
    expect(await storage.getEventsForAsset("total")).toHaveLength(2);
    expect((await two.status({ verify: true })).map(({ status }) => status)).toEqual(["UpToDate"]);
  });

  it.each(["another run", "status", "load"] as const)(
    "is recorded with its value when %s finds it before its own record",
    async (finder) => {
      const hold = Promise.withResolvers<void>();
      const isWritten = Promise.withResolvers<void>();
      let calls = 0;
      const made = asset({ name: "made" }, (_, { log }) => {
        log.info(`call ${++calls}`);
        return calls;
      });
      const user = asset({ name: "user", inputs: { made } }, ({ made }) => made);
      await using storage = Storage.memory();
      const slow = hooked(storage, async (batch, commit) => {
        if (records(batch, "made")) {
          isWritten.resolve();
          await hold.promise;
        }
        return commit(batch);
      });
      const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
      await using one = await Repository.open({ assets: [made, user], storage: slow, ioHandler });
      await using two = await Repository.open({ assets: [made, user], storage, ioHandler });
      const late = one.materialize({ selection: [made] });
      await isWritten.promise;
      if (finder === "another run") await two.materialize({ selection: [made] });
      if (finder === "status") expect((await two.status({ verify: true }))[0]).toMatchObject({ status: "UpToDate", causes: [] });
      if (finder === "load") expect(await two.load(made)).toBe(1);
      hold.resolve();
      const result = await late;
      expect(result).toMatchObject({ success: true, events: [{ assetKey: "made", metadata: { adopted: { value: true } } }] });
      // The step has its success and its log, although somebody else has recorded its output.
      expect(await typesOf(storage, "made", result.runId)).toEqual(["StepStart", "Materialization", "StepSuccess"]);
      expect((await storage.getRunLogs(result.runId)).map(({ message }) => message)).toEqual(["call 1"]);
      await two.materialize({ selection: [user] });
      const latest = await storage.getLatestMaterialization("made");
      expect(await two.load(made)).toBe(finder === "another run" ? 2 : 1);
      expect(await two.load(user)).toBe(await two.load(made));
      expect((await storage.getLatestMaterialization("user"))?.inputDataVersions).toEqual({ made: latest?.dataVersion });
      expect((await storage.getEventsForAsset("made")).length).toBe(finder === "another run" ? 2 : 1);
      expect(await storage.kvList("edgewater/intent/")).toEqual([]);
    },
  );

  it("have a result that others recorded and replaced before its put was answered", async () => {
    const made = asset({ name: "made" }, () => 0);
    await using storage = Storage.memory();
    // The answer is lost after another run has replaced the value.
    const hold = Promise.withResolvers<void>();
    const isWritten = Promise.withResolvers<void>();
    class SlowStore extends MemoryStore {
      #isFirst = true;
      override async put(...args: Parameters<MemoryStore["put"]>) {
        const result = await super.put(...args);
        if (!this.#isFirst) return result;
        this.#isFirst = false;
        isWritten.resolve();
        await hold.promise;
        throw new EdgewaterError("Unavailable", "The answer was lost", { outcome: "unknown" });
      }
    }
    const ioHandler = new SuperJsonIOHandler({ store: new SlowStore() });
    await using repository = await Repository.open({ assets: [made], storage, ioHandler });
    const late = repository.write(made, 1);
    await isWritten.promise;
    await repository.write(made, 2);
    hold.resolve();
    const event = await late;
    const [last, first] = await storage.getEventsForAsset("made");
    expect(event).toEqual(first);
    expect(event.metadata["adopted"]?.value).toBe(true);
    expect(last?.runId).not.toBe(first?.runId);
    expect(await repository.load(made)).toBe(2);
  });

  it("keep the log of what was started again", async () => {
    let calls = 0;
    const made = asset({ name: "made" }, (_, { log }) => {
      log.info(`call ${++calls}`);
      return calls;
    });
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await using other = await Repository.open({ assets: [made], storage, ioHandler });
    let isFirst = true;
    const losing = hooked(storage, async (batch, commit) => {
      if (announces(batch) && isFirst) {
        isFirst = false;
        await other.write(made, 10);
      }
      return commit(batch);
    });
    await using repository = await Repository.open({ assets: [made], storage: losing, ioHandler });
    const { runId } = await repository.materialize();
    expect((await storage.getRunLogs(runId)).map(({ message }) => message)).toEqual(["call 1", "call 2"]);
    expect(await other.load(made)).toBe(2);
  });

  it("end with Conflict when others record its output all the time: the error says what to do", async () => {
    const made = asset({ name: "made" }, () => 0);
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await using other = await Repository.open({ assets: [made], storage, ioHandler });
    let writes = 0;
    const losing = hooked(storage, async (batch, commit) => {
      if (announces(batch)) await other.write(made, ++writes);
      return commit(batch);
    });
    await using repository = await Repository.open({ assets: [made], storage: losing, ioHandler });
    await expect(repository.materialize()).rejects.toMatchObject({
      code: "Conflict",
      asset: "made",
      message:
        'Cannot make "made": Other runs have recorded the outputs of made 6 times while they were made; let one run at a time make them',
    });
    expect(await other.load(made)).toBe(writes);
    expect((await other.status({ verify: true })).map(({ status }) => status)).toEqual(["UpToDate"]);
  });
});

describe("repository.write with ifLatest", () => {
  it("writes only over the expected materialization, and says what it found", async () => {
    const made = asset({ name: "made" }, () => 0);
    await using repository = await Repository.open({ assets: [made] });
    await expect(repository.write(made, 1, { ifLatest: 7 })).rejects.toMatchObject({
      code: "Conflict",
      message: 'Cannot make "made": The last materialization of made is not the expected 7: there is none; load the value again',
    });
    const first = await repository.write(made, 1);
    const second = await repository.write(made, 2, { ifLatest: first.id });
    await expect(repository.write(made, 3, { ifLatest: first.id })).rejects.toMatchObject({
      code: "Conflict",
      message: expect.stringContaining(`is not the expected ${first.id}: it is ${second.id}; load the value again`),
    });
    expect(await repository.load(made)).toBe(2);
  });

  it("finds a result without a value recorded when the answer to its commit is lost", async () => {
    const marked = asset({ name: "marked" }, () => Materialization({ metadata: { rows: 3 } }) as unknown as number);
    await using storage = Storage.memory();
    const mute = hooked(storage, async (batch, commit) => {
      const events = await commit(batch);
      if (records(batch, "marked")) throw new EdgewaterError("Unavailable", "no answer");
      return events;
    });
    await using repository = await Repository.open({ assets: [marked], storage: mute });
    const { success, events, runId } = await repository.materialize({ raiseOnError: false });
    expect([success, events.length]).toEqual([true, 1]);
    expect(await typesOf(storage, "marked", runId)).toEqual(["StepStart", "Materialization", "StepSuccess"]);
  });

  it("conflicts with a write that is recorded while it is written", async () => {
    const made = asset({ name: "made" }, () => 0);
    await using storage = Storage.memory();
    const ioHandler = new SuperJsonIOHandler({ store: new MemoryStore() });
    await using other = await Repository.open({ assets: [made], storage, ioHandler });
    const first = await other.write(made, 1);
    let isFirst = true;
    const losing = hooked(storage, async (batch, commit) => {
      if (announces(batch) && isFirst) {
        isFirst = false;
        await other.write(made, 2);
      }
      return commit(batch);
    });
    await using repository = await Repository.open({ assets: [made], storage: losing, ioHandler });
    await expect(repository.write(made, 3, { ifLatest: first.id })).rejects.toMatchObject({ code: "Conflict" });
    expect(await other.load(made)).toBe(2);
    // Without it the newest word counts.
    isFirst = true;
    await repository.write(made, 3);
    expect(await other.load(made)).toBe(3);
  });
});

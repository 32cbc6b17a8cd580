/** What surprises in the system whose IO handlers these re-imagine, by the number it has in our notes: ours is right. */
import {
  asset,
  BaseIOHandler,
  InMemoryIOHandler,
  type InputContext,
  input,
  MemoryStore,
  multiAsset,
  Output,
  type OutputContext,
  PartitionKey,
  PartitionMapping,
  Repository,
  Storage,
  SuperJsonIOHandler,
  selfInput,
  staticPartitions,
  task,
} from "edgewater";
import * as v from "valibot";
import { describe, expect, it } from "vitest";

const one = asset({ name: "one" }, () => 1);
const two = asset({ name: "two", inputs: { one } }, ({ one }) => one + 1);
const letters = staticPartitions(["a", "b", "c"]);

describe("the surprises of upstream", () => {
  it("1: metadata that a handler adds is on the event", async () => {
    await using repository = await Repository.open({ assets: [one], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    await repository.materialize();
    expect(Object.keys((await repository.storage.getLatestMaterialization("one"))?.metadata ?? {}).sort()).toEqual([
      "path",
      "serializer",
      "size_bytes",
      "write_duration_s",
    ]);
  });

  it("2: handlers may be async, and are awaited", async () => {
    class Slow extends InMemoryIOHandler {
      override async handleOutput(context: OutputContext, value: unknown): Promise<void> {
        await Promise.resolve();
        super.handleOutput(context, value);
      }
      override async loadInput(context: InputContext): Promise<unknown> {
        await Promise.resolve();
        return super.loadInput(context);
      }
    }
    await using repository = await Repository.open({ assets: [one, two], ioHandler: new Slow() });
    await repository.materialize();
    expect(await repository.load(two)).toBe(2);
  });

  it("3 and 14: every input goes through its handler, also within a run", async () => {
    const loads: string[] = [];
    class Counting extends InMemoryIOHandler {
      override loadInput(context: InputContext): unknown {
        loads.push(context.assetName);
        return super.loadInput(context);
      }
    }
    await using repository = await Repository.open({ assets: [one, two], ioHandler: new Counting() });
    await repository.materialize();
    expect(loads).toEqual(["one"]);
  });

  it("4 and 5: the default handler keeps values from run to run, and counts as a handler for a part of the assets", async () => {
    await using repository = await Repository.open({ assets: [one, two] });
    await repository.materialize({ selection: ["one"] });
    await repository.materialize({ selection: ["two"] });
    expect(await repository.load(two)).toBe(2);
  });

  it("6: several partitions are written each under its own key, and read as a map", async () => {
    const store = new MemoryStore();
    const batch = asset(
      { name: "batch", partitions: { definition: letters, batch: true } },
      (_, { partition }) => new Map(partition?.keys.map((key) => [String(key), `value ${key}`])),
    );
    const partitionMapping = PartitionMapping.specific(["a", "c"]);
    const some = asset({ name: "some", inputs: { batch: input(batch, { partitionMapping }) } }, async ({ batch }) => [
      ...(await batch.toMap()).values(),
    ]);
    await using repository = await Repository.open({ assets: [batch, some], ioHandler: new SuperJsonIOHandler({ store }) });
    await repository.materialize({ selection: [batch], partitionRange: { from: "a", to: "c" } });
    await repository.materialize({ selection: [some] });
    expect(await repository.load(some)).toEqual(["value a", "value c"]);
    const keys: string[] = [];
    for await (const { key } of store.list("batch")) keys.push(key);
    expect(keys).toEqual(["batch/a/data.superjson", "batch/b/data.superjson", "batch/c/data.superjson"]);
  });

  it("7: an asset with partitions takes one without", async () => {
    const part = asset({ name: "part", inputs: { one }, partitions: letters }, ({ one }, { partitionKey }) => `${one} ${partitionKey}`);
    await using repository = await Repository.open({ assets: [one, part] });
    await repository.materialize({ partitionKey: "b" });
    expect(await repository.load(part, { partitionKey: "b" })).toBe("1 b");
  });

  it("8: static metadata of a multi-asset's outputs reaches their handler", async () => {
    let seen: unknown;
    class Seeing extends InMemoryIOHandler {
      override handleOutput(context: OutputContext, value: unknown): void {
        seen = context.assetMetadata["team"]?.value;
        super.handleOutput(context, value);
      }
    }
    const multi = multiAsset({ name: "multi", outputs: { left: { metadata: { team: "a" }, ioHandler: new Seeing() } } }, () => ({
      left: 1,
    }));
    await using repository = await Repository.open({ assets: [multi] });
    await repository.materialize();
    expect(seen).toBe("a");
  });

  it("9: a handler of a task is a handler, never a name that is resolved too late", () => {
    expect(() => task({ name: "t", ioHandler: "key" as unknown as BaseIOHandler }, () => 1)).toThrow(
      expect.objectContaining({ code: "DefinitionError" }),
    );
  });

  it("10: metadata of an input is told over the upstream's, not in its place", async () => {
    const up = asset({ name: "up", metadata: { team: "a" } }, () => 1);
    let seen: unknown;
    class Seeing extends InMemoryIOHandler {
      override loadInput(context: InputContext): unknown {
        seen = Object.fromEntries(Object.entries(context.assetMetadata).map(([key, { value }]) => [key, value]));
        return super.loadInput(context);
      }
    }
    const down = asset({ name: "down", inputs: { up: input(up, { metadata: { columns: "id" } }) } }, ({ up }) => up);
    await using repository = await Repository.open({ assets: [up, down], ioHandler: new Seeing() });
    await repository.materialize();
    expect(seen).toEqual({ team: "a", columns: "id" });
  });

  it("11 and 12: no bare variable configures a handler, and no argument is swallowed", () => {
    class Handler extends BaseIOHandler.with(v.object({ mode: v.optional(v.picklist(["safe"]), "safe") }), { envPrefix: "X_" }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    expect(new Handler({}, { env: { MODE: "dev" } }).settings).toEqual({ mode: "safe" });
    expect(() => new Handler("dev" as never)).toThrow(expect.objectContaining({ code: "SettingsError" }));
  });

  it("13: a write is retried too", async () => {
    let failures = 1;
    class Flaky extends InMemoryIOHandler {
      override handleOutput(context: OutputContext, value: unknown): void {
        if (failures-- > 0) throw new Error("cannot write");
        super.handleOutput(context, value);
      }
    }
    await using repository = await Repository.open({ assets: [one], ioHandler: new Flaky(), retry: { maxRetries: 1, delayMs: 0 } });
    expect((await repository.materialize()).success).toBe(true);
  });

  it("17: an own earlier value that cannot be read is an error, not a first run", async () => {
    class Denied extends InMemoryIOHandler {
      override loadInput(): unknown {
        throw new Error("denied");
      }
    }
    const total = asset(
      { name: "total", inputs: { previous: selfInput<number>() }, ioHandler: new Denied() },
      ({ previous = 0 }) => previous + 1,
    );
    await using repository = await Repository.open({ assets: [total] });
    await expect(repository.materialize()).rejects.toThrow("denied");
  });

  it("18: equal content has an equal data version", async () => {
    await using repository = await Repository.open({ assets: [one], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    await repository.materialize();
    await repository.materialize();
    const [second, first] = await repository.storage.getEventsForAsset("one");
    expect(second?.dataVersion).toBe(first?.dataVersion);
  });

  it("19: no two names or keys share a place", async () => {
    const store = new MemoryStore();
    const nested = asset({ name: "pipe/step" }, () => "asset");
    const pipe = asset({ name: "pipe", partitions: staticPartitions(["step", "a/b", ".."]) }, (_, { partitionKey }) => partitionKey);
    await using repository = await Repository.open({ assets: [nested, pipe], ioHandler: new SuperJsonIOHandler({ store }) });
    await repository.materialize({ selection: [nested] });
    await repository.materialize({ selection: [pipe], partitionKey: PartitionKey.single(["step", "a/b", ".."]) });
    expect(await repository.load(nested)).toBe("asset");
    for (const key of ["step", "a/b", ".."]) expect(await repository.load(pipe, { partitionKey: key })).toBe(key);
  });

  it("21: an event that cannot be recorded fails the step", async () => {
    const storage = Storage.memory();
    await using repository = await Repository.open({ assets: [one], storage });
    const { commit } = storage;
    Object.defineProperty(storage, "commit", {
      value: async (batch: Parameters<typeof commit>[0]) => {
        if (batch.events) throw new Error("the records are full");
        return commit.call(storage, batch);
      },
    });
    await expect(repository.materialize()).rejects.toThrow("the records are full");
  });

  it("22: the original error is thrown", async () => {
    const original = new RangeError("out of range");
    const bad = asset({ name: "bad" }, () => {
      throw original;
    });
    await using repository = await Repository.open({ assets: [bad] });
    await expect(repository.materialize()).rejects.toBe(original);
  });

  it("23: without an executor and a handler, independent assets still run together", async () => {
    const three = asset({ name: "three" }, () => 3);
    await using repository = await Repository.open({ assets: [one, three] });
    expect((await repository.materialize()).success).toBe(true);
  });

  it("24: what a result does not keep, it does not take", () => {
    // @ts-expect-error tags belong to the asset
    expect(Object.keys(Output(1, { tags: { a: "b" } }))).not.toContain("tags");
  });

  it("25: the partition of an event is a key", async () => {
    const part = asset({ name: "part", partitions: letters }, () => 1);
    await using repository = await Repository.open({ assets: [part] });
    await repository.materialize({ partitionKey: "a" });
    const event = await repository.storage.getLatestMaterialization("part", "a");
    expect(event?.partitionKey?.equals(PartitionKey.single("a"))).toBe(true);
  });
});

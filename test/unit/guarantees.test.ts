/** Guarantees that span assets, handlers, runs and Storage. */
import {
  asset,
  InMemoryIOHandler,
  type InputContext,
  input,
  MemoryStore,
  multiAsset,
  type OutputContext,
  PartitionKey,
  PartitionMapping,
  Repository,
  Storage,
  SuperJsonIOHandler,
  selfInput,
  staticPartitions,
} from "edgewater";
import { describe, expect, it } from "vitest";

const one = asset({ name: "one" }, () => 1);
const two = asset({ name: "two", inputs: { one } }, ({ one }) => one + 1);
const letters = staticPartitions(["a", "b", "c"]);

describe("a repository", () => {
  it("records the metadata that a handler adds", async () => {
    await using repository = await Repository.open({ assets: [one], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    await repository.materialize();
    expect(Object.keys((await repository.storage.getLatestMaterialization("one"))?.metadata ?? {}).sort()).toEqual([
      "path",
      "serializer",
      "size_bytes",
      "write_duration_s",
    ]);
  });

  it("awaits async handlers", async () => {
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

  it("loads every input through its handler, also within a run", async () => {
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

  it("keeps the values of the default handler between runs", async () => {
    await using repository = await Repository.open({ assets: [one, two] });
    await repository.materialize({ selection: ["one"] });
    await repository.materialize({ selection: ["two"] });
    expect(await repository.load(two)).toBe(2);
  });

  it("writes each partition of a batch under its own key and loads several as a map", async () => {
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

  it("loads an asset without partitions into one with partitions", async () => {
    const part = asset({ name: "part", inputs: { one }, partitions: letters }, ({ one }, { partitionKey }) => `${one} ${partitionKey}`);
    await using repository = await Repository.open({ assets: [one, part] });
    await repository.materialize({ partitionKey: "b" });
    expect(await repository.load(part, { partitionKey: "b" })).toBe("1 b");
  });

  it("passes the static metadata of a multi-asset's outputs to their handler", async () => {
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

  it("merges the metadata of an input over that of the upstream asset", async () => {
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

  it("retries writes", async () => {
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

  it("fails when the earlier value of an asset cannot be loaded, instead of treating it as missing", async () => {
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

  it("records equal data versions for equal content", async () => {
    await using repository = await Repository.open({ assets: [one], ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }) });
    await repository.materialize();
    await repository.materialize();
    const [second, first] = await repository.storage.getEventsForAsset("one");
    expect(second?.dataVersion).toBe(first?.dataVersion);
  });

  it("fails a step whose event cannot be recorded", async () => {
    const storage = Storage.memory();
    await using repository = await Repository.open({ assets: [one], storage });
    const { commit } = storage;
    Object.defineProperty(storage, "commit", {
      value: async (batch: Parameters<typeof commit>[0]) => {
        if (batch.events) throw new Error("Storage is full");
        return commit.call(storage, batch);
      },
    });
    await expect(repository.materialize()).rejects.toThrow("Storage is full");
  });

  it("throws an error that names the asset, with the error of the function as its cause", async () => {
    const original = new RangeError("out of range");
    const bad = asset({ name: "bad" }, () => {
      throw original;
    });
    await using repository = await Repository.open({ assets: [bad] });
    await expect(repository.materialize()).rejects.toMatchObject({ asset: "bad", cause: original });
  });

  it("materializes independent assets without an executor and a handler", async () => {
    const three = asset({ name: "three" }, () => 3);
    await using repository = await Repository.open({ assets: [one, three] });
    expect((await repository.materialize()).success).toBe(true);
  });

  it("records the partition of an event as a PartitionKey", async () => {
    const part = asset({ name: "part", partitions: letters }, () => 1);
    await using repository = await Repository.open({ assets: [part] });
    await repository.materialize({ partitionKey: "a" });
    const event = await repository.storage.getLatestMaterialization("part", "a");
    expect(event?.partitionKey?.equals(PartitionKey.single("a"))).toBe(true);
  });
});

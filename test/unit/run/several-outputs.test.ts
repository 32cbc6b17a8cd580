import {
  type Asset,
  asset,
  BaseIOHandler,
  InMemoryIOHandler,
  Materialization,
  MemoryStore,
  MetadataValue,
  multiAsset,
  Observation,
  Output,
  type OutputContext,
  Repository,
  SuperJsonIOHandler,
  staticPartitions,
} from "edgewater";
import { describe, expect, it, vi } from "vitest";

const broken = new Error("broken");

describe("a multi-asset that returns a record", () => {
  const halves = multiAsset({ name: "halves", outputs: { north: { metadata: { side: "n" } }, south: {} } }, async () => ({
    north: [1, 2],
    south: Output(["x"], { metadata: { rows: 1 }, dataVersion: "v1" }),
  }));
  const after = asset(
    { name: "after", inputs: { north: halves.outputs.north, south: halves.outputs.south } },
    ({ north, south }) => north.length + south.length,
  );

  it("makes each output an asset", async () => {
    await using repository = await Repository.open({ assets: [halves, after] });
    const result = await repository.materialize();
    expect(result.materializedAssets).toEqual(["north", "south", "after"]);
    expect(await repository.load(halves.outputs.north)).toEqual([1, 2]);
    expect(await repository.load(after)).toBe(3);
    const south = await repository.storage.getLatestMaterialization("south");
    expect(south).toMatchObject({ dataVersion: "v1", metadata: { rows: { kind: "Int", value: 1 } } });
  });

  it("writes only the selected outputs", async () => {
    await using repository = await Repository.open({ assets: [halves, after] });
    expect((await repository.materialize({ selection: ["south"] })).materializedAssets).toEqual(["south"]);
    await expect(repository.load("north")).rejects.toMatchObject({ code: "NotFound" });
    expect((await repository.materialize({ selection: [halves] })).materializedAssets).toEqual(["north", "south"]);
    expect((await repository.materialize({ selection: ["halves"] })).materializedAssets).toEqual(["north", "south"]);
  });

  it("uses its handler for outputs without their own, and passes their metadata to it", async () => {
    const seen: [string, unknown][] = [];
    class Seeing extends InMemoryIOHandler {
      override handleOutput(context: OutputContext, value: unknown): void {
        seen.push([context.assetName, context.assetMetadata["side"]?.value]);
        super.handleOutput(context, value);
      }
    }
    const own = new InMemoryIOHandler();
    const multi = multiAsset(
      { name: "multi", ioHandler: new Seeing(), outputs: { left: { metadata: { side: "l" } }, right: { ioHandler: own } } },
      () => ({ left: 1, right: 2 }),
    );
    await using repository = await Repository.open({ assets: [multi] });
    await repository.materialize();
    expect(seen).toEqual([["left", "l"]]);
    expect(repository.ioHandlerForOutput("right")).toBe(own);
  });

  it.each([
    ["lacks an output", () => ({ a: 1 }), ["b"], ["a"]],
    ["has an unknown output", () => ({ a: 1, b: 2, c: 3 }), ["a", "b"], []],
    ["is not a record", () => 5, ["a", "b"], []],
  ])("fails what is not made when the returned value %s", async (_, compute, failed, made) => {
    const multi = multiAsset({ name: "multi", outputs: { a: {}, b: {} } }, compute as () => { a: number; b: number });
    await using repository = await Repository.open({ assets: [multi] });
    const result = await repository.materialize({ raiseOnError: false });
    expect(result.failedAssets.map(({ name }) => name)).toEqual(failed);
    expect(result.materializedAssets).toEqual(made);
  });
});

describe("a multi-asset that yields", () => {
  const stages: string[] = [];
  class Staged extends InMemoryIOHandler {
    override handleOutput(context: OutputContext, value: unknown): void {
      stages.push(`write ${context.assetName}`);
      super.handleOutput(context, value);
    }
  }
  const parts = multiAsset(
    { name: "parts", outputs: { first: {}, second: {}, third: {} }, ioHandler: new Staged() },
    async function* (_, context) {
      context.addOutputMetadata({ at: "first" });
      yield Output(1, { name: "first" });
      stages.push("between");
      yield Output("two", { name: "second", metadata: { at: "second" } });
      throw broken;
    },
  );
  const onFirst = asset({ name: "onFirst", inputs: { first: parts.outputs.first } }, ({ first }) => first + 1);
  const onThird = asset({ name: "onThird", inputs: { third: parts.outputs.third } }, () => 1);

  it("commits each output before the next one; a failure keeps the earlier outputs and fails the rest", async () => {
    stages.length = 0;
    await using repository = await Repository.open({ assets: [parts, onFirst, onThird] });
    const result = await repository.materialize({ raiseOnError: false });
    expect(stages).toEqual(["write first", "between", "write second"]);
    expect(result).toMatchObject({
      materializedAssets: ["first", "second", "onFirst"],
      failedAssets: [{ name: "third", error: broken }],
      skippedAssets: ["onThird"],
    });
    const second = await repository.storage.getLatestMaterialization("second");
    expect(second?.metadata["at"]).toEqual({ kind: "Text", value: "second" });
    expect((await repository.storage.getLatestMaterialization("first"))?.metadata["at"]).toEqual({ kind: "Text", value: "first" });
  });

  it("skips outputs that are not selected", async () => {
    const generator = multiAsset({ name: "generator", outputs: { a: {}, b: {} } }, async function* (_, { outputSelection }) {
      yield Output(outputSelection.join(), { name: "a" });
      yield Output(2, { name: "b" });
    });
    await using repository = await Repository.open({ assets: [generator] });
    await repository.materialize({ selection: ["a"] });
    expect(await repository.load("a")).toBe("a");
    await expect(repository.load("b")).rejects.toMatchObject({ code: "NotFound" });
  });

  it("does not write recorded outputs again after a retry", async () => {
    let attempts = 0;
    stages.length = 0;
    const flaky = multiAsset(
      { name: "flaky", outputs: { a: {}, b: {} }, ioHandler: new Staged(), retry: { maxRetries: 2, delayMs: 0 } },
      async function* () {
        yield Output(1, { name: "a" });
        if (++attempts < 3) throw broken;
        yield Output(2, { name: "b" });
      },
    );
    await using repository = await Repository.open({ assets: [flaky] });
    expect((await repository.materialize()).success).toBe(true);
    expect(stages).toEqual(["write a", "write b"]);
  });

  it.each([
    [
      "a raw value",
      async function* () {
        yield 5;
      },
      /must yield Output/,
    ],
    [
      "a result without a name",
      async function* () {
        yield Output(5);
      },
      /must yield Output/,
    ],
    [
      "an unknown output",
      async function* () {
        yield Output(5, { name: "c" });
      },
      /unknown output "c"/,
    ],
    ["nothing", async function* () {}, /returned no value for its output "a"/],
  ])("is refused when it yields %s", async (_, compute, message) => {
    const multi = multiAsset({ name: "multi", outputs: { a: {} } }, compute as never);
    await using repository = await Repository.open({ assets: [multi] });
    await expect(repository.materialize()).rejects.toThrow(message);
  });

  it("can have partitions", async () => {
    const partitions = staticPartitions(["x", "y"]);
    const multi = multiAsset({ name: "multi", outputs: { a: {}, b: {} }, partitions }, async function* (_, { partitionKey }) {
      yield Output(`a ${partitionKey}`, { name: "a" });
      yield Output(`b ${partitionKey}`, { name: "b" });
    });
    const next = asset({ name: "next", inputs: { b: multi.outputs.b }, partitions }, ({ b }) => b);
    await using repository = await Repository.open({ assets: [multi, next] });
    await repository.materialize({ partitionRange: { from: "x", to: "y" } });
    expect(await repository.load(next, { partitionKey: "y" })).toBe("b y");
  });
});

describe("a result", () => {
  class Refusing extends BaseIOHandler {
    override handleOutput(): void {
      throw broken;
    }
    override loadInput(): void {}
  }

  it("Materialization is recorded without a call of the handler", async () => {
    const index = asset({ name: "index", ioHandler: new Refusing() }, () => Materialization({ metadata: { rows: 5 }, dataVersion: "v5" }));
    await using repository = await Repository.open({ assets: [index] });
    await repository.materialize();
    expect(await repository.storage.getLatestMaterialization("index")).toMatchObject({
      dataVersion: "v5",
      metadata: { rows: { kind: "Int", value: 5 } },
    });
  });

  it("Observation is recorded as an observation", async () => {
    const seen = asset({ name: "seen", ioHandler: new Refusing() }, () => Observation({ dataVersion: "etag" }));
    await using repository = await Repository.open({ assets: [seen] });
    await repository.materialize();
    expect(await repository.storage.getEventsForAsset("seen")).toMatchObject([{ eventType: "Observation", dataVersion: "etag" }]);
    expect(await repository.storage.getLatestMaterialization("seen")).toBeUndefined();
  });

  it("overrides the context's metadata, and the handler's overrides both", async () => {
    class Adding extends InMemoryIOHandler {
      override handleOutput(context: OutputContext, value: unknown): void {
        context.addOutputMetadata({ c: "handler" });
        super.handleOutput(context, value);
      }
    }
    const merged = asset({ name: "merged", ioHandler: new Adding() }, (_, context) => {
      context.addOutputMetadata({ a: "context", b: "context", c: "context" });
      return Output(1, { metadata: { b: "result", c: "result" } });
    });
    await using repository = await Repository.open({ assets: [merged] });
    await repository.materialize();
    const event = await repository.storage.getLatestMaterialization("merged");
    expect([event?.metadata["a"]?.value, event?.metadata["b"]?.value, event?.metadata["c"]?.value]).toEqual([
      "context",
      "result",
      "handler",
    ]);
  });

  it("refuses metadata of no valid kind when it is created", () => {
    expect(() => Output(1, { metadata: { bad: {} as never } })).toThrow(expect.objectContaining({ code: "MetadataError", field: "bad" }));
  });

  it("Output is stored as its value, which may be null or undefined", async () => {
    const nothing = asset({ name: "nothing" }, () => undefined);
    const empty = asset({ name: "empty" }, () => Output(null));
    await using repository = await Repository.open({ assets: [nothing, empty] });
    await repository.materialize();
    expect(await repository.load(nothing)).toBeUndefined();
    expect(await repository.load(empty)).toBeNull();
  });
});

describe("the data version of an output", () => {
  const inMetadata = { version: MetadataValue.dataVersion("metadata") };
  class Versioned extends InMemoryIOHandler {
    override handleOutput(context: OutputContext, value: unknown): void {
      super.handleOutput(context, value);
      context.registerDataVersion("handler");
    }
  }
  const serialized = (): SuperJsonIOHandler => new SuperJsonIOHandler({ store: new MemoryStore() });

  it.each<[string, Asset]>([
    ["handler", asset({ name: "a", ioHandler: new Versioned() }, () => Output(1, { dataVersion: "output", metadata: inMetadata }))],
    [
      "output",
      asset({ name: "a" }, (_, context) => {
        context.registerDataVersion("context");
        return Output(1, { dataVersion: "output", metadata: inMetadata });
      }),
    ],
    ["output", asset({ name: "a" }, () => Materialization({ dataVersion: "output", metadata: inMetadata }))],
    [
      "context",
      asset({ name: "a" }, (_, context) => {
        context.registerDataVersion("context");
        context.addOutputMetadata(inMetadata);
        return 1;
      }),
    ],
    ["metadata", asset({ name: "a", ioHandler: serialized() }, () => Output(1, { metadata: inMetadata }))],
    ["metadata", asset({ name: "a" }, () => Materialization({ metadata: inMetadata }))],
    ["sha256:", asset({ name: "a", ioHandler: serialized() }, () => 1)],
  ])("is the first of handler, output, context, metadata and digest: %s", async (expected, given) => {
    await using repository = await Repository.open({ assets: [given] });
    await repository.materialize();
    expect((await repository.storage.getLatestMaterialization("a"))?.dataVersion).toMatch(new RegExp(`^${expected}`));
  });

  it("stands beside a write duration that is always a Float, also when it is whole", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(1000);
    await using repository = await Repository.open({ assets: [asset({ name: "a", ioHandler: serialized() }, () => 1)] });
    await repository.materialize();
    now.mockRestore();
    const event = await repository.storage.getLatestMaterialization("a");
    expect(event?.metadata["write_duration_s"]).toMatchObject({ kind: "Float", value: 0 });
  });
});

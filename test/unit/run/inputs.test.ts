import {
  asset,
  BaseIOHandler,
  EdgewaterError,
  externalAsset,
  InMemoryIOHandler,
  type InputContext,
  input,
  MemoryStore,
  Observation,
  Output,
  OutputContext,
  PartitionMapping,
  Repository,
  SuperJsonIOHandler,
  selfInput,
  staticPartitions,
  task,
} from "edgewater";
import * as v from "valibot";
import { describe, expect, it } from "vitest";

/** A handler that remembers its calls. */
class Asked extends InMemoryIOHandler {
  readonly contexts: InputContext[] = [];
  override loadInput(context: InputContext): unknown {
    this.contexts.push(context);
    return super.loadInput(context);
  }
}

const one = asset({ name: "one", metadata: { team: "a", region: "eu" } }, () => 1);

describe("input()", () => {
  it("loads through the input's handler, while the upstream asset is written through its own", async () => {
    const special = new Asked();
    const fallback = new Asked();
    const two = asset({ name: "two", inputs: { one: input(one, { ioHandler: special }) } }, ({ one }) => one);
    await using repository = await Repository.open({ assets: [one, two], ioHandler: fallback });
    await expect(repository.materialize()).rejects.toMatchObject({ code: "NotFound" });
    special.handleOutput(new OutputContext({ assetName: "one" }), 41);
    await repository.materialize();
    expect(await repository.load(two)).toBe(41);
    expect(fallback.contexts.filter(({ assetName }) => assetName === "one")).toEqual([]);
  });

  it("passes the metadata of the upstream asset to the handler, overridden by the input's", async () => {
    const ioHandler = new Asked();
    const two = asset(
      { name: "two", inputs: { first: input(one, { metadata: { region: "us" } }) }, metadata: { team: "never" } },
      ({ first }) => first,
    );
    await using repository = await Repository.open({ assets: [one, two], ioHandler });
    await repository.materialize();
    const [context] = ioHandler.contexts;
    expect(context).toMatchObject({ assetName: "one", downstreamAsset: "two" });
    expect([context?.assetMetadata["team"]?.value, context?.assetMetadata["region"]?.value]).toEqual(["a", "us"]);
  });

  it("refuses an invalid upstream, handler or type hint", () => {
    expect(() => input({ name: "x" } as never)).toThrow(expect.objectContaining({ code: "DefinitionError" }));
    expect(() => input(one, { ioHandler: { loadInput() {} } as never })).toThrow(expect.objectContaining({ code: "DefinitionError" }));
    expect(() => input(one, { typeHint: "number" as never })).toThrow(expect.objectContaining({ code: "DefinitionError" }));
  });
});

describe("a type hint", () => {
  const rows = v.array(v.object({ id: v.number(), note: v.optional(v.string(), "none") }));

  it("of an asset refuses an invalid value before it is written", async () => {
    const ioHandler = new InMemoryIOHandler();
    const bad = asset({ name: "bad", typeHint: rows, ioHandler }, (): unknown => [{ id: 1 }, { id: "2" }]);
    await using repository = await Repository.open({ assets: [bad] });
    await expect(repository.materialize()).rejects.toMatchObject({ code: "ValidationError", asset: "bad", field: "$[1].id" });
    await expect(repository.load(bad)).rejects.toMatchObject({ code: "NotFound" });
    expect(await repository.storage.getEventsForAsset("bad")).toEqual([]);
  });

  it("of an asset does not change what is written", async () => {
    const good = asset({ name: "good", typeHint: rows }, () => [{ id: 1 }]);
    await using repository = await Repository.open({ assets: [good] });
    await repository.materialize();
    expect(await repository.load(good)).toEqual([{ id: 1 }]);
  });

  it("of an input validates the loaded value, and passes on the output of the schema", async () => {
    const raw = asset({ name: "raw" }, (): unknown => [{ id: 1 }]);
    const wrong = asset({ name: "wrong" }, (): unknown => "text");
    const typed = asset({ name: "typed", inputs: { raw: input(raw, { typeHint: rows }) } }, ({ raw }) => raw.map(({ note }) => note));
    const refused = asset({ name: "refused", inputs: { wrong: input(wrong, { typeHint: rows }) } }, ({ wrong }) => wrong);
    await using repository = await Repository.open({ assets: [raw, wrong, typed, refused] });
    const result = await repository.materialize({ raiseOnError: false });
    expect(await repository.load(typed)).toEqual(["none"]);
    expect(result.failedAssets).toMatchObject([{ name: "refused", error: { code: "ValidationError", asset: "wrong" } }]);
  });

  it("may be a class, and is passed to the handler", async () => {
    const ioHandler = new Asked();
    const dated = asset({ name: "dated", typeHint: Date }, (): unknown => new Date(0));
    const text = asset({ name: "text", typeHint: Date }, (): unknown => "1970-01-01");
    const used = asset({ name: "used", inputs: { dated: input(dated, { typeHint: Date }) } }, ({ dated }) => dated.getTime());
    await using repository = await Repository.open({ assets: [dated, text, used], ioHandler });
    const result = await repository.materialize({ raiseOnError: false });
    expect(await repository.load(used)).toBe(0);
    expect(result.failedAssets).toMatchObject([
      { name: "text", error: { code: "ValidationError", message: expect.stringContaining("Date") } },
    ]);
    expect(ioHandler.contexts[0]?.typeHint).toBe(Date);
  });
});

describe("selfInput", () => {
  const total = asset({ name: "total", inputs: { previous: selfInput<number>(), one } }, ({ previous = 0, one }) => previous + one);

  it("is undefined in the first run, and then the value that was written last", async () => {
    await using repository = await Repository.open({ assets: [one, total] });
    for (const expected of [1, 2, 3]) {
      await repository.materialize();
      expect(await repository.load(total)).toBe(expected);
    }
  });

  it.each([
    new Error("the network is gone"),
    new EdgewaterError("PermissionDenied", "no"),
    new EdgewaterError("SerializationError", "damaged"),
  ])("that cannot be read is an error, not a first time: %s", async (error) => {
    class Failing extends InMemoryIOHandler {
      override loadInput(context: InputContext): unknown {
        if (context.assetName === "total") throw error;
        return super.loadInput(context);
      }
    }
    await using repository = await Repository.open({ assets: [one, total], ioHandler: new Failing() });
    await expect(repository.materialize()).rejects.toMatchObject({ asset: "total", cause: error });
  });

  it("loads the same partition", async () => {
    const partitions = staticPartitions(["x", "y"]);
    const count = asset({ name: "count", inputs: { previous: selfInput<number>() }, partitions }, ({ previous = 0 }) => previous + 1);
    await using repository = await Repository.open({ assets: [count] });
    for (const partitionKey of ["x", "x", "y"]) await repository.materialize({ partitionKey });
    expect(await repository.load(count, { partitionKey: "x" })).toBe(2);
    expect(await repository.load(count, { partitionKey: "y" })).toBe(1);
  });
});

describe("a value that is recorded and gone from its store", () => {
  const partitions = staticPartitions(["x", "y"]);
  const day = asset({ name: "day", partitions }, (_, { partitionKey }) => partitionKey);
  const days = input(day, { partitionMapping: PartitionMapping.all(), missing: "skip" });
  const all = asset({ name: "all", inputs: { days } }, async ({ days: found }) => [...(await found.toMap()).values()]);
  const count = asset({ name: "count", inputs: { previous: selfInput<number>() } }, ({ previous = 0 }) => previous + 1);
  const open = async () => {
    const store = new MemoryStore();
    const repository = await Repository.open({ assets: [day, all, count], ioHandler: new SuperJsonIOHandler({ store, prefix: "v" }) });
    return { store, repository };
  };

  it("is an error for an asset that takes it from itself, until it is written again or wiped", async () => {
    const { store, repository } = await open();
    await using _ = repository;
    const make = () => repository.materialize({ selection: [count] });
    await make();
    await store.delete("v/count.superjson");
    const gone = { asset: "count", message: /the event \d+ records it, and it is gone from its store.*or wipe it to start without it/ };
    await expect(make()).rejects.toMatchObject({ code: "Integrity", ...gone });
    await repository.write(count, 1);
    await make();
    expect(await repository.load(count)).toBe(2);
    await store.delete("v/count.superjson");
    await repository.wipe(count);
    await make();
    expect(await repository.load(count)).toBe(1);
  });

  it("is an error for an input that skips what was never made", async () => {
    const { store, repository } = await open();
    await using _ = repository;
    await repository.materialize({ selection: [day], partitionKey: "x" });
    await repository.materialize({ selection: [all] });
    expect(await repository.load(all)).toEqual(["x"]);
    await store.delete("v/day/x/data.superjson");
    const gone = { code: "Integrity", key: "v/day/x/data.superjson" };
    await expect(repository.materialize({ selection: [all] })).rejects.toMatchObject(gone);
    const days = await repository.load(day, { partitionKeys: "all", missing: "skip" });
    await expect(days.toMap()).rejects.toMatchObject(gone);
  });
});

describe("an external asset", () => {
  class Feed extends BaseIOHandler {
    override handleOutput(): void {
      throw new Error("nobody writes the feed");
    }
    override loadInput({ upstream }: InputContext): unknown {
      return { rows: [1, 2], version: upstream?.dataVersion };
    }
  }
  const feed = externalAsset<{ rows: number[]; version: string | undefined }>(
    { name: "feed", ioHandler: new Feed() },
    async ({ assetName }) => Observation({ dataVersion: `etag of ${assetName}`, metadata: { rows: 2 } }),
  );
  const silent = externalAsset({ name: "silent", ioHandler: new Feed() });
  const used = asset({ name: "used", inputs: { feed } }, ({ feed }) => feed);

  it("is loaded by its handler, and is not materialized with the others", async () => {
    await using repository = await Repository.open({ assets: [feed, silent, used] });
    expect((await repository.materialize()).materializedAssets).toEqual(["used"]);
    expect(await repository.load(feed)).toEqual({ rows: [1, 2], version: undefined });
  });

  it("can be observed, and downstream events then record its version", async () => {
    await using repository = await Repository.open({ assets: [feed, silent, used] });
    expect((await repository.observe()).materializedAssets).toEqual(["feed"]);
    expect(await repository.storage.getEventsForAsset("feed")).toMatchObject([
      { eventType: "Observation", dataVersion: "etag of feed", metadata: { rows: { value: 2 } } },
    ]);
    await repository.materialize();
    expect(await repository.load(used)).toEqual({ rows: [1, 2], version: "etag of feed" });
    expect((await repository.storage.getLatestMaterialization("used"))?.inputDataVersions).toEqual({ feed: "etag of feed" });
  });

  it("without a function cannot be observed or materialized", async () => {
    await using repository = await Repository.open({ assets: [silent, used, feed] });
    await expect(repository.observe([silent])).rejects.toMatchObject({ code: "GraphError", asset: "silent" });
    await expect(repository.materialize({ selection: [silent] })).rejects.toMatchObject({ code: "GraphError" });
    await expect(repository.observe(["used"])).rejects.toMatchObject({
      code: "GraphError",
      message: expect.stringContaining("materialize it"),
    });
  });

  it("refuses to be written", async () => {
    const step = task({ name: "step" }, () => 1);
    await using repository = await Repository.open({ assets: [feed], tasks: [step] });
    await expect(repository.write(feed as never, 1 as never)).rejects.toMatchObject({ code: "GraphError", asset: "feed" });
    await expect(repository.write(step as never, 1 as never)).rejects.toMatchObject({ code: "GraphError", asset: "step" });
    expect(await repository.storage.getRuns()).toEqual([]);
  });

  it("must return an Observation, and needs a handler", async () => {
    const wrong = externalAsset({ name: "wrong", ioHandler: new Feed() }, (() => 5) as never);
    await using repository = await Repository.open({ assets: [wrong] });
    await expect(repository.observe()).rejects.toMatchObject({ code: "DefinitionError" });
    expect(() => externalAsset({ name: "none" } as never)).toThrow(
      expect.objectContaining({ code: "DefinitionError", field: "ioHandler" }),
    );
  });
});

describe("an asset with a bracket in its name", () => {
  it("is not taken for a partition of another asset", async () => {
    let version = "v1";
    const plain = asset({ name: "a[p]" }, () => Output(1, { dataVersion: `plain ${version}` }));
    const a = asset({ name: "a", partitions: staticPartitions(["p"]) }, () => Output(2, { dataVersion: `part ${version}` }));
    const partitioned = asset({ name: "a[p", partitions: staticPartitions(["q]", "p"]) }, () => 3);
    const inputs = {
      plain,
      a: input(a, { partitionMapping: PartitionMapping.all() }),
      b: input(partitioned, { partitionMapping: PartitionMapping.all() }),
    };
    const sum = asset({ name: "sum", inputs }, async ({ a, b }) => [...(await a.toMap()).values(), ...(await b.toMap()).values()]);
    await using repository = await Repository.open({ assets: [plain, a, partitioned, sum] });
    await repository.materialize({ selection: [partitioned], partitionKeys: ["p", "q]"] });
    await repository.materialize({ selection: [plain, a], partitionKey: "p" });
    await repository.materialize({ selection: [sum] });
    const consumed = (await repository.storage.getLatestMaterialization("sum"))?.inputDataVersions ?? {};
    expect(consumed).toMatchObject({ "a[p]": "part v1", '["a[p]"]': "plain v1" });
    expect(Object.keys(consumed)).toHaveLength(4);
    const statusOf = async (): Promise<unknown> => (await repository.status({ selection: [sum] }))[0];
    expect(await statusOf()).toMatchObject({ status: "UpToDate" });
    version = "v2";
    await repository.materialize({ selection: [plain] });
    expect(await statusOf()).toMatchObject({ status: "Stale", causes: [{ kind: "upstream-version", upstream: "a[p]" }] });
  });
});

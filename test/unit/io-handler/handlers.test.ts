import { createHash } from "node:crypto";
import {
  asset,
  InMemoryIOHandler,
  InputContext,
  MemoryStore,
  type ObjectStore,
  OutputContext,
  PartitionKey,
  Repository,
  SuperJsonIOHandler,
  staticPartitions,
} from "edgewater";
import { describe, expect, it } from "vitest";

const output = (): OutputContext => new OutputContext({ assetName: "rows" });
const input = (assetName = "rows"): InputContext => new InputContext({ assetName, downstreamAsset: "down" });

describe("InMemoryIOHandler", () => {
  it("returns the same object and records its storage and size", () => {
    const handler = new InMemoryIOHandler();
    const value = [1, 2, 3];
    const context = output();
    handler.handleOutput(context, value);
    expect(handler.loadInput(input())).toBe(value);
    expect(context.outputMetadata).toEqual({ storage: { kind: "Text", value: "memory" }, size_bytes: { kind: "Int", value: 24 } });
    expect(context.contentVersion).toBeUndefined();
  });

  it.each([null, undefined])("keeps %s as a value", (value) => {
    const handler = new InMemoryIOHandler();
    handler.handleOutput(output(), value);
    expect(handler.loadInput(input())).toBe(value);
  });

  it("throws NotFound for a missing value and names the asset", () => {
    expect(() => new InMemoryIOHandler().loadInput(input("missing"))).toThrow(
      expect.objectContaining({ code: "NotFound", asset: "missing" }),
    );
  });
});

describe("SuperJsonIOHandler", () => {
  it("writes one object and records its path, serializer and size", async () => {
    const store = new MemoryStore();
    const context = output();
    await new SuperJsonIOHandler({ store, prefix: "v1" }).handleOutput(context, { at: new Date(0) });
    const bytes = await (await store.get("v1/rows.superjson")).bytes();
    expect(new TextDecoder().decode(bytes)).toBe('{"json":{"at":"1970-01-01T00:00:00.000Z"},"meta":{"values":{"at":["Date"]},"v":1}}');
    expect(context.outputMetadata).toMatchObject({
      path: { kind: "Text", value: "v1/rows.superjson" },
      serializer: { kind: "Text", value: "superjson" },
      size_bytes: { kind: "Int", value: bytes.byteLength },
    });
    expect(context.outputMetadata["write_duration_s"]?.value).toBeGreaterThanOrEqual(0);
    expect(context.contentVersion).toBe(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    expect(context.dataVersion).toBeUndefined();
  });

  it.each([
    ["", "rows.superjson"],
    ["a/b", "a/b/rows.superjson"],
    ["a/b/", "a/b/rows.superjson"],
  ])("with the prefix %j writes %s", async (prefix, key) => {
    const store = new MemoryStore();
    await new SuperJsonIOHandler({ store, prefix }).handleOutput(output(), 1);
    expect((await store.head(key)).key).toBe(key);
  });

  it.each(["/a", "../a", "a//b"])("refuses the prefix %j", (prefix) => {
    expect(() => new SuperJsonIOHandler({ store: new MemoryStore(), prefix })).toThrow(expect.objectContaining({ code: "InvalidPath" }));
  });

  it("writes every name under its own key below the prefix", async () => {
    const store = new MemoryStore();
    const handler = new SuperJsonIOHandler({ store, prefix: "p" });
    const names = ["a", "a/b", "a%2Fb", "..", ".", "a.superjson", "ä", "A", "a b", "日本", "a\nb"];
    for (const assetName of names) await handler.handleOutput(new OutputContext({ assetName }), assetName);
    for (const assetName of names) expect(await handler.loadInput(input(assetName))).toBe(assetName);
    const keys: string[] = [];
    for await (const { key } of store.list("p")) keys.push(key);
    expect(keys).toHaveLength(names.length);
    expect(keys.every((key) => key.split("/").length === 2)).toBe(true);
  });

  it("writes names and partition keys with slashes and dots under keys of their own", async () => {
    const store = new MemoryStore();
    const nested = asset({ name: "pipe/step" }, () => "asset");
    const pipe = asset({ name: "pipe", partitions: staticPartitions(["step", "a/b", ".."]) }, (_, { partitionKey }) => partitionKey);
    await using repository = await Repository.open({ assets: [nested, pipe], ioHandler: new SuperJsonIOHandler({ store }) });
    await repository.materialize({ selection: [nested] });
    await repository.materialize({ selection: [pipe], partitionKey: PartitionKey.single(["step", "a/b", ".."]) });
    expect(await repository.load(nested)).toBe("asset");
    for (const key of ["step", "a/b", ".."]) expect(await repository.load(pipe, { partitionKey: key })).toBe(key);
  });

  it("refuses a value that would change, writes nothing, and names asset, key and path", async () => {
    const store = new MemoryStore();
    const handler = new SuperJsonIOHandler({ store });
    await handler.handleOutput(output(), "before");
    const context = output();
    await expect(handler.handleOutput(context, [{ run: () => 1 }])).rejects.toMatchObject({
      code: "SerializationError",
      asset: "rows",
      key: "rows.superjson",
      field: "$[0].run",
    });
    expect(context.outputMetadata).toEqual({});
    expect(await handler.loadInput(input())).toBe("before");
  });

  it("throws NotFound for a missing object and SerializationError for a damaged one", async () => {
    const store = new MemoryStore();
    const handler = new SuperJsonIOHandler({ store });
    await expect(handler.loadInput(input())).rejects.toMatchObject({ code: "NotFound", key: "rows.superjson" });
    await store.put("rows.superjson", '{"json":{"at"');
    await expect(handler.loadInput(input())).rejects.toMatchObject({
      code: "SerializationError",
      asset: "rows",
      key: "rows.superjson",
      store: "MemoryStore",
    });
  });

  it("passes the signal to the store", async () => {
    const reason = new Error("enough");
    const handler = new SuperJsonIOHandler({ store: new MemoryStore() });
    const context = new OutputContext({ assetName: "rows", signal: AbortSignal.abort(reason) });
    await expect(handler.handleOutput(context, 1)).rejects.toMatchObject({ code: "Aborted", cause: reason });
  });

  it("needs only put and get of a store", async () => {
    const { name, put, get }: ObjectStore = new MemoryStore();
    expect([typeof put, typeof get]).toEqual(["function", "function"]);
    const memory = new MemoryStore();
    const handler = new SuperJsonIOHandler({
      store: { name, put: (...args) => memory.put(...args), get: (...args) => memory.get(...args) },
    });
    await handler.handleOutput(output(), 1);
    expect(await handler.loadInput(input())).toBe(1);
  });
});
